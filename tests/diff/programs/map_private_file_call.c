/* SPDX-License-Identifier: MIT */
/* map_private_file_call.c - as a buffer of read and write, of a mapping of kind private file. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("private_file"));
    return 0;
}
