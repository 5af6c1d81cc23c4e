/* SPDX-License-Identifier: MIT */
/* map_anonymous_call.c - as a buffer of read and write, of a mapping of kind anonymous. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("anonymous"));
    return 0;
}
