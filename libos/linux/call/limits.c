/* SPDX-License-Identifier: MIT */
/*
 * limits.c - resource limits and resource use of processes.
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <asm/resource.h>
#include <linux/resource.h>
#include <linux/times.h>

static_assert(RLIMIT_COUNT == RLIM_NLIMITS, "limits");
#define DESCRIPTOR_LIMIT_MAX 1048576 /* fs.nr_open */

static int limit_set(struct process *process, uint32_t which, const struct rlimit_pair *new)
{
    struct rlimit_pair *limit = &process->rlimit[which];

    if (new->soft > new->hard)
        return -EINVAL;
    if (new->hard > limit->hard && !capable(CAP_SYS_RESOURCE))
        return -EPERM;
    if (which == RLIMIT_NOFILE && new->hard > DESCRIPTOR_LIMIT_MAX)
        return -EPERM;
    *limit = *new;
    return 0;
}

static int64_t limits(struct process *process, uint64_t which, uaddr_t new, uaddr_t old)
{
    struct rlimit_pair pair;
    struct rlimit_pair previous;

    if ((uint32_t)which >= RLIMIT_COUNT)
        return -EINVAL;
    if (new &&copy_from_user(&pair, new, sizeof pair))
        return -EFAULT;
    previous = process->rlimit[(uint32_t)which];
    int error = new ? limit_set(process, (uint32_t)which, &pair) : 0;

    if (error)
        return error;
    return old ? copy_to_user(old, &previous, sizeof previous) : 0;
}

int64_t lx_getrlimit(uint64_t which, uint64_t limit)
{
    return limit ? limits(current()->process, which, 0, limit) : -EFAULT;
}

int64_t lx_setrlimit(uint64_t which, uint64_t limit)
{
    return limit ? limits(current()->process, which, limit, 0) : -EFAULT;
}

int64_t lx_prlimit64(uint64_t pid, uint64_t which, uint64_t new, uint64_t old)
{
    struct process *own = current()->process;
    struct process *process = pid ? process_find((int)pid) : own;

    if (!process || process->zombie)
        return -ESRCH;
    if (process != own && !capable(CAP_SYS_RESOURCE) &&
        (own->cred.uid != process->cred.uid || own->cred.uid != process->cred.euid ||
         own->cred.uid != process->cred.suid))
        return -EPERM;
    return limits(process, which, new, old);
}

struct rusage_user {
    int64_t user_seconds, user_microseconds;
    int64_t system_seconds, system_microseconds;
    int64_t maximum_resident_kib, shared, unshared_data, unshared_stack;
    int64_t minor_faults, major_faults, swaps;
    int64_t blocks_in, blocks_out, messages_sent, messages_received, signals;
    int64_t switches_voluntary, switches_involuntary;
};
static_assert(sizeof(struct rusage_user) == 144, "rusage");

static void usage_time(struct rusage_user *usage, uint64_t user_ns, uint64_t system_ns)
{
    usage->user_seconds = (int64_t)(user_ns / NS_PER_SECOND);
    usage->user_microseconds = (int64_t)(user_ns % NS_PER_SECOND / 1000);
    usage->system_seconds = (int64_t)(system_ns / NS_PER_SECOND);
    usage->system_microseconds = (int64_t)(system_ns % NS_PER_SECOND / 1000);
}

int64_t lx_getrusage(uint64_t who, uint64_t buffer)
{
    struct process *process = current()->process;
    struct rusage_user usage = {0};
    struct space_sizes sizes;

    sched_account(process);
    switch ((int)who) {
    case RUSAGE_THREAD:
        usage_time(&usage, current()->cpu_ns, 0);
        usage.minor_faults = (int64_t)current()->faults;
        space_sizes(process->space, &sizes);
        usage.maximum_resident_kib = (int64_t)(sizes.resident * (PAGE_SIZE / 1024));
        break;
    case RUSAGE_SELF:
        usage_time(&usage, process->user_ns, process->system_ns);
        usage.minor_faults = (int64_t)process->faults;
        space_sizes(process->space, &sizes);
        usage.maximum_resident_kib = (int64_t)(sizes.resident * (PAGE_SIZE / 1024));
        break;
    case RUSAGE_CHILDREN:
        usage_time(&usage, process->child_user_ns, process->child_system_ns);
        break;
    default:
        return -EINVAL;
    }
    return copy_to_user(buffer, &usage, sizeof usage);
}

int64_t lx_times(uint64_t buffer)
{
    struct process *process = current()->process;

    sched_account(process);
    int64_t ticks[4] = {
        (int64_t)(process->user_ns / NS_PER_TICK),
        (int64_t)(process->system_ns / NS_PER_TICK),
        (int64_t)(process->child_user_ns / NS_PER_TICK),
        (int64_t)(process->child_system_ns / NS_PER_TICK),
    };

    if (buffer && copy_to_user(buffer, ticks, sizeof ticks))
        return -EFAULT;
    return (int64_t)(now_ns() / NS_PER_TICK);
}
