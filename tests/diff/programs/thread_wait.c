/* SPDX-License-Identifier: MIT */
/* thread_wait.c - children belong to the process: any thread may wait; threads are nobody's children. */
#include "tests/diff/thread.h"

static void *forks(void *unused)
{
    pid_t pid = fork();

    (void)unused;
    if (pid == 0)
        _exit(8);
    return (void *)(long)pid;
}

static void *waits(void *pid)
{
    int status = 0;

    TELL(waitpid((pid_t)(long)pid, &status, 0) == (pid_t)(long)pid);
    say_status("child", status);
    return NULL;
}

static void *idles(void *own)
{
    set(own, tid());
    wait_value(own, 0);
    return NULL;
}

int main(void)
{
    int other = 0;
    int status;
    void *pid = join(start(forks, NULL)); /* its maker has ended */

    join(start(waits, pid));
    pid = join(start(forks, NULL));
    waits(pid);
    pthread_t thread = start(idles, &other);

    wait_not(&other, 0);
    SHOW(waitpid(other, &status, __WALL));
    SHOW(waitpid(-1, &status, __WALL | WNOHANG));
    SHOW(waitpid(-1, &status, __WCLONE));
    set(&other, 0);
    join(thread);
    pid_t parent = getpid();

    pid = (void *)(long)fork();
    if (!pid) {
        TELL(getppid() == parent);
        _exit(0);
    }
    join(start(waits, pid));
    return 0;
}
