/* SPDX-License-Identifier: MIT */
/* path_link_from.c - link of each with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(link(path, "made"));
    return 0;
}
