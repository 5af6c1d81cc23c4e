/* SPDX-License-Identifier: MIT */
/* map_shared_call.c - as a buffer of read and write, of a mapping of kind shared. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("shared"));
    return 0;
}
