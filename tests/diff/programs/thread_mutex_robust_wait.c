/* SPDX-License-Identifier: MIT */
/* thread_mutex_robust_wait.c - a thread waits for a robust mutex whose owner ends. */
#include "tests/diff/thread.h"

static pthread_mutex_t *mutex;
static int *words; /* shared: 0 the owner has it, 1 the owner may end */

static void *waits(void *result)
{
    set(&words[2], tid());
    *(int *)result = pthread_mutex_lock(mutex);
    pthread_mutex_consistent(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

static void *owns(void *unused)
{
    (void)unused;
    pthread_mutex_lock(mutex);
    set(&words[0], 1);
    wait_value(&words[1], 1);
    return NULL;
}

static void round_of(int protocol, bool process)
{
    pthread_mutexattr_t attr;
    pthread_t waiter, owner = 0;
    int result = -1;
    pid_t pid = 0;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    NEED(pthread_mutexattr_setprotocol(&attr, protocol) == 0);
    memset(mutex, 0, sizeof *mutex);
    pthread_mutex_init(mutex, &attr);
    words[0] = words[1] = words[2] = 0;
    if (process) {
        pid = fork();
        NEED(pid >= 0);
        if (pid == 0) {
            owns(NULL);
            _exit(0);
        }
    } else {
        owner = start(owns, NULL);
    }
    wait_value(&words[0], 1);
    waiter = start(waits, &result);
    wait_asleep(&words[2]);
    set(&words[1], 1);
    join(waiter);
    if (process)
        reap(pid);
    else
        join(owner);
    printf("the waiter got %s\n", error_name(result));
    SHOW_ERROR(pthread_mutex_trylock(mutex));
    pthread_mutex_unlock(mutex);
}

int main(void)
{
    void *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(shared != MAP_FAILED);
    words = shared;
    mutex = (pthread_mutex_t *)((char *)shared + 256);
    round_of(PTHREAD_PRIO_NONE, false);
    round_of(PTHREAD_PRIO_NONE, true);
    round_of(PTHREAD_PRIO_INHERIT, false);
    round_of(PTHREAD_PRIO_INHERIT, true);
    return 0;
}
