/* SPDX-License-Identifier: MIT */
/* sig_action_fork.c - actions after fork: what one side changes, the other does not see; CLONE_SIGHAND shares them. */
#include "tests/diff/diff.h"
#include <sched.h>

static volatile int caught;

static void first(int number)
{
    (void)number;
    caught = 1;
}

static void second(int number)
{
    (void)number;
    caught = 2;
}

static const char *action_of(int number)
{
    struct sigaction action;

    NEED(sigaction(number, NULL, &action) == 0);
    return action.sa_handler == SIG_DFL   ? "default"
           : action.sa_handler == SIG_IGN ? "ignored"
           : action.sa_handler == first   ? "first"
           : action.sa_handler == second  ? "second"
                                          : "?";
}

static void tell(const char *who)
{
    printf("%s: usr1 %s, usr2 %s, pipe %s\n", who, action_of(SIGUSR1), action_of(SIGUSR2),
           action_of(SIGPIPE));
    fflush(stdout);
}

static char stack[65536] __attribute__((aligned(16)));

static int sharer(void *argument)
{
    (void)argument;
    signal(SIGUSR1, SIG_IGN);
    return 0;
}

int main(void)
{
    struct sigaction once = {.sa_handler = first, .sa_flags = (int)SA_RESETHAND};
    int go[2];
    char byte;

    NEED(pipe(go) == 0);
    signal(SIGUSR1, first);
    sigaction(SIGUSR2, &once, NULL);
    signal(SIGPIPE, SIG_IGN);
    tell("before");
    pid_t child = fork();

    if (child == 0) {
        NEED(read(go[0], &byte, 1) == 1); /* the parent has changed its own */
        tell("child");
        raise(SIGUSR2);
        printf("caught %d\n", caught);
        signal(SIGUSR1, SIG_DFL);
        tell("child, changed");
        pid_t grandchild = fork();

        if (grandchild == 0) {
            signal(SIGPIPE, second);
            tell("grandchild");
            _exit(0);
        }
        printf("grandchild %d\n", reap(grandchild));
        tell("child, at last");
        _exit(0);
    }
    signal(SIGUSR1, second);
    NEED(write(go[1], "x", 1) == 1);
    printf("child %d\n", reap(child));
    tell("parent");
    raise(SIGUSR1);
    printf("caught %d\n", caught);
    child = clone(sharer, stack + sizeof stack, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
    NEED(child > 0);
    printf("sharer %d\n", reap(child));
    tell("after the one that shares");
    child = fork();
    if (child == 0) {
        signal(SIGUSR1, first);
        tell("child");
        _exit(0);
    }
    printf("child %d\n", reap(child));
    tell("parent, at last");
    return 0;
}
