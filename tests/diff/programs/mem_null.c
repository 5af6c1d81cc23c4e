/* SPDX-License-Identifier: MIT */
/* mem_null.c - accesses through a null pointer and near it. */
#include "tests/diff/diff.h"

int main(void)
{
    say_touch("reading 0", NULL, 'r');
    say_touch("writing 0", NULL, 'w');
    say_touch("reading 8", (void *)8, 'r');
    say_touch("reading 4095", (void *)4095, 'r');
    say_touch("calling 0", NULL, 'x');
    return 0;
}
