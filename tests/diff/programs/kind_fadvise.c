/* SPDX-License-Identifier: MIT */
/* kind_fadvise.c - posix_fadvise on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(syscall(SYS_fadvise64, fd, 0, 100, POSIX_FADV_WILLNEED));
    return 0;
}
