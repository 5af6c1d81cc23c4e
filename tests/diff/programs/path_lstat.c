/* SPDX-License-Identifier: MIT */
/* path_lstat.c - lstat with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    struct stat st;

    EACH_PATH(lstat(path, &st) == 0 ? (long)(st.st_mode & S_IFMT) : -1);
    return 0;
}
