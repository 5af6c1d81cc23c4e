/* SPDX-License-Identifier: MIT */
/* procfs_fd.c - /proc/self/fd lists descriptors and their files. */
#include "tests/diff/diff.h"

int main(void)
{
    char path[64], target[PATH_MAX];
    struct dirent *entry;
    bool seen[64] = {false};

    NEED(dup2(open("file", O_RDWR | O_CREAT, 0644), 30) == 30);
    NEED(close(3) == 0);
    NEED(dup2(open("/dev/null", O_RDONLY), 31) == 31);
    DIR *list = opendir("/proc/self/fd");
    NEED(list);
    while ((entry = readdir(list))) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] != '.' && fd < 64 && fd != dirfd(list))
            seen[fd] = true;
    }
    for (int fd = 0; fd < 64; fd++) {
        if (!seen[fd])
            continue;
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length > 0 ? length : 0] = 0;
        printf("%d -> %s\n", fd,
               fd >= 1 && fd <= 2 ? "(output)"
               : fd == 30         ? strrchr(target, '/')
                                  : target);
    }
    NEED(unlink("file") == 0);
    ssize_t length = readlink("/proc/self/fd/30", target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    printf("unlinked: %s\n", strrchr(target, '/'));
    SHOW(readlink("/proc/self/fd/29", target, sizeof target));
    return 0;
}
