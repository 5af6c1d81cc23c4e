/* SPDX-License-Identifier: MIT */
/* thread_leader.c - the first thread ends before the others: a zombie that still names the process. */
#include "tests/diff/thread.h"

static int leader_tid;
static int status_of_last;

static void *outlives(void *unused)
{
    char path[64];
    char link[64];

    (void)unused;
    wait_state(getpid(), leader_tid, 'Z');
    printf("leader %c, pid is the leader's: %d\n", state_of(getpid(), getpid()),
           getpid() == leader_tid);
    SHOW(syscall(SYS_tgkill, getpid(), leader_tid, 0));
    SHOW(kill(getpid(), 0));
    snprintf(path, sizeof path, "/proc/%d/exe", getpid());
    TELL(readlink("/proc/self/exe", link, sizeof link) > 0 || errno == ENOENT);
    int pid = fork();

    if (pid == 0)
        _exit(4);
    printf("child %d\n", reap(pid));
    fflush(stdout);
    syscall(SYS_exit, status_of_last);
    return NULL;
}

static int leader_leaves(void *unused)
{
    (void)unused;
    leader_tid = tid();
    start(outlives, NULL);
    syscall(SYS_exit, 11);
    return 0;
}

static void *exits_all(void *unused)
{
    (void)unused;
    wait_state(getpid(), leader_tid, 'Z');
    _exit(22);
    return NULL;
}

static int leader_leaves_group(void *unused)
{
    (void)unused;
    leader_tid = tid();
    start(exits_all, NULL);
    syscall(SYS_exit, 11);
    return 0;
}

static void *is_killed(void *unused)
{
    (void)unused;
    wait_state(getpid(), leader_tid, 'Z');
    raise(SIGTERM);
    return NULL;
}

static int leader_leaves_killed(void *unused)
{
    (void)unused;
    leader_tid = tid();
    start(is_killed, NULL);
    syscall(SYS_exit, 11);
    return 0;
}

int main(void)
{
    status_of_last = 33;
    run_child("last thread exits with 33", leader_leaves, NULL);
    run_child("exit_group(22)", leader_leaves_group, NULL);
    run_child("killed", leader_leaves_killed, NULL);
    return 0;
}
