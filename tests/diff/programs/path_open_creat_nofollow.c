/* SPDX-License-Identifier: MIT */
/* path_open_creat_nofollow.c - open that makes and follows no link with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644)));
    return 0;
}
