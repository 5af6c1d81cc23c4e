/* SPDX-License-Identifier: MIT */
/* kind_pidfd_signal.c - a signal through what may be no pidfd on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    return 0;
}
