/* SPDX-License-Identifier: MIT */
/*
 * rseq.c - restartable sequences: a program's code that must start again when its thread was preempted, moved or
 * interrupted by a signal in the middle of it. The C library reads the CPU's number from the same struct.
 *
 * LibOS code runs between two instructions of a thread without others seeing it, so that only these events count:
 * another task ran meanwhile (sched.c), another CPU runs the thread (sched.c), a handler is about to start (sig/).
 * Source: Linux's <linux/rseq.h>; glibc manual, "Restartable Sequences".
 */
#include "libos/linux/call/rseq.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/user.h"
#include <asm/signal.h>
#include <linux/rseq.h>

#define RSEQ_BYTES     32
#define RSEQ_SIGNATURE 4 /* bytes before the abort address */
#define CPU_UNKNOWN    UINT32_MAX
#define SIGINFO_KERNEL 128 /* SI_KERNEL */

/* The words that change with the CPU. */
struct rseq_place {
    uint32_t cpu_id_start, cpu_id;
};
struct rseq_node {
    uint32_t node_id, mm_cid;
};

static int place_write(uaddr_t area, uint32_t start, uint32_t cpu)
{
    struct rseq_place place = {.cpu_id_start = start, .cpu_id = cpu};
    struct rseq_node node = {.node_id = 0, .mm_cid = start};

    if (copy_to_user(area, &place, sizeof place))
        return -EFAULT;
    return copy_to_user(area + offsetof(struct rseq, flags) + sizeof(uint32_t), &node, sizeof node);
}

/* 0 with *abort 0 (not in the sequence) or where to go on; else the program is wrong. */
static int sequence_check(const struct task *task, uint64_t at, uint64_t rip, uint64_t *abort)
{
    struct rseq_cs sequence;
    uint32_t signature;

    *abort = 0;
    if (copy_from_user(&sequence, at, sizeof sequence))
        return -EFAULT;
    if (sequence.start_ip >= USER_END || sequence.abort_ip >= USER_END || sequence.version ||
        sequence.start_ip + sequence.post_commit_offset < sequence.start_ip ||
        sequence.abort_ip - sequence.start_ip < sequence.post_commit_offset)
        return -EINVAL;
    if (get_user_u32(&signature, sequence.abort_ip - RSEQ_SIGNATURE) ||
        signature != task->rseq_signature)
        return -EINVAL;
    if (rip - sequence.start_ip < sequence.post_commit_offset)
        *abort = sequence.abort_ip;
    return 0;
}

void rseq_resume(struct task *task, struct regs *regs)
{
    uint32_t cpu = (uint32_t)this_vcpu()->index;
    uint64_t sequence;
    uint64_t abort = 0;
    int error;

    task->sig.attention &= ~(uint32_t)ATTENTION_RSEQ;
    if (!task->rseq)
        return;
    error = get_user_u64(&sequence, task->rseq + offsetof(struct rseq, rseq_cs));
    if (!error && sequence) {
        error = sequence_check(task, sequence, regs->rip, &abort);
        if (!error)
            error = put_user_u64(task->rseq + offsetof(struct rseq, rseq_cs), 0);
    }
    if (!error && cpu != task->rseq_cpu)
        error = place_write(task->rseq, cpu, cpu);
    task->rseq_cpu = cpu;
    if (error)
        signal_force(SIGSEGV, SIGINFO_KERNEL, 0, 0, 0);
    else if (abort)
        regs->rip = abort;
}

static int64_t unregister(struct task *task, uaddr_t area, uint64_t length, uint32_t signature)
{
    if (!task->rseq || task->rseq != area || length != task->rseq_length)
        return -EINVAL;
    if (signature != task->rseq_signature)
        return -EPERM;
    if (place_write(area, 0, CPU_UNKNOWN))
        return -EFAULT;
    task->rseq = 0;
    return 0;
}

int64_t lx_rseq(uint64_t area, uint64_t length, uint64_t flags, uint64_t signature)
{
    struct task *task = current();
    uint32_t cpu = (uint32_t)this_vcpu()->index;

    length = (uint32_t)length;
    if ((uint32_t)flags & RSEQ_FLAG_UNREGISTER)
        return (uint32_t)flags & ~(uint32_t)RSEQ_FLAG_UNREGISTER
                   ? -EINVAL
                   : unregister(task, area, length, (uint32_t)signature);
    if ((uint32_t)flags)
        return -EINVAL;
    if (task->rseq) {
        if (task->rseq != area || task->rseq_length != length)
            return -EINVAL;
        return task->rseq_signature == (uint32_t)signature ? -EBUSY : -EPERM;
    }
    if (length < RSEQ_BYTES || area % RSEQ_BYTES)
        return -EINVAL;
    if (!user_range_ok(area, length) || place_write(area, cpu, cpu) ||
        put_user_u64(area + offsetof(struct rseq, rseq_cs), 0))
        return -EFAULT;
    task->rseq = area;
    task->rseq_cpu = cpu;
    task->rseq_length = (uint32_t)length;
    task->rseq_signature = (uint32_t)signature;
    return 0;
}
