/* SPDX-License-Identifier: MIT */
/* pointer_getxattr.c - a value of getxattr with pointers of every kind. */
#include "tests/diff/pointers.h"
#include <sys/xattr.h>

int main(void)
{
    make_text("file", "1");
    NEED(setxattr("file", "user.x", "12345678", 8, 0) == 0);

    EACH_POINTER(syscall(SYS_getxattr, "file", "user.x", at, 8));
    return 0;
}
