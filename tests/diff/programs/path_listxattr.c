/* SPDX-License-Identifier: MIT */
/* path_listxattr.c - listxattr with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/xattr.h>

int main(void)
{
    EACH_PATH(listxattr(path, NULL, 0));
    return 0;
}
