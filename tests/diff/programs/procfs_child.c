/* SPDX-License-Identifier: MIT */
/* procfs_child.c - a child's state is seen in /proc: running, stopped, zombie, gone. */
#include "tests/diff/diff.h"

static char state_of(pid_t pid)
{
    char path[64], text[512] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return '-';
    NEED(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return strrchr(text, ')')[2];
}

int main(void)
{
    int status;
    siginfo_t info;
    pid_t pid = fork();

    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    printf("stopped: %c\n", state_of(pid));
    kill(pid, SIGCONT);
    NEED(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
    printf("exited: %c\n", state_of(pid));
    NEED(waitpid(pid, &status, 0) == pid);
    printf("waited for: %c\n", state_of(pid));
    return 0;
}
