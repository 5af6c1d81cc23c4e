/* SPDX-License-Identifier: MIT */
/*
 * kcmp.c - do two processes share something? For checkpointing tools and systemd.
 */
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/kcmp.h>

/* Equal 0, less 1, greater 2; addresses are scrambled, so that nothing can be learnt from the order. */
static int64_t compare(const void *a, const void *b)
{
    const uint64_t scramble = 0x9e3779b97f4a7c15;
    uint64_t x = (uint64_t)a * scramble;
    uint64_t y = (uint64_t)b * scramble;

    return x == y ? 0 : x < y ? 1 : 2;
}

int64_t lx_kcmp(uint64_t pid1, uint64_t pid2, uint64_t type, uint64_t first, uint64_t second)
{
    struct process *a = process_find((int)pid1);
    struct process *b = process_find((int)pid2);
    struct file *x;
    struct file *y;

    if (!a || !b || a->zombie || b->zombie)
        return -ESRCH;
    if (!process_may_inspect(a) || !process_may_inspect(b))
        return -EPERM;
    switch (type) {
    case KCMP_FILE:
        x = files_get(a->files, (int)first);
        y = files_get(b->files, (int)second);
        return x && y ? compare(x, y) : -EBADF;
    case KCMP_VM:
        return compare(a->space, b->space);
    case KCMP_FILES:
        return compare(a->files, b->files);
    case KCMP_FS:
    case KCMP_SIGHAND:
    case KCMP_IO:
    case KCMP_SYSVSEM: /* processes share none of these */
        return compare(a, b);
    case KCMP_EPOLL_TFD:
        return unimplemented(-EOPNOTSUPP, "kcmp KCMP_EPOLL_TFD");
    default:
        return -EINVAL;
    }
}
