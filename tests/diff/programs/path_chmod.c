/* SPDX-License-Identifier: MIT */
/* path_chmod.c - chmod with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(chmod(path, 0755));
    return 0;
}
