/* SPDX-License-Identifier: MIT */
/* sched_policy_kept.c - SCHED_BATCH and SCHED_IDLE are told as they were set, and inherited unless told otherwise. */
#include "tests/diff/diff.h"

static void tell(const char *when)
{
    struct sched_param parameter = {.sched_priority = 7};

    printf("%s: policy %d, getparam %d, priority %d\n", when,
           (int)syscall(SYS_sched_getscheduler, 0), (int)syscall(SYS_sched_getparam, 0, &parameter),
           parameter.sched_priority);
}

static void in_child(const char *when)
{
    fflush(stdout);
    if (!fork()) {
        tell(when);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

static long set(int policy, int priority)
{
    struct sched_param parameter = {.sched_priority = priority};

    return syscall(SYS_sched_setscheduler, 0, policy, &parameter);
}

int main(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48, .policy = 5};

    tell("at first");
    SHOW(set(SCHED_BATCH, 0));
    tell("batch");
    in_child("its child");
    SHOW(set(SCHED_BATCH, 1));
    SHOW(set(SCHED_BATCH | 0x40000000, 0));
    tell("batch, not for children");
    in_child("its child");
    SHOW(syscall(SYS_sched_setattr, 0, &attributes, 0));
    memset(&attributes, 0, sizeof attributes);
    SHOW(syscall(SYS_sched_getattr, 0, &attributes, 48, 0));
    printf("policy %u flags %d priority %u\n", attributes.policy, (int)attributes.flags,
           attributes.priority);
    SHOW(syscall(SYS_sched_setparam, 0, &(struct sched_param){.sched_priority = 0}));
    tell("idle");
    SHOW(set(77, 0));
    return 0;
}
