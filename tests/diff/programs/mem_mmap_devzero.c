/* SPDX-License-Identifier: MIT */
/* mem_mmap_devzero.c - /dev/zero can be mapped like anonymous memory. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("/dev/zero", O_RDWR);
    char *private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    NEED(private != MAP_FAILED);
    TELL(private[0] == 0 && private[2 * PAGE - 1] == 0);
    private[0] = 5;
    char byte = 1;
    NEED(read(fd, &byte, 1) == 1);
    printf("reading still gives %d\n", byte);
    SHOW(munmap(private, 2 * PAGE));
    return 0;
}
