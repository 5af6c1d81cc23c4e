/* SPDX-License-Identifier: MIT */
/* mem_shared_validate.c - MAP_SHARED_VALIDATE refuses flags it does not know, MAP_SHARED ignores them. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd;

    make_text("file", "hello");
    fd = open("file", O_RDWR);
    NEED(fd >= 0);
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, 3, fd, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, 3 | 0x80000 /* MAP_SYNC */, fd, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, 3 | 0x2000000, fd, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | 0x2000000, fd, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, 3 | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, 0, fd, 0));
    return 0;
}
