/* SPDX-License-Identifier: MIT */
/* path_open_nofollow.c - open that follows no link with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)));
    return 0;
}
