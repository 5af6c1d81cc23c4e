/* SPDX-License-Identifier: MIT */
/* path_open_creat.c - open that makes with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDWR | O_CREAT | O_NONBLOCK, 0644)));
    return 0;
}
