/* SPDX-License-Identifier: MIT */
/* kind_pidfd_wait.c - waiting for what may be no pidfd on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    siginfo_t info;

    EACH_KIND(waitid(3, (id_t)fd, &info, WEXITED | WNOHANG));
    return 0;
}
