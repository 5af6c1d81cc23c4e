/* SPDX-License-Identifier: MIT */
/* map_zero_call.c - as a buffer of read and write, of a mapping of kind zero. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("zero"));
    return 0;
}
