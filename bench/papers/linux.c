/* SPDX-License-Identifier: MIT */
/*
 * linux.c - the same experiments where Linux has a counterpart: getppid, SIGSEGV and mprotect, pipes, and shared memory with
 * sched_yield. First process of the machine; turns it off.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "bench/papers/matrix.h"

#define PAGE   4096
#define PAGES  100
#define ROUNDS 10000

static char *area;
static char *protect_next;
static volatile uint64_t traps, dispatched;
static uint64_t began;

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void begin(void)
{
    began = ticks();
}

static void end(const char *name, uint64_t count)
{
    uint64_t took = ticks() - began;

    printf("row %s %.1f\n", name, (double)took / (double)count);
    fflush(stdout);
}

static void touch(char *address)
{
    __asm__ volatile("movb $0, (%0)" : : "a"(address) : "memory");
}

static void handle(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(SIGSEGV, &action, NULL);
    traps = 0;
}

static void step_over(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    dispatched = ticks();
    traps++;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 3;
}

static char *page_of(void *address)
{
    return (char *)((uintptr_t)address & ~(uintptr_t)(PAGE - 1));
}

static void appel1(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    traps++;
    mprotect(protect_next, PAGE, PROT_READ);
    mprotect(page_of(info->si_addr), PAGE, PROT_READ | PROT_WRITE);
}

static void appel2(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    traps++;
    mprotect(page_of(info->si_addr), PAGE, PROT_READ | PROT_WRITE);
}

static char *shuffled(uint64_t i)
{
    return area + i * 37 % PAGES * PAGE;
}

static void check(int right, const char *what)
{
    if (!right)
        printf("# wrong: %s\n", what);
}

static void memory(void)
{
    uint64_t one_way = 0;

    handle(step_over);
    mprotect(area, PAGE, PROT_READ);
    begin();
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t before = ticks();

        touch(area);
        one_way += dispatched - before;
    }
    end("trap", ROUNDS);
    printf("row exception_protection %.0f\n", (double)one_way / ROUNDS);
    check(traps == ROUNDS, "trap");
    mprotect(area, PAGE, PROT_READ | PROT_WRITE);

    begin();
    for (int i = 0; i < ROUNDS;
         i++) /* changes each time: the same protection again would be no change */
        mprotect(area, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
    end("prot1", ROUNDS);
    begin();
    for (int i = 0; i < PAGES; i++)
        mprotect(area, PAGES * PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
    end("prot100", PAGES);

    handle(appel1);
    mprotect(shuffled(0), PAGE, PROT_READ);
    begin();
    for (int i = 0; i < ROUNDS; i++) {
        protect_next = shuffled((i + 1) % PAGES);
        touch(shuffled(i % PAGES));
    }
    end("appel1", ROUNDS);
    check(traps == ROUNDS, "appel1");
    handle(appel2);
    begin();
    for (int round = 0; round < ROUNDS / PAGES; round++) {
        mprotect(area, PAGES * PAGE, PROT_READ);
        for (int i = 0; i < PAGES; i++)
            touch(shuffled(i));
    }
    end("appel2", ROUNDS);
    check(traps == ROUNDS, "appel2");
}

static void pipes(void)
{
    int to[2], from[2];
    uint64_t word = 0;

    if (pipe(to) || pipe(from))
        return;
    pid_t child = fork();

    if (!child) {
        while (read(to[0], &word, sizeof word) == sizeof word) {
            word++;
            if (write(from[1], &word, sizeof word) != sizeof word)
                break;
        }
        _exit(0);
    }
    begin();
    for (int i = 0; i < ROUNDS; i++)
        if (write(to[1], &word, sizeof word) != sizeof word ||
            read(from[0], &word, sizeof word) != sizeof word)
            break;
    end("pipe", 2 * ROUNDS);
    check(word == ROUNDS, "pipe");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void shared(void)
{
    volatile uint64_t *word =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();

    if (!child)
        for (;;) {
            while (!(*word & 1))
                sched_yield();
            (*word)++;
        }
    begin();
    for (int i = 0; i < ROUNDS; i++) {
        (*word)++;
        while (*word & 1)
            sched_yield();
    }
    end("shm", 2 * ROUNDS);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

__attribute__((noinline)) static void procedure(void)
{
    __asm__ volatile("" : : : "memory");
}

static void matrix(void)
{
    static uint32_t a[MATRIX * MATRIX], b[MATRIX * MATRIX], c[MATRIX * MATRIX];

    for (uint32_t i = 0; i < MATRIX * MATRIX; i++) {
        a[i] = i;
        b[i] = i % 7;
    }
    for (uint32_t i = 0; i < MATRIX * MATRIX; i += 64)
        ((volatile uint32_t *)c)[i] = 0;
    begin();
    matrix_multiply(a, b, c);
    end("matrix_150", 1);
}

int main(void)
{
    area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGES; i++)
        touch(area + i * PAGE);
    begin();
    for (int i = 0; i < ROUNDS; i++)
        procedure();
    end("procedure_call", ROUNDS);
    begin();
    for (int i = 0; i < ROUNDS; i++)
        syscall(SYS_getppid);
    end("null_call", ROUNDS);
    memory();
    matrix();
    pipes();
    shared();
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
