/* SPDX-License-Identifier: MIT */
/* map_shared_file_touch.c - touching with each right, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("shared_file"));
    return 0;
}
