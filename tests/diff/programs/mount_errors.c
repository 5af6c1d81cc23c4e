/* SPDX-License-Identifier: MIT */
/* mount_errors.c - what mount and umount refuse. */
#include "tests/diff/diff.h"
#include <sys/mount.h>

static int as_nobody(void *unused)
{
    (void)unused;
    NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW(mount("none", "point", "tmpfs", 0, NULL));
    SHOW(umount("point"));
    return 0;
}

int main(void)
{
    NEED(chmod(".", 0755) == 0 && mkdir("point", 0755) == 0);
    make_text("file", "1");
    SHOW(mount("none", "missing", "tmpfs", 0, NULL));
    SHOW(mount("none", "file", "tmpfs", 0, NULL));
    SHOW(mount("none", "point", "no-such-type", 0, NULL));
    SHOW(mount("none", "point", "tmpfs", 0, "nonsense=1"));
    SHOW(mount("none", "point", NULL, MS_REMOUNT, NULL));
    SHOW(umount("point"));
    SHOW(umount("missing"));
    SHOW(umount2("point", 0x100));
    run_child("nobody", as_nobody, NULL);
    SHOW(mount("proc", "point", "proc", 0, NULL));
    SHOW(access("point/self/status", R_OK));
    SHOW(umount("point"));
    return 0;
}
