/* SPDX-License-Identifier: MIT */
/* smp_processes.c - processes run on both CPUs, exchange through pipes and futexes, and are waited for. */
#include "tests/diff/thread.h"

enum {
    CHILDREN = 6,
    ROUNDS = 100
};

int main(void)
{
    int *words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int pipes[2];
    pid_t pids[CHILDREN];
    long sum = 0;

    NEED(words != MAP_FAILED && pipe(pipes) == 0);
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        NEED(pids[i] >= 0);
        if (pids[i] == 0) {
            pin(i % 2);
            for (int k = 0; k < ROUNDS; k++) {
                int value = i * ROUNDS + k;

                NEED(write(pipes[1], &value, sizeof value) == sizeof value);
                if (add(&words[0], 1) % 50 == 0)
                    futex(&words[0], FUTEX_WAKE, 1, NULL);
            }
            _exit(i);
        }
    }
    close(pipes[1]);
    for (int value; read(pipes[0], &value, sizeof value) == sizeof value;)
        sum += value;
    for (int seen; (seen = get(&words[0])) < CHILDREN * ROUNDS;)
        futex(&words[0], FUTEX_WAIT, (uint32_t)seen, NULL);
    for (int i = 0; i < CHILDREN; i++)
        printf("child %d\n", reap(pids[i]));
    printf("sum %ld\n", sum);
    return 0;
}
