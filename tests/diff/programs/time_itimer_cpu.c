/* SPDX-License-Identifier: MIT */
/* time_itimer_cpu.c - timers of processor time send SIGVTALRM and SIGPROF to a busy process. */
#include "tests/diff/diff.h"

int main(void)
{
    struct itimerval timer = {{0, 0}, {0, 20000}};

    catch_signal(SIGVTALRM, 0);
    SHOW(setitimer(ITIMER_VIRTUAL, &timer, NULL));
    while (!caught_count)
        continue;
    printf("%s\n", signal_name(caught_last));
    catch_signal(SIGPROF, 0);
    SHOW(setitimer(ITIMER_PROF, &timer, NULL));
    while (caught_count < 2)
        continue;
    printf("%s\n", signal_name(caught_last));
    return 0;
}
