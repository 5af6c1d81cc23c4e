/* SPDX-License-Identifier: MIT */
/* hello.c - the smallest program with a C library: says hello, and waits to be measured. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    puts("hello");
    fflush(stdout);
    for (;;)
        pause();
}
