/* SPDX-License-Identifier: MIT */
/*
 * process_vm.c - reading and writing another process's memory (process_vm_readv, process_vm_writev).
 *
 * Copies go through one page of LibOS memory, because only one address space is loaded at a time.
 */
#include "libos/linux/mm/mm.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/uio.h>

#define VECTOR_LIMIT 1024

/* Where in a vector a copy has come to. */
struct position {
    const struct iovec *vector;
    uint64_t count;
    uint64_t index;
    uint64_t done; /* bytes of vector[index] */
};

static int vector_copy(uaddr_t from, uint64_t count, struct iovec *to)
{
    uint64_t total = 0;

    if (copy_from_user(to, from, count * sizeof *to))
        return -EFAULT;
    for (uint64_t i = 0; i < count; i++) {
        if ((int64_t)to[i].iov_len < 0 || __builtin_add_overflow(total, to[i].iov_len, &total) ||
            (int64_t)total < 0)
            return -EINVAL;
    }
    return 0;
}

/* The next run of bytes, at most to the end of a page; 0: the end. */
static uint64_t run(struct position *at, uaddr_t *address)
{
    while (at->index < at->count && at->done == at->vector[at->index].iov_len) {
        at->index++;
        at->done = 0;
    }
    if (at->index == at->count)
        return 0;
    *address = (uaddr_t)at->vector[at->index].iov_base + at->done;
    return min_of(at->vector[at->index].iov_len - at->done, PAGE_SIZE - (*address & ~PAGE_MASK));
}

static int64_t transfer(struct process *other, struct position *local, struct position *remote,
                        bool write)
{
    frame_t frame = frames_alloc(0);
    void *page = frame_address(frame);
    struct space *own = current()->process->space;
    int64_t total = 0;
    int error = 0;

    if (frame == NO_FRAME)
        return -ENOMEM;
    while (!error) {
        uaddr_t here;
        uaddr_t there;
        uint64_t a = run(local, &here);
        uint64_t b = run(remote, &there);
        uint64_t part = min_of(a, b);

        if (!part)
            break;
        if (write)
            error = copy_from_user(page, here, part);
        if (!error) {
            space_switch(other->space);
            error = write ? copy_to_user(there, page, part) : copy_from_user(page, there, part);
            space_switch(own);
        }
        if (!error && !write)
            error = copy_to_user(here, page, part);
        if (error)
            break;
        local->done += part;
        remote->done += part;
        total += (int64_t)part;
    }
    frame_drop(frame);
    return total ? total : error;
}

static int64_t process_vm(uint64_t pid, uaddr_t local, uint64_t local_count, uaddr_t remote,
                          uint64_t remote_count, uint64_t flags, bool write)
{
    struct iovec *vector;
    struct process *other;
    int64_t result;

    if (flags || local_count > VECTOR_LIMIT || remote_count > VECTOR_LIMIT)
        return -EINVAL;
    vector = heap_alloc((local_count + remote_count + 1) * sizeof *vector);
    if (!vector)
        return -ENOMEM;
    result = vector_copy(local, local_count, vector);
    if (!result)
        result = vector_copy(remote, remote_count, vector + local_count);
    if (!result && local_count && remote_count) {
        struct position a = {.vector = vector, .count = local_count};
        struct position b = {.vector = vector + local_count, .count = remote_count};
        uaddr_t ignored;

        other = process_find((int)pid);
        if (!run(&a, &ignored) || !run(&b, &ignored))
            result = 0;
        else if (!other || !other->space)
            result = -ESRCH;
        else
            result = process_may_inspect(other) ? transfer(other, &a, &b, write) : -EPERM;
    }
    heap_free(vector);
    return result;
}

int64_t lx_process_vm_readv(uint64_t pid, uint64_t local, uint64_t local_count, uint64_t remote,
                            uint64_t remote_count, uint64_t flags)
{
    return process_vm(pid, local, local_count, remote, remote_count, flags, false);
}

int64_t lx_process_vm_writev(uint64_t pid, uint64_t local, uint64_t local_count, uint64_t remote,
                             uint64_t remote_count, uint64_t flags)
{
    return process_vm(pid, local, local_count, remote, remote_count, flags, true);
}
