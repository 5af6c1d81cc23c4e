/* SPDX-License-Identifier: MIT */
/* sig_kill_all_children.c - a parent stops, continues and kills ten busy children. */
#include "tests/diff/diff.h"

int main(void)
{
    pid_t pids[10];
    int stopped = 0;
    int killed = 0;
    int status;

    for (int i = 0; i < 10; i++) {
        pids[i] = fork();
        NEED(pids[i] >= 0);
        if (pids[i] == 0) {
            for (volatile long spin = 0;; spin++)
                continue;
        }
    }
    for (int i = 0; i < 10; i++)
        NEED(kill(pids[i], SIGSTOP) == 0);
    for (int i = 0; i < 10; i++)
        stopped += waitpid(pids[i], &status, WUNTRACED) == pids[i] && WIFSTOPPED(status);
    for (int i = 0; i < 10; i++)
        NEED(kill(pids[i], i % 2 ? SIGKILL : SIGTERM) == 0 && kill(pids[i], SIGCONT) == 0);
    for (int i = 0; i < 10; i++)
        killed += reap(pids[i]) == (i % 2 ? 1009 : 1015);
    printf("stopped %d, killed as told %d\n", stopped, killed);
    return 0;
}
