/* SPDX-License-Identifier: MIT */
/* thread_sem.c - semaphores between threads and between processes. */
#include "tests/diff/thread.h"

static sem_t *here, *there;

static void *answers(void *count)
{
    for (long i = 0; i < (long)count; i++) {
        sem_wait(here);
        sem_post(there);
    }
    return NULL;
}

static void play(long count)
{
    for (long i = 0; i < count; i++) {
        sem_post(here);
        sem_wait(there);
    }
}

int main(void)
{
    struct timespec past = {1, 0};
    int value = -1;
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(page != MAP_FAILED);
    here = page;
    there = here + 1;
    sem_init(here, 1, 0);
    sem_init(there, 1, 0);
    pthread_t thread = start(answers, (void *)300);

    play(300);
    join(thread);
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        answers((void *)300);
        _exit(5);
    }
    play(300);
    printf("child %d\n", reap(pid));
    SHOW(sem_trywait(here));
    SHOW(sem_timedwait(here, &past));
    SHOW(sem_post(here));
    SHOW(sem_getvalue(here, &value));
    printf("value %d\n", value);
    SHOW(sem_trywait(here));
    return 0;
}
