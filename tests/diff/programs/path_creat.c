/* SPDX-License-Identifier: MIT */
/* path_creat.c - creat with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(path == path_kind[7] ? 0 : OK(creat(path, 0644)));
    return 0;
}
