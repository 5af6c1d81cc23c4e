/* SPDX-License-Identifier: MIT */
/* proc_exit_codes.c - the low eight bits of an exit status arrive. */
#include "tests/diff/diff.h"

static int leave(void *code)
{
    exit(*(int *)code);
}

int main(void)
{
    static const int codes[] = {0, 1, 127, 128, 255, 256, 257, -1, 0x1234};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        int code = codes[i];

        printf("exit(%d):\n", code);
        run_child("child", leave, &code);
    }
    return 0;
}
