/* SPDX-License-Identifier: MIT */
/* map_shared_touch.c - touching with each right, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("shared"));
    return 0;
}
