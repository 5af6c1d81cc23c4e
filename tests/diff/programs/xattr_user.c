/* SPDX-License-Identifier: MIT */
/* xattr_user.c - user attributes are set, read, listed and removed. */
#include "tests/diff/diff.h"
#include <sys/xattr.h>

int main(void)
{
    char value[64] = "";
    char list[128];

    make_text("file", "1");
    SHOW(setxattr("file", "user.one", "first", 5, 0));
    SHOW(getxattr("file", "user.one", value, sizeof value));
    printf("%s\n", value);
    SHOW(getxattr("file", "user.one", NULL, 0));
    SHOW(getxattr("file", "user.one", value, 3));
    SHOW(setxattr("file", "user.one", "again", 5, XATTR_CREATE));
    SHOW(setxattr("file", "user.two", "x", 1, XATTR_REPLACE));
    SHOW(setxattr("file", "user.one", "changed!", 8, XATTR_REPLACE));
    SHOW(getxattr("file", "user.one", value, sizeof value));
    printf("%.8s\n", value);
    SHOW(listxattr("file", list, sizeof list));
    printf("%s\n", list);
    SHOW(listxattr("file", NULL, 0));
    SHOW(listxattr("file", list, 4));
    SHOW(removexattr("file", "user.one"));
    SHOW(removexattr("file", "user.one"));
    SHOW(getxattr("file", "user.one", value, sizeof value));
    SHOW(listxattr("file", list, sizeof list));
    SHOW(setxattr("file", "user.empty", "", 0, 0));
    SHOW(getxattr("file", "user.empty", value, sizeof value));
    return 0;
}
