/* SPDX-License-Identifier: MIT */
/* path_stat.c - stat with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    struct stat st;

    EACH_PATH(stat(path, &st) == 0 ? (long)(st.st_mode & S_IFMT) : -1);
    return 0;
}
