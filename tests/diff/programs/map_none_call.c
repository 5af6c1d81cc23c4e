/* SPDX-License-Identifier: MIT */
/* map_none_call.c - as a buffer of read and write, of a mapping of kind none. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("none"));
    return 0;
}
