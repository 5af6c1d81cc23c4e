/* SPDX-License-Identifier: MIT */
/* path_lsetxattr.c - lsetxattr with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/xattr.h>

int main(void)
{
    EACH_PATH(lsetxattr(path, "user.x", "1", 1, 0));
    return 0;
}
