/* SPDX-License-Identifier: MIT */
/* path_chdir.c - chdir with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    int here;

    EACH_PATH((here = open(".", O_RDONLY), chdir(path) ? -1 : fchdir(here)));
    return 0;
}
