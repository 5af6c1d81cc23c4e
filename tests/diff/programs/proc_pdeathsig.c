/* SPDX-License-Identifier: MIT */
/* proc_pdeathsig.c - a child can ask for a signal when its parent dies. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char byte = 0;
    int set = -1;

    NEED(pipe(tube) == 0);
    SHOW(prctl(PR_GET_PDEATHSIG, &set));
    printf("at first %d\n", set);
    SHOW(prctl(PR_SET_PDEATHSIG, 1000));
    pid_t pid = fork();
    if (pid == 0) {
        pid_t parent = getpid();

        if (fork() == 0) {
            catch_signal(SIGUSR2, 0);
            prctl(PR_SET_PDEATHSIG, SIGUSR2);
            NEED(write(tube[1], "r", 1) == 1);
            for (int i = 0; i < 2000 && !caught_count; i++)
                sleep_ms(1);
            byte = caught_count && getppid() != parent ? 'y' : 'n';
            _exit(write(tube[1], &byte, 1) != 1);
        }
        _exit(read(tube[0], &byte, 1) != 1);
    }
    printf("parent's code %d\n", reap(pid));
    close(tube[1]);
    NEED(read(tube[0], &byte, 1) == 1);
    printf("signal came: %c\n", byte);
    return 0;
}
