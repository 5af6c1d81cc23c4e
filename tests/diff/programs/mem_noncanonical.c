/* SPDX-License-Identifier: MIT */
/* mem_noncanonical.c - addresses outside the user half fault, with their own codes. */
#include "tests/diff/diff.h"

int main(void)
{
    say_touch("reading a non-canonical address", (void *)0x8000000000000000, 'r');
    say_touch("writing 0x0123456789abcdef", (void *)0x0123456789abcdef, 'w');
    say_touch("reading an address of the kernel", (void *)0xffff888000001000, 'r');
    say_touch("reading the last byte", (void *)UINTPTR_MAX, 'r');
    return 0;
}
