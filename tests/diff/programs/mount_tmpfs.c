/* SPDX-License-Identifier: MIT */
/* mount_tmpfs.c - a tmpfs is mounted, used, busy, and gone after umount. */
#include "tests/diff/diff.h"
#include <sys/mount.h>

int main(void)
{
    struct stat above, below;
    struct statfs fs;
    int fd;

    NEED(mkdir("point", 0755) == 0);
    make_text("point/hidden", "1");
    NEED(stat("point", &above) == 0);
    SHOW(mount("none", "point", "tmpfs", 0, "mode=0750"));
    NEED(stat("point", &below) == 0);
    TELL(above.st_dev != below.st_dev);
    printf("%o\n", below.st_mode & 07777);
    NEED(statfs("point", &fs) == 0);
    TELL(fs.f_type == 0x01021994);
    SHOW(access("point/hidden", F_OK));
    make_text("point/file", "inside");
    say_file("point/file");
    SHOW(rename("point/file", "file"));
    SHOW(link("point/file", "file"));
    SHOW(rmdir("point"));
    SHOW(chdir("point"));
    SHOW(access("../point/file", F_OK));
    SHOW(umount("../point"));
    SHOW(chdir(".."));
    fd = open("point/file", O_RDONLY);
    SHOW(umount("point"));
    close(fd);
    SHOW(umount("point"));
    SHOW(umount("point"));
    say_file("point/hidden");
    return 0;
}
