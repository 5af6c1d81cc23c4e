/* SPDX-License-Identifier: MIT */
/* path_link_to.c - link to each name with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(link("file", path));
    return 0;
}
