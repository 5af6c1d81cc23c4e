/* SPDX-License-Identifier: MIT */
/* mount_bind.c - a directory and a file in a second place. */
#include "tests/diff/diff.h"
#include <sys/mount.h>

int main(void)
{
    NEED(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0 && mkdir("a/sub", 0755) == 0);
    make_text("a/file", "one");
    make_text("target", "covered");
    SHOW(mount("a", "b", NULL, MS_BIND, NULL));
    say_file("b/file");
    make_text("b/sub/deep", "two");
    say_file("a/sub/deep");
    SHOW(mount("a/file", "target", NULL, MS_BIND, NULL));
    say_file("target");
    SHOW(unlink("target"));
    SHOW(mount("a", "target", NULL, MS_BIND, NULL));
    SHOW(mount("missing", "b", NULL, MS_BIND, NULL));
    SHOW(umount("target"));
    say_file("target");
    SHOW(umount("b"));
    SHOW(access("b/file", F_OK));
    return 0;
}
