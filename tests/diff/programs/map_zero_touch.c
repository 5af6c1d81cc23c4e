/* SPDX-License-Identifier: MIT */
/* map_zero_touch.c - touching with each right, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("zero"));
    return 0;
}
