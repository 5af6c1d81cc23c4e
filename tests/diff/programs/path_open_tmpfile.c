/* SPDX-License-Identifier: MIT */
/* path_open_tmpfile.c - open of a nameless file with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_TMPFILE | O_RDWR, 0600)));
    return 0;
}
