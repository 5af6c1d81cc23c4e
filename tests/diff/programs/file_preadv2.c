/* SPDX-License-Identifier: MIT */
/* file_preadv2.c - flags of preadv2 and pwritev2. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[16] = "";
    struct iovec in = {text, 15};
    struct iovec out = {(void *)(uintptr_t) "++", 2};
    int fd, tube[2];

    make_text("file", "hello");
    fd = open("file", O_RDWR);
    NEED(fd >= 0 && pipe(tube) == 0);
    SHOW(syscall(SYS_preadv2, fd, &in, 1, 1, 0, 0));
    printf("%s\n", text);
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(syscall(SYS_preadv2, fd, &in, 1, -1, -1, 0));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(syscall(SYS_pwritev2, fd, &out, 1, 0, 0, 0x10 /* RWF_APPEND */));
    SHOW(syscall(SYS_pwritev2, fd, &out, 1, 0, 0, 0x2 /* RWF_DSYNC */));
    say_file("file");
    SHOW(syscall(SYS_preadv2, fd, &in, 1, 0, 0, 0x10000));
    SHOW(syscall(SYS_preadv2, fd, &in, 1, -2, -1, 0));
    SHOW(syscall(SYS_preadv2, fd, &in, -1, 0, 0, 0));
    SHOW(syscall(SYS_preadv2, fd, BAD_POINTER, 1, 0, 0, 0));
    SHOW(syscall(SYS_preadv2, 999, &in, 1, 0, 0, 0));
    SHOW(syscall(SYS_preadv2, tube[0], &in, 1, 0, 0, 0));
    SHOW(syscall(SYS_preadv2, tube[0], &in, 1, -1, -1, 0x8 /* RWF_NOWAIT */));
    NEED(write(tube[1], "xy", 2) == 2);
    SHOW(syscall(SYS_preadv2, tube[0], &in, 1, -1, -1, 0x8));
    return 0;
}
