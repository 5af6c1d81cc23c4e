/* SPDX-License-Identifier: MIT */
/* map_shared_file_call.c - as a buffer of read and write, of a mapping of kind shared file. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("shared_file"));
    return 0;
}
