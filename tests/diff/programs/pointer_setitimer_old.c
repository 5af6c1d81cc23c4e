/* SPDX-License-Identifier: MIT */
/* pointer_setitimer_old.c - the old value of setitimer with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    struct itimerval value = {.it_value = {100, 0}};

    EACH_POINTER(syscall(SYS_setitimer, ITIMER_VIRTUAL, &value, at));
    return 0;
}
