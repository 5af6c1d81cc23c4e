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

static int context_unshare(struct process *process)
{
    struct fs_context *own;

    if (process->fs->users == 1)
        return 0;
    own = fs_context_copy(process->fs);
    if (!own)
        return -ENOMEM;
    fs_context_drop(process->fs);
    process->fs = own;
    return 0;
}

int64_t lx_unshare(uint64_t flags)
{
    struct process *process = current()->process;
    bool alone = process->live == 1;
    int error;

    if (flags & ~(uint64_t)UNSHARABLE)
        return -EINVAL;
    if (flags & NAMESPACES)
        return unimplemented(-EINVAL, "unshare of namespaces, flags 0x%lx", (unsigned long)flags);
    if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && !alone)
        return -EINVAL;
    if (flags & (CLONE_FILES | CLONE_FS) && !alone)
        return unimplemented(-EINVAL, "unshare in a process with threads");
    error = flags & CLONE_FILES ? files_unshare(&process->files) : 0;
    return !error && flags & CLONE_FS ? context_unshare(process) : error;
}

int64_t lx_setns(uint64_t fd, uint64_t type)
{
    struct file *file = fd_get((int)fd);

    if (!file)
        return -EBADF;
    file_drop(file);
    return unimplemented(-EINVAL, "setns, type 0x%lx", (unsigned long)type);
}
