/* SPDX-License-Identifier: MIT */
/*
 * pidfd.c - processes as open files.
 *
 * Invariant: a pidfd is in its process's list while the process has a struct, zombies included;
 * process_free takes it out and clears its pointer, so that a number used again is never mistaken.
 */
#include "libos/linux/proc/pidfd.h"
#include <asm/poll.h>
#include <linux/fcntl.h>
#include <linux/pidfd.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

struct pidfd {
    struct list node; /* in process->pidfds */
    struct process *process;
    struct waitq wait;
};

static uint32_t pidfd_poll(struct file *file, struct poll_wait *wait)
{
    struct pidfd *pidfd = file->state;

    poll_wait_add(wait, &pidfd->wait);
    return !pidfd->process || pidfd->process->zombie ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *file)
{
    struct pidfd *pidfd = file->state;

    list_remove(&pidfd->node);
    heap_free(pidfd);
}

static const struct file_ops pidfd_ops = {.poll = pidfd_poll, .release = pidfd_release};

struct file *pidfd_file(struct process *process, uint32_t flags)
{
    struct pidfd *pidfd = heap_zalloc(sizeof *pidfd);
    struct file *file;

    if (!pidfd)
        return NULL;
    list_init(&pidfd->node);
    waitq_init(&pidfd->wait);
    pidfd->process = process;
    file = file_anonymous(&pidfd_ops, O_RDWR | flags, "anon_inode:[pidfd]", pidfd);
    if (!file) {
        heap_free(pidfd);
        return NULL;
    }
    list_add_tail(&process->pidfds, &pidfd->node);
    return file;
}

struct process *pidfd_process(int fd, int *error)
{
    struct file *file = fd_get(fd);
    struct process *process = NULL;

    *error = -EBADF;
    if (!file)
        return NULL;
    if (file->ops == &pidfd_ops) {
        process = ((struct pidfd *)file->state)->process;
        *error = process ? 0 : -ESRCH;
    }
    file_drop(file);
    return process;
}

struct process *pidfd_or_directory(int fd, int *error)
{
    struct process *process = pidfd_process(fd, error);
    struct file *file = process || *error != -EBADF ? NULL : fd_get(fd);

    if (file) {
        process = procpid_process(file, error);
        file_drop(file);
    }
    return process;
}

bool pidfd_nonblock(int fd)
{
    struct file *file = files_get(current()->process->files, fd);

    return file && (file->flags & O_NONBLOCK);
}

void pidfd_exited(struct process *process)
{
    list_for_each (node, &process->pidfds)
        waitq_wake(&list_item(node, struct pidfd, node)->wait);
}

void pidfd_forget(struct process *process)
{
    while (!list_empty(&process->pidfds)) {
        struct pidfd *pidfd = list_item(process->pidfds.next, struct pidfd, node);

        pidfd->process = NULL;
        list_remove(&pidfd->node);
    }
}

int64_t lx_pidfd_open(uint64_t pid, uint64_t flags)
{
    struct process *process;
    struct file *file;
    int fd;

    if ((flags & ~(uint64_t)PIDFD_NONBLOCK) || (int)pid <= 0)
        return -EINVAL;
    process = process_find((int)pid);
    if (!process)
        return -ESRCH;
    file = pidfd_file(process, (uint32_t)flags);
    if (!file)
        return -ENOMEM;
    fd = fd_install(file, true, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

bool process_may_inspect(const struct process *process)
{
    const struct credentials *own = &current()->process->cred;
    const struct credentials *other = &process->cred;

    return process == current()->process || capable(CAP_SYS_PTRACE) ||
           (process->dumpable && own->uid == other->uid && own->uid == other->euid &&
            own->uid == other->suid && own->gid == other->gid && own->gid == other->egid &&
            own->gid == other->sgid);
}

int64_t lx_pidfd_getfd(uint64_t pidfd, uint64_t target, uint64_t flags)
{
    struct process *process;
    struct file *file;
    int error;
    int fd;

    if (flags)
        return -EINVAL;
    process = pidfd_process((int)pidfd, &error);
    if (!process)
        return error;
    if (!process_may_inspect(process))
        return -EPERM;
    if (!process->files)
        return -ESRCH;
    file = files_get(process->files, (int)target);
    if (!file)
        return -EBADF;
    file_hold(file);
    fd = fd_install(file, true, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

/* The memory of a process that is being killed: here it went when it was, or goes within its own exit. */
int64_t lx_process_mrelease(uint64_t pidfd, uint64_t flags)
{
    struct process *process;
    int error;

    if (flags)
        return -EINVAL;
    process = pidfd_process((int)pidfd, &error);
    if (!process)
        return error;
    if (process->zombie)
        return -ESRCH;
    return process->sig.pending.set & SIGNAL_BIT(9) ? 0 : -EINVAL;
}
