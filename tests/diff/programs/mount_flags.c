/* SPDX-License-Identifier: MIT */
/* mount_flags.c - read-only, nodev and noexec mounts, and changing them. */
#include "tests/diff/diff.h"
#include <sys/mount.h>

int main(void)
{
    char *arguments[] = {"point/true", NULL}, *environment[] = {NULL};

    NEED(mkdir("point", 0755) == 0);
    SHOW(mount("none", "point", "tmpfs", MS_NODEV | MS_NOEXEC, NULL));
    make_text("point/file", "1");
    NEED(mknod("point/null", S_IFCHR | 0666, 0x103) == 0);
    SHOW(open("point/null", O_RDONLY));
    make_file("point/true", "#!/bin/true\n", 12, 0755);
    SHOW(execve("point/true", arguments, environment));
    SHOW(mount("none", "point", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    SHOW(open("point/file", O_WRONLY));
    SHOW_OK(open("point/file", O_RDONLY));
    SHOW(mkdir("point/dir", 0755));
    SHOW(unlink("point/file"));
    SHOW(chmod("point/file", 0600));
    SHOW(truncate("point/file", 0));
    SHOW(access("point/file", W_OK));
    SHOW(access("point/file", R_OK));
    SHOW(utimensat(AT_FDCWD, "point/file", NULL, 0));
    SHOW(rename("point/file", "point/other"));
    SHOW(open("point/new", O_CREAT | O_WRONLY, 0644));
    SHOW(umount2("point", MNT_DETACH));
    return 0;
}
