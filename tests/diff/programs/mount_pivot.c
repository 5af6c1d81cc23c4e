/* SPDX-License-Identifier: MIT */
/* mount_pivot.c - pivot_root changes the root of a process and puts the old one below. */
#include "tests/diff/diff.h"
#include <sys/mount.h>

int main(void)
{
    char old[4096];

    NEED(getcwd(old, sizeof old));
    NEED(mkdir("new", 0755) == 0);
    NEED(mount("none", "new", "tmpfs", 0, NULL) == 0);
    NEED(mkdir("new/put", 0755) == 0 && mkdir("plain", 0755) == 0);
    make_text("new/here", "in the new root");
    SHOW(syscall(SYS_pivot_root, "plain", "plain"));
    SHOW(syscall(SYS_pivot_root, "new", "plain"));
    SHOW(syscall(SYS_pivot_root, "new", "new/put"));
    SHOW(chdir("/"));
    say_file("/here");
    SHOW(access("/put/proc/self/status", F_OK));
    SHOW(umount("/put"));
    SHOW(syscall(SYS_pivot_root, "/put", "/put/proc"));
    SHOW(chdir("/"));
    SHOW(access("/proc/here", F_OK));
    SHOW(umount2("/proc", MNT_DETACH)); /* all is as it was, for those who come after us */
    SHOW(access("/proc/self/status", F_OK));
    return 0;
}
