/* SPDX-License-Identifier: MIT */
/* sig_dirty_stack.c - the frame of a handler lands on bytes that an earlier call left on the stack.
 */
#include "tests/diff/diff.h"

static void __attribute__((noinline)) soil(int byte)
{
    volatile char room[24576];

    memset((char *)room, byte, sizeof room);
    __asm__ volatile("" : : "r"(room) : "memory");
}

int main(void)
{
    static const int bytes[] = {0xff, 0x00, 0x80, 0x55, 0x7f};

    catch_signal(SIGUSR1, 0);
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        soil(bytes[i]);
        raise(SIGUSR1);
    }
    printf("caught %d\n", (int)caught_count);
    return 0;
}
