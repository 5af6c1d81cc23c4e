/* SPDX-License-Identifier: MIT */
/* xattr_permission.c - who may set user and trusted attributes. */
#include "tests/diff/diff.h"
#include <sys/xattr.h>

static int as_nobody(void *unused)
{
    char value[8];

    (void)unused;
    NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW(getxattr("file", "user.a", value, 8));
    SHOW(setxattr("file", "user.b", "1", 1, 0));
    SHOW(setxattr("file", "trusted.b", "1", 1, 0));
    SHOW(getxattr("file", "trusted.a", value, 8));
    SHOW(listxattr("file", NULL, 0));
    SHOW(getxattr("secret", "user.a", value, 8));
    return 0;
}

int main(void)
{
    if (geteuid() != 0) {
        printf("needs root\n");
        return 0;
    }
    NEED(chmod(".", 0755) == 0);
    make_text("file", "1");
    make_file("secret", "1", 1, 0600);
    SHOW(setxattr("file", "user.a", "1", 1, 0));
    SHOW(setxattr("secret", "user.a", "1", 1, 0));
    SHOW(setxattr("file", "trusted.a", "22", 2, 0));
    SHOW(listxattr("file", NULL, 0));
    run_child("child", as_nobody, NULL);
    return 0;
}
