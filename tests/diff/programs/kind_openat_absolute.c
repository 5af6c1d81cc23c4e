/* SPDX-License-Identifier: MIT */
/* kind_openat_absolute.c - opening an absolute path on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(OK(openat(fd, "/", O_RDONLY)));
    return 0;
}
