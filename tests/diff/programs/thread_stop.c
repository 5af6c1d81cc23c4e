/* SPDX-License-Identifier: MIT */
/* thread_stop.c - stop and continue take all threads; the parent hears of each once. */
#include "tests/diff/thread.h"

static int *shared; /* 0..2: counters of the threads; 3: ready */

static void *spins(void *counter)
{
    add(&shared[3], 1);
    for (;;)
        add(counter, 1);
    return NULL;
}

static void *sleeps(void *unused)
{
    (void)unused;
    add(&shared[3], 1);
    for (;;)
        pause();
    return NULL;
}

int main(void)
{
    int status = 0;

    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(shared != MAP_FAILED);
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        start(spins, &shared[0]);
        start(spins, &shared[1]);
        start(sleeps, NULL);
        for (;;)
            pause();
    }
    wait_value(&shared[3], 3);
    for (int round = 0; round < 3; round++) {
        SHOW(kill(pid, SIGSTOP));
        NEED(waitpid(pid, &status, WUNTRACED) == pid);
        say_status("child", status);
        SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
        int before[2] = {get(&shared[0]), get(&shared[1])};

        for (int i = 0; i < 50; i++)
            sched_yield();
        TELL(before[0] == get(&shared[0]) && before[1] == get(&shared[1]));
        SHOW(kill(pid, SIGCONT));
        NEED(waitpid(pid, &status, WCONTINUED) == pid);
        say_status("child", status);
        SHOW(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG));
        wait_not(&shared[0], before[0]); /* both go on */
        wait_not(&shared[1], before[1]);
    }
    SHOW(kill(pid, SIGSTOP));
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    SHOW(kill(pid, SIGKILL));
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    return 0;
}
