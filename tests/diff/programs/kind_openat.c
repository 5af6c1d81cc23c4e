/* SPDX-License-Identifier: MIT */
/* kind_openat.c - opening below on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(openat(fd, "x", O_RDONLY)));
    return 0;
}
