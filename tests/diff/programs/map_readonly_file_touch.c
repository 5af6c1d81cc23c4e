/* SPDX-License-Identifier: MIT */
/* map_readonly_file_touch.c - touching with each right, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("readonly_file"));
    return 0;
}
