/* SPDX-License-Identifier: MIT */
/* mem_lock_errors.c - mlock, mlock2, munlock and mlockall with what they refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(4);

    NEED(munmap(memory + PAGE, PAGE) == 0);
    SHOW(mlock(memory, 3 * PAGE));
    SHOW(munlock(memory, 3 * PAGE));
    SHOW(mlock(memory + 2 * PAGE + 5, 10));
    SHOW(munlock(memory + 2 * PAGE + 5, 10));
    SHOW(mlock(memory, 0));
    SHOW(mlock(memory, (size_t)-1));
    SHOW(syscall(SYS_mlock2, memory, PAGE, 1));
    SHOW(syscall(SYS_mlock2, memory, PAGE, 2));
    SHOW(mlockall(0));
    SHOW(mlockall(4));
    SHOW(mlockall(8));
    SHOW(munlockall());
    return 0;
}
