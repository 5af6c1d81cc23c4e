/* SPDX-License-Identifier: MIT */
/*
 * schedule.c - sched_setattr and I/O priorities: kept and told, without effect on who runs (fairness is the
 * scheduler's only policy, and files are in memory).
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/ioprio.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#define ATTR_FLAGS_KNOWN 0x7f /* SCHED_FLAG_ALL */
#define NICE_MIN         (-20)
#define NICE_MAX         19
#define IDLE_CLASS_DATA  7

/* struct sched_attr grows: what we do not know has to be zero. */
static int attr_from_user(struct sched_attr *attr, uaddr_t from)
{
    uint32_t size;

    if (get_user_u32(&size, from))
        return -EFAULT;
    if (!size)
        size = SCHED_ATTR_SIZE_VER0;
    if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
        return put_user_u32(from, sizeof *attr) ? -EFAULT : -E2BIG;
    memset(attr, 0, sizeof *attr);
    if (copy_from_user(attr, from, min_of(size, (uint32_t)sizeof *attr)))
        return -EFAULT;
    for (uint32_t at = sizeof *attr; at < size; at++) {
        char extra;

        if (copy_from_user(&extra, from + at, 1))
            return -EFAULT;
        if (extra)
            return put_user_u32(from, sizeof *attr) ? -EFAULT : -E2BIG;
    }
    return 0;
}

int64_t lx_sched_setattr(uint64_t pid, uint64_t attributes, uint64_t flags)
{
    const struct credentials *own = &current()->process->cred;
    struct sched_attr attr;
    struct process *process;
    struct task *task;
    int error;

    if (!attributes || (int)pid < 0 || flags)
        return -EINVAL;
    error = attr_from_user(&attr, attributes);
    if (error)
        return error;
    if ((int32_t)attr.sched_policy < 0 || attr.sched_flags & ~(uint64_t)ATTR_FLAGS_KNOWN)
        return -EINVAL;
    task = (int)pid ? task_find(0, (int)pid) : current();
    if (!task)
        return -ESRCH;
    process = task->process;
    switch (attr.sched_policy) {
    case SCHED_NORMAL:
    case SCHED_BATCH:
    case SCHED_IDLE:
        break;
    case SCHED_FIFO:
    case SCHED_RR:
        if (attr.sched_priority < 1 || attr.sched_priority > 99)
            return -EINVAL;
        return unimplemented(-EPERM, "sched_setattr policy %u: real-time", attr.sched_policy);
    case SCHED_DEADLINE:
        return unimplemented(-EPERM, "sched_setattr policy %u: deadlines", attr.sched_policy);
    default:
        return -EINVAL;
    }
    if (attr.sched_priority)
        return -EINVAL;
    if (own->euid != process->cred.uid && own->euid != process->cred.euid && !capable(CAP_SYS_NICE))
        return -EPERM;
    int nice = max_of(min_of(attr.sched_nice, NICE_MAX), NICE_MIN);

    if (nice < process->nice && !capable(CAP_SYS_NICE))
        return -EPERM;
    int64_t result =
        policy_set(task, attr.sched_policy, attr.sched_flags & SCHED_FLAG_RESET_ON_FORK);

    if (!result)
        process->nice = nice;
    return result;
}

/* --- I/O priority --- */

static bool selected(const struct process *process, int which, int who)
{
    const struct process *own = current()->process;

    if (process->zombie)
        return false;
    switch (which) {
    case IOPRIO_WHO_PROCESS:
        return process->pid == (who ? who : own->pid);
    case IOPRIO_WHO_PGRP:
        return process->pgid == (who ? who : own->pgid);
    default:
        return process->cred.uid == (who ? (uint32_t)who : own->cred.uid);
    }
}

static int value_check(uint32_t value)
{
    uint32_t kind = value >> IOPRIO_CLASS_SHIFT;
    uint32_t data = value & (IOPRIO_NR_LEVELS - 1);

    switch (kind) {
    case IOPRIO_CLASS_RT:
        return capable(CAP_SYS_ADMIN) || capable(CAP_SYS_NICE) ? 0 : -EPERM;
    case IOPRIO_CLASS_BE:
    case IOPRIO_CLASS_IDLE:
        return 0;
    case IOPRIO_CLASS_NONE:
        return data ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
}

int64_t lx_ioprio_set(uint64_t which, uint64_t who, uint64_t value)
{
    const struct credentials *own = &current()->process->cred;
    int error = value_check((uint32_t)value);
    int64_t result = -ESRCH;

    if (error)
        return error;
    if ((int)which < IOPRIO_WHO_PROCESS || (int)which > IOPRIO_WHO_USER)
        return -EINVAL;
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (!selected(process, (int)which, (int)who))
            continue;
        if (own->uid != process->cred.uid && own->euid != process->cred.uid &&
            !capable(CAP_SYS_NICE))
            return -EPERM;
        process->io_priority = (uint32_t)value;
        result = 0;
    }
    return result;
}

/* A process that never set one has the best-effort class at a level that follows its niceness. */
static int64_t priority_of(const struct process *process)
{
    if (process->io_priority >> IOPRIO_CLASS_SHIFT != IOPRIO_CLASS_NONE)
        return process->io_priority;
    return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, (process->nice + 20) / 5);
}

int64_t lx_ioprio_get(uint64_t which, uint64_t who)
{
    int64_t best = -ESRCH;

    if ((int)which < IOPRIO_WHO_PROCESS || (int)which > IOPRIO_WHO_USER)
        return -EINVAL;
    list_for_each (node, &process_list) {
        const struct process *process = list_item(node, struct process, all);

        if (selected(process, (int)which, (int)who))
            best = best < 0 ? priority_of(process) : min_of(best, priority_of(process));
    }
    return best;
}
