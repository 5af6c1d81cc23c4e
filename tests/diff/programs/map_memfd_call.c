/* SPDX-License-Identifier: MIT */
/* map_memfd_call.c - as a buffer of read and write, of a mapping of kind memfd. */
#include "tests/diff/maps.h"

int main(void)
{
    call_story(map_kind("memfd"));
    return 0;
}
