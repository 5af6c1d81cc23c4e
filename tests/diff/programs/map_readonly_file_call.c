/* SPDX-License-Identifier: MIT */
/* map_readonly_file_call.c - as a buffer of read and write, of a mapping of kind readonly file. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("readonly_file"));
    return 0;
}
