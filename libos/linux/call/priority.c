/* SPDX-License-Identifier: MIT */
/*
 * priority.c - scheduling parameters.
 *
 * LIMIT: the scheduler is round robin. Niceness is kept, inherited and read back, and has no other
 * effect; real-time policies are refused, for a program would count on them.
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/task.h"
#include "libos/linux/sched.h"
#include "libos/linux/user.h"
#include "libos/linux/vcpu.h"
#include <asm/resource.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define REALTIME_MAX 99
#define QUANTUM_NS   10000000

/* The thread that a number names; 0: the caller. A zombie process is named by its leader. */
static struct task *task_named(uint64_t tid)
{
    return (int)tid < 0 ? NULL : tid ? task_find(0, (int)tid) : current();
}

static bool process_exists(uint64_t pid)
{
    return task_named(pid) != NULL;
}

int64_t lx_sched_yield(void)
{
    task_yield();
    return 0;
}

int64_t lx_sched_getscheduler(uint64_t pid)
{
    if ((int)pid < 0)
        return -EINVAL;
    const struct task *task = task_named(pid);

    return task ? task->policy | (task->policy_reset ? SCHED_RESET_ON_FORK : 0) : -ESRCH;
}

int64_t policy_set(struct task *task, uint32_t policy, bool reset)
{
    const struct credentials *own = &current()->process->cred, *other = &task->process->cred;

    if (!capable(CAP_SYS_NICE) &&
        ((own->euid != other->uid && own->euid != other->euid) || (task->policy_reset && !reset) ||
         (task->policy == SCHED_IDLE && policy != SCHED_IDLE)))
        return -EPERM;
    task->policy = (uint8_t)policy;
    task->policy_reset = reset;
    return 0;
}

int64_t lx_sched_setscheduler(uint64_t pid, uint64_t policy, uint64_t parameter)
{
    uint32_t priority;

    if ((int)pid < 0 || !parameter)
        return -EINVAL;
    if (!process_exists(pid))
        return -ESRCH;
    if (get_user_u32(&priority, parameter))
        return -EFAULT;
    switch (policy & ~(uint64_t)SCHED_RESET_ON_FORK) {
    case SCHED_NORMAL:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return priority
                   ? -EINVAL
                   : policy_set(task_named(pid), (uint32_t)policy & ~(uint32_t)SCHED_RESET_ON_FORK,
                                policy & SCHED_RESET_ON_FORK);
    case SCHED_FIFO:
    case SCHED_RR:
        if (priority < 1 || priority > REALTIME_MAX)
            return -EINVAL;
        return unimplemented(-EPERM, "sched_setscheduler policy %d", (int)policy);
    default:
        return -EINVAL;
    }
}

int64_t lx_sched_getparam(uint64_t pid, uint64_t parameter)
{
    if ((int)pid < 0 || !parameter)
        return -EINVAL;
    return process_exists(pid) ? put_user_u32(parameter, 0) : -ESRCH;
}

int64_t lx_sched_setparam(uint64_t pid, uint64_t parameter)
{
    const struct task *task = (int)pid < 0 ? NULL : task_named(pid);

    return lx_sched_setscheduler(
        pid, task ? task->policy | (task->policy_reset ? SCHED_RESET_ON_FORK : 0) : SCHED_NORMAL,
        parameter);
}

int64_t lx_sched_getattr(uint64_t pid, uint64_t attributes, uint64_t bytes, uint64_t flags)
{
    struct sched_attr attr = {.size = sizeof attr};
    const struct task *task;

    if ((int)pid < 0 || flags || !attributes || bytes < SCHED_ATTR_SIZE_VER0)
        return -EINVAL;
    task = task_named(pid);
    if (!task)
        return -ESRCH;
    attr.sched_policy = task->policy;
    attr.sched_flags = task->policy_reset ? SCHED_FLAG_RESET_ON_FORK : 0;
    attr.sched_nice = task->process->nice;
    attr.size = (uint32_t)min_of(bytes, (uint64_t)sizeof attr);
    return copy_to_user(attributes, &attr, attr.size);
}

static bool is_policy(uint64_t policy)
{
    return policy <= SCHED_DEADLINE && policy != 4; /* 4 was never used */
}

