/* SPDX-License-Identifier: MIT */
/* file_statfs.c - the shape of statfs. */
#include "tests/diff/diff.h"

int main(void)
{
    struct statfs system;

    SHOW(statfs("/tmp", &system));
    TELL(system.f_bsize >= 512);
    TELL(system.f_blocks > 0 && system.f_bfree <= system.f_blocks &&
         system.f_bavail <= system.f_bfree);
    TELL(system.f_namelen == 255);
    SHOW(statfs("/proc", &system));
    TELL(system.f_type == 0x9fa0);
    SHOW(statfs("missing", &system));
    SHOW(syscall(SYS_statfs, "/", BAD_POINTER));
    SHOW(fstatfs(0, &system));
    SHOW(fstatfs(99, &system));
    return 0;
}
