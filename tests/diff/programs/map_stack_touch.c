/* SPDX-License-Identifier: MIT */
/* map_stack_touch.c - touching with each right, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("stack"));
    return 0;
}
