/* SPDX-License-Identifier: MIT */
/* path_open_trunc.c - open that truncates with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDWR | O_TRUNC | O_NONBLOCK)));
    return 0;
}
