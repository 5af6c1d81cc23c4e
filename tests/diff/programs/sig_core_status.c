/* SPDX-License-Identifier: MIT */
/* sig_core_status.c - which ends by signals leave a core file, told by the wait status: limits, dumpable, the signal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/coreXXXXXX";

static void end_by(const char *what, int signal, rlim_t limit, int dumpable)
{
    int status;
    siginfo_t info = {0};
    pid_t child = fork();

    if (!child) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){limit, RLIM_INFINITY});
        prctl(PR_SET_DUMPABLE, dumpable);
        if (signal == SIGABRT)
            abort();
        if (signal == SIGILL)
            __asm__ volatile("ud2");
        if (signal == SIGSEGV)
            *(volatile int *)8 = 1;
        kill(getpid(), signal);
        _exit(1);
    }
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
    waitpid(child, &status, 0);
    printf("%s: signal %d core %d, code %s\n", what, WTERMSIG(status), !!WCOREDUMP(status),
           info.si_code == CLD_DUMPED   ? "dumped"
           : info.si_code == CLD_KILLED ? "killed"
                                        : "other");
}

int main(void)
{
    if (!mkdtemp(directory) || chdir(directory)) {
        perror(directory);
        return 1;
    }
    end_by("segv, no limit", SIGSEGV, RLIM_INFINITY, 1);
    end_by("segv, limit 0", SIGSEGV, 0, 1);
    end_by("segv, not dumpable", SIGSEGV, RLIM_INFINITY, 0);
    end_by("abrt", SIGABRT, RLIM_INFINITY, 1);
    end_by("ill", SIGILL, RLIM_INFINITY, 1);
    end_by("quit", SIGQUIT, RLIM_INFINITY, 1);
    end_by("xcpu", SIGXCPU, RLIM_INFINITY, 1);
    end_by("sys", SIGSYS, RLIM_INFINITY, 1);
    end_by("term", SIGTERM, RLIM_INFINITY, 1);
    end_by("kill", SIGKILL, RLIM_INFINITY, 1);
    end_by("usr1", SIGUSR1, RLIM_INFINITY, 1);
    unlink("core");
    chdir("/");
    rmdir(directory);
    return 0;
}
