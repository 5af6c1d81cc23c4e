/* SPDX-License-Identifier: MIT */
/* thread_close.c - descriptors are the process's: one thread closes what another reads; dup2 over it. */
#include "tests/diff/thread.h"

static int ready, pipes[2];

static void *reads(void *unused)
{
    char byte = 0;

    (void)unused;
    set(&ready, tid());
    long got = read(pipes[0], &byte, 1);

    printf("read %ld '%c'\n", got, byte ? byte : '0');
    return NULL;
}

static void *opens(void *unused)
{
    (void)unused;
    return (void *)(long)open("/dev/null", O_RDONLY);
}

int main(void)
{
    NEED(pipe(pipes) == 0);
    pthread_t thread = start(reads, NULL);

    wait_asleep(&ready);
    SHOW(close(pipes[0])); /* the read goes on with the pipe it has */
    NEED(write(pipes[1], "x", 1) == 1);
    join(thread);
    signal(SIGPIPE, SIG_IGN);
    SHOW(write(pipes[1], "x", 1));
    close(pipes[1]);
    ready = 0;
    NEED(pipe(pipes) == 0);
    thread = start(reads, NULL);
    wait_asleep(&ready);
    SHOW_OK(dup2(open("/dev/null", O_RDONLY), pipes[0]));
    NEED(write(pipes[1], "y", 1) == 1);
    join(thread);
    long fd = (long)join(start(opens, NULL));
    char byte;

    SHOW(read((int)fd, &byte, 1));
    return 0;
}
