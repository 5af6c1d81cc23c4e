/* SPDX-License-Identifier: MIT */
/* kind_fadvise_bad.c - posix_fadvise with bad advice on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(syscall(SYS_fadvise64, fd, 0, 100, 99));
    return 0;
}
