/* SPDX-License-Identifier: MIT */
/* mem_cow_syscall.c - a system call that writes to memory shared since a fork makes a copy too. */
#include "tests/diff/diff.h"

static char buffer[PAGE * 2] __attribute__((aligned(4096)));

static int child(void *unused)
{
    int fd = open("file", O_RDONLY);

    (void)unused;
    NEED(fd >= 0);
    SHOW(read(fd, buffer + 100, 4));
    printf("the child has %s\n", buffer + 100);
    return 0;
}

int main(void)
{
    make_text("file", "read");
    strcpy(buffer + 100, "kept");
    run_child("child", child, NULL);
    printf("the parent has %s\n", buffer + 100);
    return 0;
}
