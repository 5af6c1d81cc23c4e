/* SPDX-License-Identifier: MIT */
/*
 * process_control.c - prctl, and what threading libraries register at start.
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include "libos/linux/vcpu.h"
#include <linux/membarrier.h>
#include <linux/prctl.h>

#define ROBUST_HEAD_BYTES 24

static int64_t set_name(uaddr_t from)
{
    struct task *task = current();
    char name[sizeof task->comm];
    int64_t length = string_from_user(name, from, sizeof name);

    if (length == -EFAULT)
        return -EFAULT;
    name[sizeof name - 1] = 0;
    task_set_name(task, name);
    return 0;
}

static int64_t get_name(uaddr_t to)
{
    char name[16] = {0};

    memcpy(name, current()->comm, sizeof name);
    name[15] = 0;
    return copy_to_user(to, name, sizeof name);
}

/* What can be asked about and is always the same here. */
static int64_t prctl_fixed(uint64_t option, uint64_t argument, uint64_t more)
{
    switch (option) {
    case PR_GET_TIMERSLACK:
        return 50000;
    case PR_SET_TIMERSLACK:
        return 0; /* timers have no slack: nothing to set */
    case PR_GET_SECCOMP:
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return put_user_u32(argument, 0);
    case PR_GET_SPECULATION_CTRL:
        return PR_SPEC_NOT_AFFECTED;
    case PR_SET_VMA: /* names for /proc/PID/maps: a kernel without that option says EINVAL */
        (void)more;
        return -EINVAL;
    default:
        return unimplemented(-EINVAL, "prctl option %u, argument 0x%llx", (uint32_t)option,
                             (unsigned long long)argument);
    }
}

int64_t lx_prctl(uint64_t option, uint64_t argument, uint64_t b, uint64_t c, uint64_t d)
{
    struct process *process = current()->process;
    int64_t result = capability_prctl((uint32_t)option, argument, b, c, d);

    if (result != -ENOSYS)
        return result;
    switch ((uint32_t)option) {
    case PR_SET_NAME:
        return set_name(argument);
    case PR_GET_NAME:
        return get_name(argument);
    case PR_GET_DUMPABLE:
        return process->dumpable;
    case PR_SET_DUMPABLE:
        if (argument > 1)
            return -EINVAL;
        process->dumpable = argument == 1;
        return 0;
    case PR_SET_PDEATHSIG:
        if (argument > SIGNAL_COUNT)
            return -EINVAL;
        process->sig.parent_death_signal = (int)argument;
        return 0;
    case PR_GET_PDEATHSIG:
        return put_user_u32(argument, (uint32_t)process->sig.parent_death_signal);
    case PR_SET_NO_NEW_PRIVS:
        if (argument != 1 || b || c || d)
            return -EINVAL;
        process->sig.no_new_privileges = true;
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return argument || b || c || d ? -EINVAL : process->sig.no_new_privileges;
    default:
        return prctl_fixed((uint32_t)option, argument, b);
    }
}

/* --- Threading libraries
 * --------------------------------------------------------------------------------------------- */

int64_t lx_set_robust_list(uint64_t head, uint64_t length)
{
    if (length != ROBUST_HEAD_BYTES)
        return -EINVAL;
    current()->robust_list = head;
    return 0;
}

int64_t lx_get_robust_list(uint64_t pid, uint64_t head, uint64_t length)
{
    const struct task *task = current();

    if ((int)pid)
        task = task_find(0, (int)pid);
    if (!task)
        return -ESRCH;
    if (put_user_u64(length, ROBUST_HEAD_BYTES))
        return -EFAULT;
    return put_user_u64(head, task->robust_list);
}

/* --- membarrier --- */

#define BARRIER_REGISTER                                                                           \
    (MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |        \
     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |                                         \
     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)
#define BARRIER_PRIVATE                                                                            \
    (MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |               \
     MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)
#define BARRIER_ALL                                                                                \
    (BARRIER_REGISTER | BARRIER_PRIVATE | MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED)

/*
 * A task that does not run passed a barrier when it gave its CPU away: changing CPUs passes the instance lock. The same
 * is true of its restartable sequence, which rseq_event has ended. Those that run are made to pass.
 */
int64_t lx_membarrier(uint64_t command_argument, uint64_t flags, uint64_t cpu)
{
    struct process *process = current()->process;
    uint32_t command = (uint32_t)command_argument;

    (void)cpu; /* a narrower wish than the whole process: it gets all of it */
    if (flags && (command != MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ ||
                  (uint32_t)flags != MEMBARRIER_CMD_FLAG_CPU))
        return -EINVAL;
    if (command == MEMBARRIER_CMD_QUERY)
        return BARRIER_ALL;
    if (command & (command - 1) || !(command & BARRIER_ALL))
        return -EINVAL;
    if (command & BARRIER_REGISTER) {
        process->membarrier |= command;
        return 0;
    }
    /* Each private command is the bit below the one that registers for it. */
    if (command & BARRIER_PRIVATE && !(process->membarrier & command << 1))
        return -EPERM;
    vcpu_barrier(command & BARRIER_PRIVATE ? process : NULL);
    return 0;
}
