/* SPDX-License-Identifier: MIT */
/* mark.c - a program that only executes the instruction that parallel.c looks for: a job begins or ends here. */
#include "mark.h"

#define BYTES_(...) #__VA_ARGS__
#define BYTES(...)  BYTES_(__VA_ARGS__)

int main(void)
{
    __asm__ volatile(".byte " BYTES(MARK_BYTES));
    return 0;
}
