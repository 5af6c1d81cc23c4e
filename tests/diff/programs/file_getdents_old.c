/* SPDX-License-Identifier: MIT */
/* file_getdents_old.c - the old getdents: names and types in records of its own layout. */
#include "tests/diff/diff.h"

struct record {
    unsigned long number, offset;
    unsigned short length;
    char name[];
};

int main(void)
{
    char bytes[2048];
    int seen[3] = {0};
    long length;
    int fd;

    NEED(mkdir("dir", 0755) == 0 && mkdir("dir/sub", 0755) == 0);
    make_text("dir/a-file", "1");
    NEED(symlink("x", "dir/a-link") == 0);
    fd = open("dir", O_RDONLY);
    NEED(fd >= 0);
    length = syscall(SYS_getdents, fd, bytes, sizeof bytes);
    TELL(length > 0);
    for (char *at = bytes; at < bytes + length; at += ((struct record *)at)->length) {
        struct record *record = (struct record *)at;
        int type = at[record->length - 1];

        seen[0] |= strcmp(record->name, "sub") == 0 && type == DT_DIR;
        seen[1] |= strcmp(record->name, "a-file") == 0 && type == DT_REG;
        seen[2] |= strcmp(record->name, "a-link") == 0 && type == DT_LNK;
    }
    printf("%d %d %d\n", seen[0], seen[1], seen[2]);
    SHOW(syscall(SYS_getdents, fd, bytes, sizeof bytes));
    SHOW(syscall(SYS_getdents, 999, bytes, sizeof bytes));
    SHOW(syscall(SYS_getdents, 1, bytes, sizeof bytes));
    lseek(fd, 0, SEEK_SET);
    SHOW(syscall(SYS_getdents, fd, bytes, 8));
    return 0;
}
