/* SPDX-License-Identifier: MIT */
/* thread_exec.c - execve from the leader and from another thread: the others go, the number stays. */
#include "tests/diff/thread.h"

static char *numbers[4];
static int ready;

static void *spins(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;)
        __asm__ volatile("pause");
    return NULL;
}

static void *sleeps(void *unused)
{
    (void)unused;
    add(&ready, 1);
    for (;;)
        pause();
    return NULL;
}

static void *execs(void *unused)
{
    (void)unused;
    wait_value(&ready, 2);
    execv("/proc/self/exe", numbers);
    return NULL;
}

static void *execs_nothing(void *unused)
{
    (void)unused;
    execv("/does/not/exist", numbers);
    TELL(errno == ENOENT);
    return NULL;
}

static int from_thread(void *unused)
{
    (void)unused;
    ready = 0;
    start(spins, NULL);
    start(sleeps, NULL);
    join(start(execs_nothing, NULL));
    start(execs, NULL);
    for (;;)
        pause();
    return 0;
}

static int from_leader(void *unused)
{
    (void)unused;
    ready = 0;
    start(spins, NULL);
    start(sleeps, NULL);
    execs(NULL);
    return 99;
}

static int from_both(void *unused)
{
    (void)unused;
    ready = 2;
    start(execs, NULL);
    start(execs, NULL);
    execs(NULL);
    return 99;
}

static void *execs_after_leader(void *leader)
{
    wait_state(getpid(), (int)(long)leader, 'Z');
    execv("/proc/thread-self/exe", numbers);
    return NULL;
}

static int without_leader(void *unused)
{
    (void)unused;
    start(execs_after_leader, (void *)(long)tid());
    syscall(SYS_exit, 0);
    return 99;
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

int main(int argc, char **argv)
{
    static char pid_text[16];
    static int (*const ways[])(void *) = {from_thread, from_leader, from_both, without_leader};

    if (argc > 1) {
        printf("new program: tid is pid %d, threads %d, parent knows it %d\n", tid() == getpid(),
               threads(), getppid() == atoi(argv[1]));
        return 6;
    }
    snprintf(pid_text, sizeof pid_text, "%d", getpid());
    numbers[0] = argv[0];
    numbers[1] = pid_text;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        run_child("child", ways[i], NULL);
    return 0;
}
