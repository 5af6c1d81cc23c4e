/* SPDX-License-Identifier: MIT */
/* sys_getrandom.c - random bytes by call. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned char one[256] = {0}, two[256] = {0};
    int same = 0, counts[2] = {0, 0};

    SHOW(syscall(SYS_getrandom, one, sizeof one, 0));
    SHOW(syscall(SYS_getrandom, two, sizeof two, 1));
    for (int i = 0; i < 256; i++) {
        same += one[i] == two[i];
        for (int bit = 0; bit < 8; bit++)
            counts[one[i] >> bit & 1]++;
    }
    TELL(same < 20);
    TELL(counts[0] > 800 && counts[1] > 800);
    SHOW(syscall(SYS_getrandom, one, 0, 0));
    SHOW(syscall(SYS_getrandom, one, 16, 0x100));
    SHOW(syscall(SYS_getrandom, BAD_POINTER, 16, 0));
    SHOW(getentropy(one, 257));
    return 0;
}
