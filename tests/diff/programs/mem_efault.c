/* SPDX-License-Identifier: MIT */
/* mem_efault.c - a system call given memory without the rights says EFAULT. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);
    char *constant = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(constant != MAP_FAILED && fd >= 0);
    NEED(mprotect(area + PAGE, PAGE, PROT_NONE) == 0);
    NEED(write(fd, "0123456789", 10) == 10);
    SHOW(pread(fd, area + PAGE, 4, 0));
    SHOW(pread(fd, constant, 4, 0));
    SHOW(pwrite(fd, area + PAGE, 4, 0));
    SHOW(pwrite(fd, constant, 4, 0));
    SHOW(pread(fd, area, 4, 0));
    SHOW(pread(fd, (void *)0xffff888000000000, 4, 0));
    SHOW(pread(fd, (void *)0x1234567812345678, 4, 0));
    SHOW(pwrite(fd, (void *)0xffffffffffffff00, 4, 0));
    return 0;
}
