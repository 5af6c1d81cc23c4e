/* SPDX-License-Identifier: MIT */
/* proc_priority.c - nice values are kept, bounded and inherited. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    SHOW(getpriority(PRIO_PROCESS, 0));
    return 0;
}

int main(void)
{
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(setpriority(PRIO_PROCESS, 0, 5));
    SHOW(getpriority(PRIO_PROCESS, 0));
    run_child("child", child, NULL);
    SHOW(setpriority(PRIO_PROCESS, 0, 100));
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(setpriority(PRIO_PROCESS, 0, -3));
    SHOW(getpriority(PRIO_PROCESS, 0));
    SHOW(getpriority(7, 0));
    SHOW(getpriority(PRIO_PROCESS, 12345678));
    return 0;
}
