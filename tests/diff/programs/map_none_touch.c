/* SPDX-License-Identifier: MIT */
/* map_none_touch.c - touching with each right, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("none"));
    return 0;
}
