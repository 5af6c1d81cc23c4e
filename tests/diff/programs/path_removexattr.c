/* SPDX-License-Identifier: MIT */
/* path_removexattr.c - removexattr with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/xattr.h>

int main(void)
{
    EACH_PATH(removexattr(path, "user.x"));
    return 0;
}
