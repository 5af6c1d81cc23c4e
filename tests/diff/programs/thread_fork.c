/* SPDX-License-Identifier: MIT */
/* thread_fork.c - fork in a threaded process: one thread, a copy of memory, locks of atfork handlers. */
#include "tests/diff/thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int stop, prepared;

static void prepare(void)
{
    pthread_mutex_lock(&mutex);
    prepared++;
}

static void after(void)
{
    pthread_mutex_unlock(&mutex);
}

static void *busy(void *unused)
{
    (void)unused;
    while (!get(&stop)) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static int threads(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/task");
    struct dirent *entry;

    while ((entry = readdir(directory)))
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static void *thread_of_child(void *unused)
{
    (void)unused;
    return (void *)5;
}

static void *forks(void *unused)
{
    long wrong = 0;

    (void)unused;
    for (int i = 0; i < 10; i++) {
        pid_t pid = fork();

        NEED(pid >= 0);
        if (pid == 0) {
            pthread_mutex_lock(&mutex);
            pthread_mutex_unlock(&mutex);
            _exit(threads() == 1 && tid() == getpid() &&
                          join(start(thread_of_child, NULL)) == (void *)5
                      ? 0
                      : 1);
        }
        wrong += reap(pid);
    }
    return (void *)wrong;
}

int main(void)
{
    pthread_t thread[3];

    pthread_atfork(prepare, after, after);
    for (int i = 0; i < 2; i++)
        thread[i] = start(busy, NULL);
    thread[2] = start(forks, NULL);
    printf("wrong %ld\n", (long)join(thread[2]));
    set(&stop, 1);
    join(thread[0]);
    join(thread[1]);
    printf("prepared %d\n", prepared);
    return 0;
}
