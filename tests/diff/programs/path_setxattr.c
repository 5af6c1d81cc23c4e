/* SPDX-License-Identifier: MIT */
/* path_setxattr.c - setxattr with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/xattr.h>

int main(void)
{
    EACH_PATH(setxattr(path, "user.x", "1", 1, 0));
    return 0;
}
