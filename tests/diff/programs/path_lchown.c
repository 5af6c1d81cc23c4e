/* SPDX-License-Identifier: MIT */
/* path_lchown.c - lchown with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(lchown(path, (uid_t)-1, (gid_t)-1));
    return 0;
}
