/* SPDX-License-Identifier: MIT */
/* path_open_excl.c - open that makes and insists with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDWR | O_CREAT | O_EXCL, 0644)));
    return 0;
}
