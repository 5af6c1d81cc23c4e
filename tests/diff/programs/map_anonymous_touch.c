/* SPDX-License-Identifier: MIT */
/* map_anonymous_touch.c - touching with each right, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("anonymous"));
    return 0;
}
