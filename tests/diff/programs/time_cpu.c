/* SPDX-License-Identifier: MIT */
/* time_cpu.c - processor time grows with work and not with sleep. */
#include "tests/diff/diff.h"

int main(void)
{
    struct timespec before, after;
    struct tms used;

    NEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before) == 0);
    sleep_ms(100);
    NEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after) == 0);
    int64_t slept = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    TELL(slept >= 0 && slept < 60000000);
    int64_t start = now_ms();
    while (now_ms() - start < 100)
        continue;
    NEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before) == 0);
    TELL(before.tv_sec > after.tv_sec || before.tv_nsec > after.tv_nsec);
    TELL(times(&used) != (clock_t)-1);
    TELL(used.tms_utime >= 0 && used.tms_stime >= 0 && used.tms_cutime == 0);
    TELL(clock() > 0);
    NEED(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after) == 0);
    TELL(after.tv_sec > 0 || after.tv_nsec > 0);
    return 0;
}
