/* SPDX-License-Identifier: MIT */
/* sys_sysinfo.c - the shape of sysinfo. */
#include "tests/diff/diff.h"

int main(void)
{
    struct sysinfo system;

    SHOW(sysinfo(&system));
    TELL(system.uptime < 1000000000);
    TELL(system.totalram > 0 && system.freeram <= system.totalram);
    TELL(system.mem_unit > 0);
    TELL(system.procs > 0);
    SHOW(sysinfo(BAD_POINTER));
    TELL(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    TELL(sysconf(_SC_PHYS_PAGES) > 1000);
    printf("page size %ld, ticks %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK));
    return 0;
}
