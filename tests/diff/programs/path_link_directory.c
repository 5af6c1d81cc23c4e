/* SPDX-License-Identifier: MIT */
/* path_link_directory.c - link of a directory to each name with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(link("dir", path));
    return 0;
}
