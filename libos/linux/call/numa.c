/* SPDX-License-Identifier: MIT */
/*
 * numa.c - where memory lies: there is one node, number 0, and every policy that allows it is kept to by
 * doing nothing. Errors are those of a Linux with one node.
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/mempolicy.h>

#define NODES_MAX   1024u
#define PAGES_LIMIT 1048576ul /* of one move_pages */
#define MODE_FLAGS  (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)

/* The set of nodes in the program's memory. *any: it is not empty; more than node 0 in it: -EINVAL. */
static int nodes_from_user(uaddr_t mask, uint64_t max, bool *any, bool *others)
{
    uint64_t word = 0;

    *any = *others = false;
    if (!mask || max <= 1)
        return 0;
    max--; /* as Linux: the number of bits, plus one */
    if (max > PAGE_SIZE * 8)
        return -EINVAL;
    for (uint64_t bit = 0; bit < max; bit += 64) {
        if (copy_from_user(&word, mask + bit / 8, 8))
            return -EFAULT;
        if (max - bit < 64)
            word &= (1ul << (max - bit)) - 1;
        *any |= word != 0;
        *others |= (bit ? word : word & ~1ul) != 0;
        if (bit >= NODES_MAX && word)
            return -EINVAL;
    }
    return 0;
}

static int policy_check(uint32_t mode, uaddr_t mask, uint64_t max)
{
    uint32_t flags = mode & MODE_FLAGS;
    bool any;
    bool others;
    int error;

    mode &= ~(uint32_t)MODE_FLAGS;
    if (mode >= MPOL_MAX || (flags & MPOL_F_STATIC_NODES && flags & MPOL_F_RELATIVE_NODES))
        return -EINVAL;
    error = nodes_from_user(mask, max, &any, &others);
    if (error)
        return error;
    switch (mode) {
    case MPOL_DEFAULT:
    case MPOL_LOCAL:
        return any || (flags && mode == MPOL_LOCAL) ? -EINVAL : 0;
    case MPOL_PREFERRED:
        return any ? 0 : flags ? -EINVAL : 0;
    default:
        return any && !others ? 0 : -EINVAL;
    }
}

int64_t lx_set_mempolicy(uint64_t mode, uint64_t mask, uint64_t max)
{
    int error = policy_check((uint32_t)mode, mask, max);

    if (!error)
        current()->process->memory_policy = (uint16_t)mode;
    return error;
}

int64_t lx_get_mempolicy(uint64_t mode, uint64_t mask, uint64_t max, uint64_t address,
                         uint64_t flags)
{
    uint32_t policy = current()->process->memory_policy;

    if (flags & ~(uint64_t)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED) || (mask && max < 1))
        return -EINVAL;
    if (flags & MPOL_F_MEMS_ALLOWED) {
        if (flags & (MPOL_F_NODE | MPOL_F_ADDR))
            return -EINVAL;
        policy = MPOL_DEFAULT;
    } else if (flags & MPOL_F_ADDR) {
        if (!area_find(current()->process->space, address))
            return -EFAULT;
        policy = flags & MPOL_F_NODE ? 0 : MPOL_DEFAULT;
    } else if (address) {
        return -EINVAL;
    } else if (flags & MPOL_F_NODE) {
        return -EINVAL; /* asks for the next node of an interleaved policy */
    }
    if (mode && put_user_u32(mode, policy))
        return -EFAULT;
    if (!mask)
        return 0;
    bool shows = flags & MPOL_F_MEMS_ALLOWED || ((policy & ~(uint32_t)MODE_FLAGS) != MPOL_DEFAULT &&
                                                 (policy & ~(uint32_t)MODE_FLAGS) != MPOL_LOCAL);
    uint64_t bytes = (min_of(max - 1, (uint64_t)NODES_MAX) + 63) / 64 * 8;
    int error = clear_user(mask, bytes);

    return error || !shows || !bytes ? error : put_user_u64(mask, 1);
}

int64_t lx_mbind(uint64_t address, uint64_t length, uint64_t mode, uint64_t mask, uint64_t max,
                 uint64_t flags)
{
    uint64_t end = address + page_up(length);
    int error;

    if (flags & ~(uint64_t)(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
        return -EINVAL;
    if (flags & MPOL_MF_MOVE_ALL && !capable(CAP_SYS_NICE))
        return -EPERM;
    if (address & (PAGE_SIZE - 1) || end < address)
        return -EINVAL;
    error = policy_check((uint32_t)mode, mask, max);
    if (error || address == end)
        return error;
    return area_covered(current()->process->space, address, end) ? 0 : -EFAULT;
}

int64_t lx_set_mempolicy_home_node(uint64_t address, uint64_t length, uint64_t node, uint64_t flags)
{
    if (address & (PAGE_SIZE - 1) || flags || node != 0 || address + page_up(length) < address)
        return -EINVAL;
    return length ? -EOPNOTSUPP : 0; /* only for memory bound to or preferring nodes */
}

static int process_of(uint64_t pid, struct process **out)
{
    *out = pid ? process_find((int)pid) : current()->process;
    if (!*out || !(*out)->space)
        return -ESRCH;
    return process_may_inspect(*out) ? 0 : -EPERM;
}

int64_t lx_migrate_pages(uint64_t pid, uint64_t max, uint64_t old, uint64_t new)
{
    struct process *process;
    bool any;
    bool others;
    int error = nodes_from_user(old, max, &any, &others);

    if (!error)
        error = nodes_from_user(new, max, &any, &others);
    if (!error)
        error = process_of(pid, &process);
    if (!error && (!any || others))
        error = -EINVAL;
    return error; /* 0 pages could not be moved */
}

/* Each page is on node 0, not there, or not mapped; moving to node 0 is done, to others impossible. */
int64_t lx_move_pages(uint64_t pid, uint64_t count, uint64_t pages, uint64_t nodes, uint64_t status,
                      uint64_t flags)
{
    struct process *process;
    int error;

    if (flags & ~(uint64_t)(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
        return -EINVAL;
    if (flags & MPOL_MF_MOVE_ALL && !capable(CAP_SYS_NICE))
        return -EPERM;
    if (count > PAGES_LIMIT)
        return -E2BIG;
    error = process_of(pid, &process);
    for (uint64_t i = 0; !error && i < count; i++) {
        struct space *own = current()->process->space;
        uint64_t address;
        uint32_t node = 0;
        int32_t result;

        if (get_user_u64(&address, pages + i * 8) || (nodes && get_user_u32(&node, nodes + i * 4)))
            return -EFAULT;
        if (node)
            return -ENODEV;
        space_switch(process->space);
        result = !area_find(process->space, address)              ? -EFAULT
                 : pte_read(page_down(address)) & EXO_PTE_PRESENT ? 0
                                                                  : -ENOENT;
        space_switch(own);
        if (put_user_u32(status + i * 4, (uint32_t)result))
            return -EFAULT;
    }
    return error;
}
