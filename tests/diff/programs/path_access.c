/* SPDX-License-Identifier: MIT */
/* path_access.c - access with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(access(path, F_OK));
    return 0;
}
