/* SPDX-License-Identifier: MIT */
/* map_stack_call.c - as a buffer of read and write, of a mapping of kind stack. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("stack"));
    return 0;
}
