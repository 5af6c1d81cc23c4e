/* SPDX-License-Identifier: MIT */
/* thread_clocks.c - CPU time of threads and of the process; usage of a thread. */
#include "tests/diff/thread.h"

static clockid_t clock_of_other;
static int go;
static long us_of_thread;

static int64_t ns_of(clockid_t clock)
{
    struct timespec time;

    NEED(clock_gettime(clock, &time) == 0);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void use(int64_t ns)
{
    int64_t end = ns_of(CLOCK_THREAD_CPUTIME_ID) + ns;

    while (ns_of(CLOCK_THREAD_CPUTIME_ID) < end)
        continue;
}

static void *works(void *unused)
{
    struct rusage usage;

    (void)unused;
    use(30000000);
    NEED(getrusage(RUSAGE_THREAD, &usage) == 0);
    us_of_thread = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec +
                   1000000 * (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
    set(&go, 1);
    wait_value(&go, 2);
    return NULL;
}

int main(void)
{
    int64_t own = ns_of(CLOCK_THREAD_CPUTIME_ID);
    int64_t process = ns_of(CLOCK_PROCESS_CPUTIME_ID);
    struct rusage usage;
    clockid_t clock;

    TELL(process >= own);
    pthread_t thread = start(works, NULL);

    SHOW_ERROR(pthread_getcpuclockid(thread, &clock_of_other));
    while (get(&go) != 1)
        sleep_ms(1);
    TELL(us_of_thread >= 20000);
    TELL(ns_of(clock_of_other) >= 30000000);
    TELL(ns_of(CLOCK_PROCESS_CPUTIME_ID) - process >= 30000000);
    TELL(ns_of(CLOCK_PROCESS_CPUTIME_ID) >= ns_of(clock_of_other));
    NEED(getrusage(RUSAGE_SELF, &usage) == 0);
    TELL(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec +
             1000000 * (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) >=
         20000);
    SHOW_ERROR(clock_getcpuclockid(0, &clock));
    TELL(ns_of(clock) >= 30000000);
    set(&go, 2);
    join(thread);
    return 0;
}
