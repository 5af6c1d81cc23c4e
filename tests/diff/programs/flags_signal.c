/* SPDX-License-Identifier: MIT */
/* flags_signal.c - every signal by every call that sends one, to oneself while all are blocked, and taken again. */
#include "tests/diff/diff.h"

static void take(int signal, const char *call, long result)
{
    sigset_t set;
    siginfo_t info;
    struct timespec none = {0};

    if (result < 0) {
        printf("%d %s: %s\n", signal, call, error_name(errno));
        return;
    }
    sigemptyset(&set);
    sigaddset(&set, signal);
    memset(&info, 0, sizeof info);
    long got = syscall(SYS_rt_sigtimedwait, &set, &info, &none, 8);

    printf("%d %s: %ld code %d\n", signal, call, got, info.si_code);
}

int main(void)
{
    sigset_t all;
    siginfo_t info = {.si_code = SI_QUEUE};
    int pid = getpid();

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int signal = 1; signal <= 31; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP)
            continue;
        take(signal, "kill", syscall(SYS_kill, pid, signal));
        take(signal, "tkill", syscall(SYS_tkill, pid, signal));
        take(signal, "tgkill", syscall(SYS_tgkill, pid, pid, signal));
        info.si_signo = signal;
        take(signal, "rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, pid, signal, &info));
        take(signal, "rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, pid, pid, signal, &info));
    }
    for (int i = 0; i < 5; i++) { /* those two end and stop a child */
        int status = 0, child = fork();

        if (!child)
            for (;;)
                pause();
        info.si_signo = SIGSTOP;
        long result = i == 0   ? syscall(SYS_kill, child, SIGSTOP)
                      : i == 1 ? syscall(SYS_tkill, child, SIGSTOP)
                      : i == 2 ? syscall(SYS_tgkill, child, child, SIGSTOP)
                      : i == 3 ? syscall(SYS_rt_sigqueueinfo, child, SIGSTOP, &info)
                               : syscall(SYS_rt_tgsigqueueinfo, child, child, SIGSTOP, &info);

        waitpid(child, &status, WUNTRACED);
        printf("stop: %ld %d\n", result, WIFSTOPPED(status) ? WSTOPSIG(status) : -1);
        info.si_signo = SIGKILL;
        result = i == 0   ? syscall(SYS_kill, child, SIGKILL)
                 : i == 1 ? syscall(SYS_tkill, child, SIGKILL)
                 : i == 2 ? syscall(SYS_tgkill, child, child, SIGKILL)
                 : i == 3 ? syscall(SYS_rt_sigqueueinfo, child, SIGKILL, &info)
                          : syscall(SYS_rt_tgsigqueueinfo, child, child, SIGKILL, &info);
        waitpid(child, &status, 0);
        printf("kill: %ld %d\n", result, WIFSIGNALED(status) ? WTERMSIG(status) : -1);
    }
    return 0;
}
