/* SPDX-License-Identifier: MIT */
/* path_access_bad.c - access with a bad mode with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(access(path, 99));
    return 0;
}
