/* SPDX-License-Identifier: MIT */
/*
 * rewrite_signals - signals that hit calls which may have become jumps: the interrupted place is always the program's,
 * registers survive, interrupted calls restart or end, vfork returns twice, a clone returns on a stack of its own.
 */
#include "tests/diff/diff.h"
#include <sched.h>

extern const char __executable_start, etext;

static volatile int64_t hits, strange;

static void on_alarm(int number, siginfo_t *info, void *context)
{
    uint64_t rip = (uint64_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

    (void)number;
    (void)info;
    hits++;
    /* The vDSO is the only other code of a static program. */
    if ((rip < (uint64_t)&__executable_start || rip >= (uint64_t)&etext) &&
        rip - getauxval(AT_SYSINFO_EHDR) >= 0x4000)
        strange++;
}

static void storm(void)
{
    struct itimerval often = {{0, 1000}, {0, 1000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    int null = open("/dev/null", O_WRONLY);
    pid_t self = getpid();
    uint64_t wrong = 0;

    NEED(null >= 0);
    handle_signal(SIGALRM, on_alarm, SA_RESTART);
    NEED(setitimer(ITIMER_REAL, &often, NULL) == 0);
    while (hits < 50) {
        for (int i = 0; i < 1000; i++) {
            register uint64_t kept __asm__("r15") = 0x123456789abcdef0ul + (uint64_t)i;
            int64_t id;

            __asm__ volatile("movl $39, %%eax; syscall"
                             : "=a"(id), "+r"(kept)
                             :
                             : "rcx", "r11", "memory");
            wrong += id != self || kept != 0x123456789abcdef0ul + (uint64_t)i;
            wrong += write(null, "xy", 2) != 2;
        }
    }
    NEED(setitimer(ITIMER_REAL, &never, NULL) == 0);
    printf("results that were wrong: %lu, places that were not the program's: %ld\n", wrong,
           strange);
    close(null);
}

/* A read that waits, interrupted after the site has been used before. `done` ends the child's signals. */
static void restart(int flags, const char *what)
{
    volatile int *done =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ends[2];
    char byte = 0;

    NEED(done != MAP_FAILED && pipe(ends) == 0);
    for (int i = 0; i < 3; i++)
        NEED(write(ends[1], "a", 1) == 1 && read(ends[0], &byte, 1) == 1);
    pid_t parent = getpid();

    catch_signal(SIGUSR1, flags);
    pid_t child = fork();

    NEED(child >= 0);
    if (!child) {
        /* A call that ends must be hit while it waits, however often that takes; one that restarts tells nobody. */
        for (int i = 0; flags & SA_RESTART ? i < 20 : !*done; i++) {
            sleep_ms(5);
            kill(parent, SIGUSR1);
        }
        _exit(write(ends[1], "b", 1) == 1 ? 0 : 1);
    }
    ssize_t got = read(ends[0], &byte, 1);

    *done = 1;
    if (got < 0)
        printf("%s: read ended with %s\n", what, error_name(errno));
    while (got < 0)
        got = read(ends[0], &byte, 1);
    printf("%s: then %zd byte '%c'\n", what, got, byte);
    printf("%s: child %d\n", what, reap(child));
    TELL(caught_count > 0);
    close(ends[0]);
    close(ends[1]);
}

static void vforks(void)
{
    for (volatile int i = 0; i < 4; i++) {
        pid_t child = vfork();

        if (!child)
            _exit(40 + i);
        printf("vfork %d: child ended with %d\n", i, reap(child));
    }
}

static int clone_body(void *argument)
{
    return getpid() == getppid() ? 1 : (int)(intptr_t)argument;
}

static void clones(void)
{
    char *stack = map_pages(4);

    for (int i = 0; i < 4; i++) {
        pid_t child = clone(clone_body, stack + 4 * PAGE, CLONE_VM | CLONE_VFORK | SIGCHLD,
                            (void *)(intptr_t)(50 + i));

        printf("clone %d: child ended with %d\n", i, reap(child));
    }
}

int main(void)
{
    storm();
    restart(SA_RESTART, "with SA_RESTART");
    restart(0, "without");
    vforks();
    clones();
    return 0;
}