int64_t lx_sched_get_priority_max(uint64_t policy)
{
    if (!is_policy(policy))
        return -EINVAL;
    return policy == SCHED_FIFO || policy == SCHED_RR ? REALTIME_MAX : 0;
}

int64_t lx_sched_get_priority_min(uint64_t policy)
{
    if (!is_policy(policy))
        return -EINVAL;
    return policy == SCHED_FIFO || policy == SCHED_RR ? 1 : 0;
}

int64_t lx_sched_rr_get_interval(uint64_t pid, uint64_t interval)
{
    const uint64_t time[2] = {0, QUANTUM_NS};

    if ((int)pid < 0)
        return -EINVAL;
    return process_exists(pid) ? copy_to_user(interval, time, sizeof time) : -ESRCH;
}

/* --- CPUs
 * ------------------------------------------------------------------------------------------------
 */

static uint64_t cpu_mask(void)
{
    return cpus_used() >= 64 ? ~0ul : (1ul << cpus_used()) - 1;
}

int64_t lx_sched_getaffinity(uint64_t pid, uint64_t bytes, uint64_t mask)
{
    const struct task *task = task_named(pid);
    uint64_t set = cpu_mask();

    if (bytes < sizeof set || bytes % sizeof set)
        return -EINVAL;
    if (!task)
        return -ESRCH;
    if (task->affinity)
        set &= task->affinity;
    return copy_to_user(mask, &set, sizeof set) ? -EFAULT : (int64_t)sizeof set;
}

int64_t lx_sched_setaffinity(uint64_t pid, uint64_t bytes, uint64_t mask)
{
    struct task *task = task_named(pid);
    uint64_t set = 0;

    if (copy_from_user(&set, mask, min_of(bytes, (uint64_t)sizeof set)))
        return -EFAULT;
    if (!task)
        return -ESRCH;
    if (!(set & cpu_mask()))
        return -EINVAL;
    vcpus_start();
    task->affinity = set & cpu_mask();
    sched_affinity_changed(task);
    return 0;
}

int64_t lx_getcpu(uint64_t cpu, uint64_t node, uint64_t unused)
{
    (void)unused;
    if (cpu && put_user_u32(cpu, (uint32_t)this_vcpu()->index))
        return -EFAULT;
    return node ? put_user_u32(node, 0) : 0;
}

/* --- nice
 * ----------------------------------------------------------------------------------------------------
 */

#define NICE_MIN (-20)
#define NICE_MAX 19

static bool selected(const struct process *process, uint64_t kind, uint64_t who)
{
    const struct process *own = current()->process;

    if (process->zombie)
        return false;
    switch (kind) {
    case PRIO_PROCESS:
        return process->pid == (who ? (int)who : own->pid);
    case PRIO_PGRP:
        return process->pgid == (who ? (int)who : own->pgid);
    default:
        return process->cred.uid == (who ? (uint32_t)who : own->cred.uid);
    }
}

int64_t lx_getpriority(uint64_t kind, uint64_t who)
{
    int64_t best = -ESRCH;

    if (kind > PRIO_USER)
        return -EINVAL;
    list_for_each (node, &process_list) {
        const struct process *process = list_item(node, struct process, all);

        if (selected(process, kind, who))
            best = max_of(
                best, (int64_t)(20 - process->nice)); /* the interface knows no negative result */
    }
    return best;
}

static int64_t nice_set(struct process *process, int nice)
{
    const struct credentials *own = &current()->process->cred;

    if (own->euid != process->cred.uid && own->euid != process->cred.euid && !capable(CAP_SYS_NICE))
        return -EPERM;
    if (nice < process->nice && !capable(CAP_SYS_NICE))
        return -EACCES;
    process->nice = nice;
    return 0;
}

int64_t lx_setpriority(uint64_t kind, uint64_t who, uint64_t value)
{
    int nice = max_of(min_of((int)value, NICE_MAX), NICE_MIN);
    int64_t result = -ESRCH;

    if (kind > PRIO_USER)
        return -EINVAL;
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (!selected(process, kind, who))
            continue;
        int64_t error = nice_set(process, nice);

        if (error || result == -ESRCH)
            result = error;
    }
    return result;
}
