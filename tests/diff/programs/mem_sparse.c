/* SPDX-License-Identifier: MIT */
/* mem_sparse.c - a gigabyte can be reserved and touched here and there. */
#include "tests/diff/diff.h"

int main(void)
{
    size_t length = (size_t)1 << 30;
    char *area = mmap(NULL, length, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    long sum = 0;

    NEED(area != MAP_FAILED);
    for (size_t at = 0; at < length; at += length / 16)
        area[at] = 1;
    for (size_t at = 0; at < length; at += length / 64)
        sum += area[at];
    printf("sum %ld\n", sum);
    SHOW(munmap(area, length));
    return 0;
}
