/* SPDX-License-Identifier: MIT */
/* path_utimes.c - utimes with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(utimes(path, NULL));
    return 0;
}
