/* SPDX-License-Identifier: MIT */
/* path_rmdir.c - rmdir with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(rmdir(path));
    return 0;
}
