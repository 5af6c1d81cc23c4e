/* SPDX-License-Identifier: MIT */
/* smp_kick.c - what one CPU does reaches a program that runs on the other: signals, stops, ends. */
#include "tests/diff/thread.h"

static int ready, handled, *shared;
static int spinner_cpu;

static void handler(int number)
{
    (void)number;
    if (cpu_now() == spinner_cpu)
        add(&handled, 1);
}

static void *spins(void *stop)
{
    spinner_cpu = pin(1);
    set(&ready, 1);
    while (!get(stop))
        continue;
    return NULL;
}

static int exits_while_other_spins(void *status)
{
    static int never;

    pin(0);
    ready = 0;
    start(spins, &never);
    wait_value(&ready, 1);
    _exit((int)(long)status);
}

static void stop_and_continue(void)
{
    int status;
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        pin(1);
        for (;;)
            add(&shared[0], 1);
    }
    while (get(&shared[0]) == 0)
        continue;
    for (int i = 0; i < 5; i++) {
        NEED(kill(pid, SIGSTOP) == 0);
        NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
        int before = get(&shared[0]);

        for (volatile int k = 0; k < 100000; k++)
            continue;
        NEED(get(&shared[0]) == before);
        NEED(kill(pid, SIGCONT) == 0);
        while (get(&shared[0]) == before)
            continue;
    }
    NEED(kill(pid, SIGKILL) == 0);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
}

int main(void)
{
    int stop = 0;

    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(shared != MAP_FAILED);
    pin(0);
    signal(SIGUSR1, handler);
    pthread_t thread = start(spins, &stop);

    wait_value(&ready, 1);
    for (int i = 1; i <= 200; i++) {
        NEED(pthread_kill(thread, SIGUSR1) == 0);
        while (get(&handled) != i)
            continue;
    }
    set(&stop, 1);
    join(thread);
    printf("handled %d\n", handled);
    for (long i = 0; i < 10; i++)
        run_child("child", exits_while_other_spins, (void *)i);
    stop_and_continue();
    return 0;
}
