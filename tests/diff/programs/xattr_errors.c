/* SPDX-License-Identifier: MIT */
/* xattr_errors.c - names and sizes that are refused, and unknown kinds. */
#include "tests/diff/diff.h"
#include <sys/xattr.h>

int main(void)
{
    static char name[300] = "user.", big[70000];
    char value[8];

    make_text("file", "1");
    memset(name + 5, 'n', 280);
    SHOW(setxattr("file", name, "x", 1, 0));
    SHOW(setxattr("file", "", "x", 1, 0));
    SHOW(setxattr("file", "user.", "x", 1, 0));
    SHOW(setxattr("file", "other.name", "x", 1, 0));
    SHOW(setxattr("file", "noprefix", "x", 1, 0));
    SHOW(setxattr("file", "user.big", big, sizeof big, 0));
    SHOW(setxattr("file", "user.x", "x", 1, 8));
    SHOW(setxattr("file", "user.x", BAD_POINTER, 1, 0));
    SHOW(setxattr("file", BAD_POINTER, "x", 1, 0));
    SHOW(setxattr("missing", "user.x", "x", 1, 0));
    SHOW(getxattr("file", "other.name", value, 8));
    SHOW(getxattr("missing", "user.x", value, 8));
    SHOW(removexattr("file", "other.name"));
    SHOW(listxattr("missing", value, 8));
    SHOW(fsetxattr(999, "user.x", "x", 1, 0));
    SHOW(fgetxattr(999, "user.x", value, 8));
    return 0;
}
