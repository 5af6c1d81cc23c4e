/* SPDX-License-Identifier: MIT */
/* rseq_abort.c - a sequence that is preempted or interrupted starts again at its abort address. */
#include "tests/diff/thread.h"

struct area {
    uint32_t cpu_start, cpu;
    uint64_t sequence;
    uint32_t flags, node, mm_cid, pad;
} __attribute__((aligned(32)));

struct sequence {
    uint32_t version, flags;
    uint64_t start, length, abort;
} __attribute__((aligned(32)));

enum {
    SIGNATURE = 0x53053053
};

static struct area area;
static volatile int interrupted;

static void handler(int number)
{
    (void)number;
    interrupted++;
}

/* Spins inside a sequence until it is aborted: 1. The only way out is the abort. */
static int spin_until_abort(void)
{
    int aborted = 0;

    __asm__ volatile(".pushsection .data.rseq, \"aw\"\n\t"
                     ".balign 32\n"
                     "9:\t.long 0, 0\n\t"
                     ".quad 1f, 2f - 1f, 4f\n\t"
                     ".popsection\n\t"
                     "leaq 9b(%%rip), %%rax\n\t"
                     "movq %%rax, %1\n"
                     "1:\tpause\n\t"
                     "jmp 1b\n"
                     "2:\tjmp 3f\n\t"
                     ".long 0x53053053\n"
                     "4:\tmovl $1, %0\n"
                     "3:\n"
                     : "+r"(aborted), "+m"(area.sequence)
                     :
                     : "rax", "memory");
    return aborted;
}

static void *competes(void *stop)
{
    while (!get(stop))
        continue;
    return NULL;
}

int main(void)
{
    struct itimerval soon = {.it_value = {0, 20000}};
    int stop = 0;

    NEED(syscall(334, &area, 32, 0, SIGNATURE) == 0);
    signal(SIGALRM, handler);
    setitimer(ITIMER_REAL, &soon, NULL);
    printf("aborted %d\n", spin_until_abort());
    TELL(area.sequence == 0);
    while (!interrupted)
        sched_yield();
    /* A thread on the same CPU preempts it sooner or later. */
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    NEED(sched_setaffinity(0, sizeof one, &one) == 0);
    pthread_t thread = start(competes, &stop);

    printf("aborted %d\n", spin_until_abort());
    set(&stop, 1);
    join(thread);
    struct sequence wrong = {.start = 1, .length = 2, .abort = (uint64_t)main};
    pid_t pid = fork();

    if (pid == 0) { /* no signature before the abort address */
        area.sequence = (uint64_t)&wrong;
        raise(SIGALRM);
        _exit(0);
    }
    int status = 0;

    NEED(waitpid(pid, &status, 0) == pid);
    say_status("malformed", status);
    return 0;
}
