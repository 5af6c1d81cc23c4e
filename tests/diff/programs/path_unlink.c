/* SPDX-License-Identifier: MIT */
/* path_unlink.c - unlink with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(unlink(path));
    return 0;
}
