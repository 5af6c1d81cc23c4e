/* SPDX-License-Identifier: MIT */
/* proc_sigchld_ignore.c - with SIGCHLD ignored or SA_NOCLDWAIT children leave no zombies. */
#include "tests/diff/diff.h"

int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0)
        _exit(1);
    SHOW(wait(NULL));
    struct sigaction action = {.sa_handler = count_caught, .sa_flags = SA_NOCLDWAIT | SA_RESTART};
    NEED(sigaction(SIGCHLD, &action, NULL) == 0);
    if (fork() == 0)
        _exit(1);
    SHOW(wait(NULL));
    printf("handler ran %d times\n", (int)caught_count);
    signal(SIGCHLD, SIG_DFL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(1);
    printf("by default the code is there: %d\n", reap(pid));
    return 0;
}
