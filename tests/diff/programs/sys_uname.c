/* SPDX-License-Identifier: MIT */
/* sys_uname.c - the names of the system. */
#include "tests/diff/diff.h"

int main(void)
{
    struct utsname names;
    int major = 0, minor = 0;

    SHOW(uname(&names));
    printf("%s on %s\n", names.sysname, names.machine);
    TELL(sscanf(names.release, "%d.%d", &major, &minor) == 2);
    TELL(major >= 5);
    TELL(names.nodename[0] != 0 && names.version[0] != 0);
    SHOW(syscall(SYS_uname, BAD_POINTER));
    return 0;
}
