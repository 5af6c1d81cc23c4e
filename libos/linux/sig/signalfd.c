/* SPDX-License-Identifier: MIT */
/*
 * signalfd.c - signals that are read from a descriptor.
 *
 * The file holds nothing but a mask: a read takes from what is pending for the task that reads, so a
 * descriptor that was inherited shows the child's signals to the child. Sending wakes the process's
 * fd_wait queue (sig/send.c), blocked signals included.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/user.h"
#include <linux/poll.h>
#include <linux/signalfd.h>

struct signalfd {
    sigmask_t mask;
};

/* Which members of siginfo have a meaning follows from the code, and for the kernel's own from the
 * signal. */
static void info_fill(const struct siginfo *info, struct signalfd_siginfo *out)
{
    memset(out, 0, sizeof *out);
    out->ssi_signo = (uint32_t)info->signo;
    out->ssi_errno = info->error;
    out->ssi_code = info->code;
    if (info->code == SI_TIMER) {
        out->ssi_tid = (uint32_t)info->u.timer.id;
        out->ssi_overrun = (uint32_t)info->u.timer.overrun;
        out->ssi_ptr = info->u.timer.value;
        out->ssi_int = (int32_t)info->u.timer.value;
    } else if (info->code <= 0) {
        out->ssi_pid = (uint32_t)info->u.kill.pid;
        out->ssi_uid = info->u.kill.uid;
        if (info->code != SI_USER && info->code != SI_TKILL) {
            out->ssi_ptr = info->u.kill.value;
            out->ssi_int = (int32_t)info->u.kill.value;
        }
    } else if (info->code == SI_KERNEL) {
        return;
    } else if (info->signo == SIGCHLD) {
        out->ssi_pid = (uint32_t)info->u.child.pid;
        out->ssi_uid = info->u.child.uid;
        out->ssi_status = info->u.child.status;
        out->ssi_utime = (uint64_t)info->u.child.utime;
        out->ssi_stime = (uint64_t)info->u.child.stime;
    } else if (SIGNAL_BIT(info->signo) & SIGNALS_FAULT) {
        out->ssi_addr = info->u.fault.address;
    } else {
        out->ssi_band = (uint32_t)info->u.poll.band;
        out->ssi_fd = info->u.poll.fd;
    }
}

/* Waits until a signal of the mask can be taken: its number, or an error. */
static int64_t take(struct file *file, sigmask_t mask, struct siginfo *info)
{
    struct task *task = current();
    struct waiter waiter;
    int64_t error = 0;
    int signal;

    waiter_init(&waiter);
    for (;;) {
        wait_add(&task->process->sig.fd_wait, &waiter);
        signal = signal_take(task, mask, info);
        if (signal || error)
            break;
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    return signal ? signal : error;
}

static int64_t signalfd_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct signalfd *fd = file->state;
    struct signalfd_siginfo out;
    uint64_t room = bytes / sizeof out;
    uint64_t done = 0;

    (void)offset;
    if (!room)
        return -EINVAL;
    while (done < room) {
        struct siginfo info;
        int64_t got;

        if (done)
            got = signal_take(current(), fd->mask, &info);
        else
            got = take(file, fd->mask, &info);
        if (got <= 0) {
            if (!done)
                return got;
            break;
        }
        info_fill(&info, &out);
        if (copy_to_user(buffer + done * sizeof out, &out, sizeof out))
            return done ? (int64_t)(done * sizeof out) : -EFAULT;
        done++;
    }
    return (int64_t)(done * sizeof out);
}

static uint32_t signalfd_poll(struct file *file, struct poll_wait *wait)
{
    struct signalfd *fd = file->state;
    struct task *task = current();

    poll_wait_add(wait, &task->process->sig.fd_wait);
    return (task->sig.pending.set | task->process->sig.pending.set) & fd->mask ? POLLIN : 0;
}

static void signalfd_release(struct file *file)
{
    heap_free(file->state);
}

static const struct file_ops signalfd_ops = {
    .seek = file_seek_nowhere,
    .read = signalfd_read,
    .poll = signalfd_poll,
    .release = signalfd_release,
};

static int64_t signalfd_change(int number, sigmask_t mask)
{
    struct file *file = fd_get(number);

    if (!file)
        return -EBADF;
    if (file->ops != &signalfd_ops) {
        file_drop(file);
        return -EINVAL;
    }
    ((struct signalfd *)file->state)->mask = mask;
    waitq_wake(&current()->process->sig.fd_wait);
    file_drop(file);
    return number;
}

int64_t lx_signalfd4(uint64_t number, uint64_t mask_address, uint64_t size, uint64_t flags)
{
    sigmask_t mask;
    struct signalfd *fd;
    struct file *file;
    int made;

    if (size != sizeof mask)
        return -EINVAL;
    if (get_user_u64(&mask, mask_address))
        return -EFAULT;
    if (flags & ~(uint64_t)(SFD_CLOEXEC | SFD_NONBLOCK))
        return -EINVAL;
    mask &= ~SIGNALS_NEVER_BLOCKED;
    if ((int)number != -1)
        return signalfd_change((int)number, mask);
    fd = heap_zalloc(sizeof *fd);
    if (!fd)
        return -ENOMEM;
    fd->mask = mask;
    file = file_anonymous(&signalfd_ops, O_RDWR | ((uint32_t)flags & O_NONBLOCK),
                          "anon_inode:[signalfd]", fd);
    if (!file) {
        heap_free(fd);
        return -ENOMEM;
    }
    made = fd_install(file, flags & SFD_CLOEXEC, 0);
    if (made < 0)
        file_drop(file);
    return made;
}

int64_t lx_signalfd(uint64_t number, uint64_t mask, uint64_t size)
{
    return lx_signalfd4(number, mask, size, 0);
}
