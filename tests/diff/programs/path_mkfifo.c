/* SPDX-License-Identifier: MIT */
/* path_mkfifo.c - mkfifo with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(mkfifo(path, 0644));
    return 0;
}
