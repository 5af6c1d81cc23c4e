/* SPDX-License-Identifier: MIT */
/* path_open_path_nofollow.c - open for the name only, without following with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_PATH | O_NOFOLLOW)));
    return 0;
}
