/* SPDX-License-Identifier: MIT */
/*
 * async.c - SIGIO: files that tell their owner when something can be done.
 *
 * Works with every file that has a poll: while O_ASYNC is set, observers sit in the wait queues that
 * poll names. A wake of a queue asks poll what is true now and sends the signal that F_SETSIG chose, with
 * siginfo if one was chosen, to the owner that F_SETOWN named.
 */
#include "libos/linux/fs/async.h"
#include "libos/linux/fs/poll.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/poll.h>

#define QUEUES_MAX 4 /* that one poll names */

/* siginfo.code; <asm/siginfo.h> has them with a struct that is in the way here. */
#define POLL_IN  1
#define POLL_OUT 2
#define POLL_ERR 4
#define POLL_HUP 6

struct async {
    struct poll_wait wait;
    struct file *file; /* not held: async_end tells of its end */
    uint32_t queues;
    struct observer {
        struct waiter waiter; /* first */
        struct async *async;
        uint32_t events; /* that the queue is woken for */
    } observer[QUEUES_MAX];
};

/* Who set the owner must have been allowed to signal it, as with kill. */
static bool may_tell(const struct file *file, const struct process *process)
{
    const struct credentials *cred = &process->cred;

    return file->owner_euid == 0 || file->owner_euid == cred->suid ||
           file->owner_euid == cred->uid || file->owner_uid == cred->suid ||
           file->owner_uid == cred->uid;
}

static void send(struct file *file, const struct siginfo *info)
{
    int signal = file->owner_signal ? file->owner_signal : SIGIO;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);
        bool meant = file->owner_pid < 0 ? process->pgid == -file->owner_pid
                                         : process->pid == file->owner_pid;

        if (meant && file->owner_pid && !process->zombie && may_tell(file, process))
            signal_send_process(process, signal, file->owner_signal ? info : NULL);
    }
}

static int fd_of(const struct file *file)
{
    const struct process *process = file->owner_pid > 0 ? process_find(file->owner_pid) : NULL;

    for (uint32_t fd = 0; process && process->files && fd < process->files->size; fd++)
        if (process->files->file[fd] == file)
            return (int)fd;
    return 0;
}

static void notice(struct waiter *waiter)
{
    struct observer *observer = (struct observer *)waiter;
    struct file *file = observer->async->file;
    uint32_t events = file->ops->poll(file, NULL) & observer->events;
    struct siginfo info = {0};

    if (!events)
        return;
    info.signo = file->owner_signal ? file->owner_signal : SIGIO;
    info.code = events & POLLHUP   ? POLL_HUP
                : events & POLLIN  ? POLL_IN
                : events & POLLERR ? POLL_ERR
                                   : POLL_OUT;
    info.u.poll.band = (int64_t)events;
    info.u.poll.fd = fd_of(file);
    send(file, &info);
}

static void add(struct poll_wait *wait, struct waitq *queue, uint32_t events)
{
    struct async *async = container_of(wait, struct async, wait);

    if (async->queues == QUEUES_MAX)
        return;
    struct observer *observer = &async->observer[async->queues++];

    waiter_init(&observer->waiter);
    observer->waiter.notify = notice;
    observer->async = async;
    observer->events = events;
    wait_add(queue, &observer->waiter);
}

void async_end(struct file *file)
{
    struct async *async = file->async;

    for (uint32_t i = 0; async && i < async->queues; i++)
        wait_remove(&async->observer[i].waiter);
    heap_free(async);
    file->async = NULL;
}

int async_set(struct file *file, bool on)
{
    struct async *async;

    if (on == (file->async != NULL) || !file->ops->poll)
        return 0; /* what has no poll is always ready and has nothing to tell */
    if (!on) {
        async_end(file);
        return 0;
    }
    async = heap_zalloc(sizeof *async);
    if (!async)
        return -ENOMEM;
    async->file = file;
    async->wait.add = add;
    file->async = async;
    (void)file->ops->poll(file, &async->wait);
    return 0;
}

static int64_t owner_set(struct file *file, int64_t pid)
{
    if (pid == INT32_MIN)
        return -EINVAL;
    if (pid < 0) {
        bool any = false;

        list_for_each (node, &process_list)
            any |= list_item(node, struct process, all)->pgid == -pid;
        if (!any)
            return -ESRCH;
    } else if (pid && !process_find((int)pid)) {
        return -ESRCH;
    }
    file->owner_pid = (int)pid;
    file->owner_uid = current()->process->cred.uid;
    file->owner_euid = current()->process->cred.euid;
    return 0;
}

static int64_t owner_set_ex(struct file *file, uaddr_t argument)
{
    struct f_owner_ex owner;

    if (copy_from_user(&owner, argument, sizeof owner))
        return -EFAULT;
    if (owner.type < F_OWNER_TID || owner.type > F_OWNER_PGRP)
        return -EINVAL;
    if (owner.pid < 0)
        return -ESRCH;
    return owner_set(file, owner.type == F_OWNER_PGRP ? -(int64_t)owner.pid : owner.pid);
}

static int64_t owner_get_ex(struct file *file, uaddr_t argument)
{
    struct f_owner_ex owner = {file->owner_pid < 0 ? F_OWNER_PGRP : F_OWNER_PID,
                               file->owner_pid < 0 ? -file->owner_pid : file->owner_pid};

    return copy_to_user(argument, &owner, sizeof owner);
}

int64_t async_control(struct file *file, uint32_t command, uint64_t argument)
{
    switch (command) {
    case F_SETOWN:
        return owner_set(file, (int32_t)argument);
    case F_GETOWN:
        return file->owner_pid;
    case F_SETOWN_EX:
        return owner_set_ex(file, argument);
    case F_GETOWN_EX:
        return owner_get_ex(file, argument);
    case F_SETSIG:
        if ((int64_t)argument < 0 || argument > SIGNAL_COUNT)
            return -EINVAL;
        file->owner_signal = (int)argument;
        return 0;
    default: /* F_GETSIG */
        return file->owner_signal;
    }
}
