/* SPDX-License-Identifier: MIT */
/* sig_eintr_sleep.c - sleeping calls end early and report what was left. */
#include "tests/diff/diff.h"

static void arm(void)
{
    NEED(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 30000}}, NULL) == 0);
}

int main(void)
{
    struct timespec left = {-1, -1};

    catch_signal(SIGALRM, SA_RESTART);
    arm();
    SHOW(nanosleep(&(struct timespec){5, 0}, &left));
    TELL(left.tv_sec == 4 && left.tv_nsec > 0 && left.tv_nsec < 1000000000);
    arm();
    SHOW_ERROR(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){5, 0}, &left));
    TELL(left.tv_sec == 4);
    arm();
    SHOW(poll(NULL, 0, 5000));
    arm();
    SHOW(select(0, NULL, NULL, NULL, &(struct timeval){5, 0}));
    arm();
    SHOW((int)sleep(5) >= 4);
    printf("caught %d\n", (int)caught_count);
    return 0;
}
