/* SPDX-License-Identifier: MIT */
/* sys_affinity.c - the set of processors. */
#include "tests/diff/diff.h"

int main(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    TELL(sched_getaffinity(0, sizeof set, &set) == 0);
    TELL(CPU_COUNT(&set) >= 1);
    TELL(CPU_ISSET(0, &set));
    TELL(CPU_COUNT(&set) == sysconf(_SC_NPROCESSORS_ONLN));
    SHOW(sched_setaffinity(0, sizeof set, &set));
    CPU_ZERO(&set);
    SHOW(sched_setaffinity(0, sizeof set, &set));
    CPU_SET(0, &set);
    SHOW(sched_setaffinity(0, sizeof set, &set));
    NEED(sched_getaffinity(0, sizeof set, &set) == 0);
    printf("now %d\n", CPU_COUNT(&set));
    printf("running on %d\n", sched_getcpu());
    SHOW(syscall(SYS_sched_getaffinity, 0, 3, &set));
    SHOW(sched_getaffinity(12345678, sizeof set, &set));
    SHOW(syscall(SYS_sched_getaffinity, 0, sizeof set, BAD_POINTER));
    return 0;
}
