/* SPDX-License-Identifier: MIT */
/* sys_getrlimit.c - resource limits: reading, setting, refusing. */
#include "tests/diff/diff.h"

static void say_limit(const char *name, int which)
{
    struct rlimit limit;

    NEED(getrlimit(which, &limit) == 0);
    printf("%s: %ld %ld\n", name, (long)limit.rlim_cur, (long)limit.rlim_max);
}

static int child(void *unused)
{
    (void)unused;
    say_limit("inherited", RLIMIT_NOFILE);
    NEED(setuid(1000) == 0);
    SHOW(setrlimit(RLIMIT_NOFILE, &(struct rlimit){50, 60}));
    SHOW(setrlimit(RLIMIT_NOFILE, &(struct rlimit){10, 50}));
    SHOW(setrlimit(RLIMIT_NOFILE, &(struct rlimit){50, 50}));
    return 0;
}

int main(void)
{
    struct rlimit old;

    say_limit("stack", RLIMIT_STACK);
    say_limit("core", RLIMIT_CORE);
    say_limit("files", RLIMIT_NOFILE);
    SHOW(setrlimit(RLIMIT_NOFILE, &(struct rlimit){30, 20}));
    SHOW(setrlimit(RLIMIT_NOFILE, &(struct rlimit){30, 50}));
    run_child("child", child, NULL);
    SHOW(prlimit(0, RLIMIT_NOFILE, &(struct rlimit){40, 50}, &old));
    printf("old %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
    SHOW(prlimit(getpid(), RLIMIT_NOFILE, NULL, &old));
    printf("now %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
    SHOW(syscall(SYS_getrlimit, 99, &old));
    SHOW(syscall(SYS_setrlimit, 99, &old));
    SHOW(syscall(SYS_getrlimit, RLIMIT_NOFILE, BAD_POINTER));
    SHOW(prlimit(12345678, RLIMIT_NOFILE, NULL, &old));
    return 0;
}
