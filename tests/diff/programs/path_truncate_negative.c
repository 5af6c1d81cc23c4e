/* SPDX-License-Identifier: MIT */
/* path_truncate_negative.c - truncate to a negative length with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(truncate(path, -1));
    return 0;
}
