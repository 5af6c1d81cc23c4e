/* SPDX-License-Identifier: MIT */
/* thread_leader_signal.c - a process whose first thread ended still takes signals and stops. */
#include "tests/diff/thread.h"

static int leader_tid;
static volatile int handled;
static int *go; /* shared with the parent */

static void handler(int number)
{
    (void)number;
    handled++;
}

static void *outlives(void *unused)
{
    (void)unused;
    wait_state(getpid(), leader_tid, 'Z');
    kill(getpid(), SIGUSR1);
    while (!handled)
        sched_yield();
    kill(getpid(), SIGSTOP);
    wait_value(go, 1);
    _exit(handled);
    return NULL;
}

int main(void)
{
    int status;

    go = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(go != MAP_FAILED);
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        leader_tid = tid();
        signal(SIGUSR1, handler);
        start(outlives, NULL);
        syscall(SYS_exit, 0);
    }
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status("child", status);
    SHOW(kill(pid, SIGCONT));
    NEED(waitpid(pid, &status, WCONTINUED) == pid);
    say_status("child", status);
    set(go, 1);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    return 0;
}
