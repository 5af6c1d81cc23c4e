/* SPDX-License-Identifier: MIT */
/* thread_mutex_robust.c - robust mutexes whose owner ends: thread, process, exec; consistent and not. */
#include "tests/diff/thread.h"

static pthread_mutex_t *mutex;

static void *take_and_end(void *unused)
{
    (void)unused;
    pthread_mutex_lock(mutex);
    return NULL;
}

static void make(int shared, int protocol)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attr, shared ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
    if (protocol)
        NEED(pthread_mutexattr_setprotocol(&attr, protocol) == 0);
    memset(mutex, 0, sizeof *mutex);
    NEED(pthread_mutex_init(mutex, &attr) == 0);
}

static int dies_holding(void *unused)
{
    (void)unused;
    pthread_mutex_lock(mutex);
    return 0;
}

static int killed_holding(void *unused)
{
    (void)unused;
    pthread_mutex_lock(mutex);
    raise(SIGKILL);
    return 0;
}

static int execs_holding(void *unused)
{
    (void)unused;
    pthread_mutex_lock(mutex);
    execl("/proc/self/exe", "thread_mutex_robust", "child", (char *)NULL);
    return 99;
}

static void recover(const char *what)
{
    printf("%s\n", what);
    SHOW_ERROR(pthread_mutex_lock(mutex));
    SHOW_ERROR(pthread_mutex_consistent(mutex));
    SHOW_ERROR(pthread_mutex_unlock(mutex));
    SHOW_ERROR(pthread_mutex_lock(mutex));
    SHOW_ERROR(pthread_mutex_unlock(mutex));
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 7;
    mutex = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(mutex != MAP_FAILED);
    for (int protocol = 0; protocol < 2; protocol++) {
        int kind = protocol ? PTHREAD_PRIO_INHERIT : 0;

        make(0, kind);
        join(start(take_and_end, NULL));
        recover("a thread ended");
        make(1, kind);
        run_child("child", dies_holding, NULL);
        recover("a process ended");
        run_child("child", killed_holding, NULL);
        recover("a process was killed");
        run_child("child", execs_holding, NULL);
        recover("a process ran another program");
    }
    make(0, 0);
    join(start(take_and_end, NULL));
    SHOW_ERROR(pthread_mutex_lock(mutex));
    SHOW_ERROR(pthread_mutex_unlock(mutex));
    SHOW_ERROR(pthread_mutex_lock(mutex));
    return 0;
}
