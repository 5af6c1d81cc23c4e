/* SPDX-License-Identifier: MIT */
/* thread.h - for the programs of tests/diff that have threads: starting them, and waiting for what they do without
 * counting on time. */
#pragma once

#include "tests/diff/diff.h"
#include <pthread.h>
#include <semaphore.h>

/* Of <linux/futex.h>, which musl's compiler does not find. */
enum {
    FUTEX_WAIT = 0,
    FUTEX_WAKE = 1,
    FUTEX_REQUEUE = 3,
    FUTEX_CMP_REQUEUE = 4,
    FUTEX_WAKE_OP = 5,
    FUTEX_LOCK_PI = 6,
    FUTEX_UNLOCK_PI = 7,
    FUTEX_TRYLOCK_PI = 8,
    FUTEX_WAIT_BITSET = 9,
    FUTEX_WAKE_BITSET = 10,
    FUTEX_LOCK_PI2 = 13,
    FUTEX_PRIVATE = 128,
    FUTEX_REALTIME = 256,
};
#define FUTEX_WAITERS    0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK   0x3fffffffu

static inline pthread_t start(void *(*body)(void *), void *argument)
{
    pthread_t thread;

    NEED(pthread_create(&thread, NULL, body, argument) == 0);
    return thread;
}

static inline void *join(pthread_t thread)
{
    void *result = NULL;

    NEED(pthread_join(thread, &result) == 0);
    return result;
}

static inline pid_t tid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

static inline int get(const int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static inline void set(int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static inline int add(int *word, int value)
{
    return __atomic_add_fetch(word, value, __ATOMIC_SEQ_CST);
}

/* Until another thread has stored this value. */
static inline void wait_value(const int *word, int value)
{
    while (get(word) != value)
        sched_yield();
}

static inline void wait_not(const int *word, int value)
{
    while (get(word) == value)
        sched_yield();
}

/* The letter that /proc shows for a thread; 0: it is gone. */
static inline char state_of(pid_t pid, pid_t thread)
{
    char path[64];
    char text[512];
    ssize_t length;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)thread);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = 0;
    char *end = strrchr(text, ')');

    return end ? end[2] : 0;
}

/* Until the thread of this process has the state: 'S' asleep, 'T' stopped, 'Z' a zombie, 0 gone. */
static inline void wait_state(pid_t pid, pid_t thread, char state)
{
    while (state_of(pid, thread) != state)
        sched_yield();
}

static inline void wait_asleep(const int *thread)
{
    wait_not(thread, 0);
    wait_state(getpid(), get(thread), 'S');
}

static inline long futex(void *word, int operation, uint32_t value, const struct timespec *timeout)
{
    return syscall(SYS_futex, word, operation, value, timeout, NULL, 0);
}

static inline long futex6(void *word, int operation, uint32_t value, uint64_t value2, void *word2,
                          uint32_t value3)
{
    return syscall(SYS_futex, word, operation, value, value2, word2, value3);
}

/* A bare clone: the child calls body(argument) on a stack of its own and ends its thread with what it returns. */
long bare_clone(unsigned long flags, void *stack_top, void *parent_tid, void *child_tid, void *tls,
                int (*body)(void *), void *argument);
__asm__(".text\n"
        ".globl bare_clone\n"
        ".type bare_clone, @function\n"
        "bare_clone:\n\t"
        "movq 8(%rsp), %rax\n\t" /* argument */
        "andq $-16, %rsi\n\t"
        "leaq -16(%rsi), %rsi\n\t"
        "movq %rax, 8(%rsi)\n\t"
        "movq %r9, (%rsi)\n\t"
        "movq %rcx, %r10\n\t"
        "movl $56, %eax\n\t"
        "syscall\n\t"
        "testq %rax, %rax\n\t"
        "jz 1f\n\t"
        "ret\n"
        "1:\txorl %ebp, %ebp\n\t"
        "popq %rax\n\t"
        "popq %rdi\n\t"
        "call *%rax\n\t"
        "movl %eax, %edi\n\t"
        "movl $60, %eax\n\t"
        "syscall\n\t"
        "ud2\n\t"
        ".size bare_clone, . - bare_clone\n");

/* For the programs named smp_*, which run with two CPUs: put the caller on the first or second that it may use. */
static inline int pin(int which)
{
    static cpu_set_t all;
    static int known;
    cpu_set_t one;
    int cpu = 0;

    if (!get(&known)) {
        NEED(sched_getaffinity(0, sizeof all, &all) == 0);
        NEED(CPU_COUNT(&all) >= 2);
        set(&known, 1);
    }
    for (;; cpu++)
        if (CPU_ISSET(cpu, &all) && which-- == 0)
            break;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    NEED(sched_setaffinity(0, sizeof one, &one) == 0);
    return cpu;
}

static inline int cpu_now(void)
{
    unsigned cpu = 0;

    NEED(syscall(SYS_getcpu, &cpu, NULL, NULL) == 0);
    return (int)cpu;
}
