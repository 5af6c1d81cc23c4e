/* SPDX-License-Identifier: MIT */
/* path_open_path.c - open for the name only with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_PATH)));
    return 0;
}
