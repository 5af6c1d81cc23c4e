/* SPDX-License-Identifier: MIT */
/* map_short_file_call.c - as a buffer of read and write, of a mapping of kind short file. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("short_file"));
    return 0;
}
