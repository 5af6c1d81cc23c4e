/* SPDX-License-Identifier: MIT */
/* limits.h - for the programs of tests/diff about one limit each. */
#pragma once
#include "tests/diff/diff.h"

static int story_limit;

static inline void say_limit(const char *when)
{
    struct rlimit now;

    NEED(getrlimit(story_limit, &now) == 0);
    printf("%s: %ld %ld\n", when, (long)now.rlim_cur, (long)now.rlim_max);
}

/* Values that do no harm whatever they limit. */
static int story_lower(void *unused)
{
    struct rlimit limit = {1 << 24, 1 << 25};
    struct rlimit wrong = {2, 1};
    struct rlimit old;
    pid_t pid;

    (void)unused;
    if (story_limit == RLIMIT_NOFILE || story_limit == RLIMIT_NPROC ||
        story_limit == RLIMIT_MEMLOCK || story_limit == RLIMIT_SIGPENDING ||
        story_limit == RLIMIT_MSGQUEUE)
        limit = (struct rlimit){100, 200}; /* what may not be raised above a machine's own limit */
    SHOW(setrlimit(story_limit, &limit));
    say_limit("lowered");
    SHOW(setrlimit(story_limit, &wrong));
    say_limit("after the wrong one");
    pid = fork();
    NEED(pid >= 0);
    if (pid == 0) {
        say_limit("child");
        _exit(0);
    }
    printf("%d\n", reap(pid));
    limit.rlim_cur -= 50;
    SHOW(prlimit(0, story_limit, &limit, &old));
    printf("old %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
    SHOW(prlimit(getpid(), story_limit, NULL, &old));
    printf("now %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
    if (geteuid() == 0)
        NEED(setgid(65534) == 0 && setuid(65534) == 0);
    limit.rlim_max++;
    SHOW(setrlimit(story_limit, &limit));
    limit.rlim_max -= 2;
    SHOW(setrlimit(story_limit, &limit));
    limit.rlim_cur = limit.rlim_max;
    SHOW(setrlimit(story_limit, &limit));
    say_limit("at the end");
    return 0;
}

static inline void limit_story(int limit)
{
    story_limit = limit;
    run_child("child", story_lower, NULL);
    SHOW(getrlimit(story_limit, BAD_POINTER));
    SHOW(setrlimit(story_limit, BAD_POINTER));
    SHOW(prlimit(4000000, story_limit, NULL, NULL));
}
