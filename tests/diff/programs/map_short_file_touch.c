/* SPDX-License-Identifier: MIT */
/* map_short_file_touch.c - touching with each right, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("short_file"));
    return 0;
}
