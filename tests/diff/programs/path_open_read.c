/* SPDX-License-Identifier: MIT */
/* path_open_read.c - open for reading with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDONLY | O_NONBLOCK)));
    return 0;
}
