/* SPDX-License-Identifier: MIT */
/* map_private_file_touch.c - touching with each right, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("private_file"));
    return 0;
}
