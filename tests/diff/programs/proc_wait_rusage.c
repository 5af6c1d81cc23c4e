/* SPDX-License-Identifier: MIT */
/* proc_wait_rusage.c - wait4 fills in resource usage. */
#include "tests/diff/diff.h"

int main(void)
{
    struct rusage usage;
    int status;

    memset(&usage, 0xff, sizeof usage);
    pid_t pid = fork();
    if (pid == 0)
        _exit(8);
    TELL(wait4(pid, &status, 0, &usage) == pid);
    say_status("child", status);
    TELL(usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_usec >= 0 &&
         usage.ru_utime.tv_usec < 1000000);
    TELL(usage.ru_stime.tv_sec >= 0 && usage.ru_stime.tv_usec >= 0 &&
         usage.ru_stime.tv_usec < 1000000);
    TELL(usage.ru_utime.tv_sec < 5);
    TELL(usage.ru_maxrss >= 0 && usage.ru_minflt >= 0);
    return 0;
}
