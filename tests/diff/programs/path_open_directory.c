/* SPDX-License-Identifier: MIT */
/* path_open_directory.c - open of directories only with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(OK(open(path, O_RDONLY | O_DIRECTORY)));
    return 0;
}
