/* SPDX-License-Identifier: MIT */
/* path_truncate.c - truncate with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(truncate(path, 3));
    return 0;
}
