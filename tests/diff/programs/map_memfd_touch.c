/* SPDX-License-Identifier: MIT */
/* map_memfd_touch.c - touching with each right, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    touch_story(map_kind("memfd"));
    return 0;
}
