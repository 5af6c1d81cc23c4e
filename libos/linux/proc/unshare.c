/* SPDX-License-Identifier: MIT */
/*
 * unshare.c - a process gives up what it shares. Namespaces do not exist: they are refused as by a Linux
 * that was built without them.
 */
#include <linux/sched.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/task.h"

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET | CLONE_NEWTIME)
#define UNSHARABLE                                                                                 \
    (CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES | CLONE_SYSVSEM | NAMESPACES)

static int files_unshare(struct process *process)
{
    struct files *own;
    int error;

    if (process->files->count == 1)
        return 0;
    error = files_fork(process->files, &own);
    if (error)
        return error;
    files_drop(process->files);
    process->files = own;
    return 0;
}

int64_t lx_unshare(uint64_t flags)
{
    struct process *process = current()->process;
    bool alone = process->tasks.next == process->tasks.previous;

    if (flags & ~(uint64_t)UNSHARABLE)
        return -EINVAL;
    if (flags & NAMESPACES)
        return unimplemented(-EINVAL, "unshare of namespaces, flags 0x%lx", (unsigned long)flags);
    if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && !alone)
        return -EINVAL;
    if (flags & (CLONE_FILES | CLONE_FS) && !alone)
        return unimplemented(-EINVAL, "unshare in a process with threads");
    return flags & CLONE_FILES ? files_unshare(process) : 0;
}

int64_t lx_setns(uint64_t fd, uint64_t type)
{
    struct file *file = fd_get((int)fd);

    if (!file)
        return -EBADF;
    file_drop(file);
    return unimplemented(-EINVAL, "setns, type 0x%lx", (unsigned long)type);
}
