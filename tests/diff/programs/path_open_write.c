/* SPDX-License-Identifier: MIT */
/* path_open_write.c - open for writing with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_WRONLY | O_NONBLOCK)));
    return 0;
}
