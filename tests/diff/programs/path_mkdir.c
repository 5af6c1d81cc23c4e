/* SPDX-License-Identifier: MIT */
/* path_mkdir.c - mkdir with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(mkdir(path, 0755));
    return 0;
}
