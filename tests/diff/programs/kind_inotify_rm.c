/* SPDX-License-Identifier: MIT */
/* kind_inotify_rm.c - ending a watch of what may be no inotify on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    EACH_KIND(inotify_rm_watch(fd, 1));
    return 0;
}
