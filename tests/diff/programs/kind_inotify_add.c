/* SPDX-License-Identifier: MIT */
/* kind_inotify_add.c - a watch of what may be no inotify on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(inotify_add_watch(fd, ".", IN_OPEN));
    return 0;
}
