/* SPDX-License-Identifier: MIT */
/* path_getxattr.c - getxattr with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/xattr.h>

int main(void)
{
    char text[16];

    EACH_PATH(getxattr(path, "user.x", text, 10));
    return 0;
}
