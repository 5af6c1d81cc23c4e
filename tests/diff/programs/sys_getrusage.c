/* SPDX-License-Identifier: MIT */
/* sys_getrusage.c - resource usage of oneself and of children. */
#include "tests/diff/diff.h"

int main(void)
{
    struct rusage usage;

    SHOW(getrusage(RUSAGE_CHILDREN, &usage));
    printf("children before: %ld.%06ld\n", (long)usage.ru_utime.tv_sec,
           (long)usage.ru_utime.tv_usec);
    pid_t pid = fork();
    if (pid == 0) {
        int64_t start = now_ms();

        while (now_ms() - start < 60)
            continue;
        _exit(0);
    }
    reap(pid);
    NEED(getrusage(RUSAGE_CHILDREN, &usage) == 0);
    TELL(usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec > 0 || usage.ru_stime.tv_usec > 0);
    NEED(getrusage(RUSAGE_SELF, &usage) == 0);
    TELL(usage.ru_minflt > 0);
    TELL(usage.ru_utime.tv_usec < 1000000);
    SHOW(getrusage(55, &usage));
    SHOW(syscall(SYS_getrusage, RUSAGE_SELF, BAD_POINTER));
    return 0;
}
