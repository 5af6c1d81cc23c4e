/* SPDX-License-Identifier: MIT */
/* file_getdents.c - a directory lists what is in it, once, with types. */
#include "tests/diff/diff.h"

static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int main(void)
{
    struct dirent **list;
    struct stat file;

    make_text("file", "x");
    NEED(mkdir("dir", 0755) == 0 && symlink("file", "link") == 0 && mkfifo("fifo", 0644) == 0);
    int count = scandir(".", &list, NULL, compare);
    NEED(count >= 0);
    for (int i = 0; i < count; i++) {
        NEED(lstat(list[i]->d_name, &file) == 0);
        printf("%s: type %d, inode right %d\n", list[i]->d_name, list[i]->d_type,
               list[i]->d_ino == file.st_ino || list[i]->d_name[0] == '.');
    }
    char buffer[512];
    SHOW(syscall(SYS_getdents64, open("file", O_RDONLY), buffer, sizeof buffer));
    SHOW(syscall(SYS_getdents64, 99, buffer, sizeof buffer));
    SHOW(syscall(SYS_getdents64, open(".", O_RDONLY), buffer, 5));
    SHOW(syscall(SYS_getdents64, open(".", O_RDONLY), BAD_POINTER, 500));
    SHOW(read(open(".", O_RDONLY), buffer, sizeof buffer));
    return 0;
}
