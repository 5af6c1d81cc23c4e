/* SPDX-License-Identifier: MIT */
/* file_stat.c - what stat says about files of each kind. */
#include "tests/diff/diff.h"

static char text[512];

static void say(const char *path)
{
    struct stat file;

    if (lstat(path, &file) < 0) {
        printf("%s: %s\n", path, error_name(errno));
        return;
    }
    printf("%s: %s, mode %04o, uid %u, gid %u", path, kind_of(file.st_mode), file.st_mode & 07777,
           file.st_uid, file.st_gid);
    if (!S_ISDIR(file.st_mode))
        printf(", links %lu, size %ld", (unsigned long)file.st_nlink, (long)file.st_size);
    printf("\n");
}

int main(void)
{
    make_text("file", "12345");
    NEED(mkdir("dir", 0750) == 0 && symlink("somewhere", "link") == 0 && mkfifo("fifo", 0604) == 0);
    say("file");
    say("dir");
    say("link");
    say("fifo");
    say("missing");
    say("file/x");
    say("");
    SHOW(stat("link", &(struct stat){0}));
    SHOW(syscall(SYS_stat, "file", BAD_POINTER));
    SHOW(syscall(SYS_lstat, "file", BAD_POINTER));
    SHOW(syscall(SYS_fstat, 1, BAD_POINTER));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, "file", BAD_POINTER, 0));
    SHOW(syscall(SYS_stat, BAD_POINTER, text));
    SHOW(fstat(99, &(struct stat){0}));
    return 0;
}
