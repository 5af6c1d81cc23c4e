/* SPDX-License-Identifier: MIT */
/*
 * mqueue.c - POSIX message queues.
 *
 * Queues are files of a file system of their own, mounted on /dev/mqueue: names, owners and permission are
 * the file system's, and a descriptor of a queue can be polled and read (its state, as text).
 *
 * Invariants:
 *   1. Messages are sorted: higher priority first, among equals the older first.
 *   2. `notify` is a process that waits for the first message of an empty queue; one at a time.
 */
#include "libos/linux/ipc/mqueue.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/mqueue.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/time.h>

#define QUEUES_MAX     256 /* /proc/sys/fs/mqueue/queues_max */
#define MESSAGES_MAX   10  /* msg_max: without privilege */
#define MESSAGE_MAX    8192
#define MESSAGES_HARD  65536
#define MESSAGE_HARD   (16 << 20)
#define PRIORITY_LIMIT 32768
#define MAGIC_MQUEUE   0x19800202
#define SI_MESGQ       (-3)
#define SIGEV_SIGNAL   0
#define SIGEV_NONE     1
#define OVERHEAD       64 /* bytes that RLIMIT_MSGQUEUE counts for one message */

struct message {
    struct list node;
    uint32_t priority;
    uint64_t bytes;
    char body[];
};

struct mqueue {
    struct list messages;
    uint64_t count, bytes;
    uint64_t messages_max, message_max;
    struct waitq senders, receivers;
    uint32_t waiting_receivers;
    uint32_t owner; /* uid that its room is counted for */
    int notify_pid; /* 0: nobody */
    int notify_kind, notify_signal;
    uint64_t notify_value;
};

struct sigevent_user {
    uint64_t value;
    int32_t signal;
    int32_t kind;
    uint8_t rest[48];
};

static struct mount *mount;
static uint32_t queue_count;

/* --- The file --- */

static uint64_t room_of(const struct mqueue *queue)
{
    return queue->messages_max * (queue->message_max + OVERHEAD);
}

static void queue_destroy(struct inode *inode)
{
    struct mqueue *queue = inode->u.state;

    list_for_each_safe (node, &queue->messages)
        heap_free(list_item(node, struct message, node));
    heap_free(queue);
    queue_count--;
}

static int64_t queue_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    const struct mqueue *queue = file->state;
    char text[80];
    int length =
        format(text, sizeof text, "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
               (unsigned long)queue->bytes, queue->notify_pid ? queue->notify_kind : 0,
               queue->notify_pid && queue->notify_kind == SIGEV_SIGNAL ? queue->notify_signal : 0,
               queue->notify_pid);

    if (*offset >= (uint64_t)length)
        return 0;
    bytes = min_of(bytes, (uint64_t)length - *offset);
    if (copy_to_user(buffer, text + *offset, bytes))
        return -EFAULT;
    *offset += bytes;
    return (int64_t)bytes;
}

static int64_t queue_seek(struct file *file, int64_t offset, int whence)
{
    return generic_seek(file, offset, whence, 0);
}

static uint32_t queue_poll(struct file *file, struct poll_wait *wait)
{
    struct mqueue *queue = file->state;

    poll_wait_add(wait, &queue->receivers);
    poll_wait_add(wait, &queue->senders);
    return (queue->count ? POLLIN | POLLRDNORM : 0) |
           (queue->count < queue->messages_max ? POLLOUT | POLLWRNORM : 0);
}

/* A descriptor is closed: the closer's wish to be notified ends. */
static void queue_flush_file(struct file *file)
{
    struct mqueue *queue = file->state;

    if (queue->notify_pid == current()->process->pid)
        queue->notify_pid = 0;
}

static const struct file_ops queue_ops = {
    .read = queue_read,
    .seek = queue_seek,
    .poll = queue_poll,
    .flush = queue_flush_file,
};

static int queue_open(struct file *file)
{
    file->ops = &queue_ops;
    file->state = file->inode->u.state;
    return 0;
}

static const struct inode_ops queue_inode_ops = {.open = queue_open, .destroy = queue_destroy};

/* --- mq_open, mq_unlink --- */

static int limits_check(const struct mq_attr *attr)
{
    bool all = capable(CAP_SYS_RESOURCE);

    if (attr->mq_maxmsg <= 0 || attr->mq_msgsize <= 0 ||
        attr->mq_maxmsg > (all ? MESSAGES_HARD : MESSAGES_MAX) ||
        attr->mq_msgsize > (all ? MESSAGE_HARD : MESSAGE_MAX))
        return -EINVAL;
    return 0;
}

/* RLIMIT_MSGQUEUE: what this user's queues may take at most, all together. */
static bool room_left(uint64_t wanted)
{
    uint32_t uid = current()->process->cred.uid;
    uint64_t total = wanted;

    list_for_each (node, &mount->root->inode->u.dir.children) {
        const struct mqueue *queue = list_item(node, struct dentry, sibling)->inode->u.state;

        if (queue->owner == uid)
            total += room_of(queue);
    }
    return total <= current()->process->rlimit[RLIMIT_MSGQUEUE].soft;
}

static int queue_make(const char *name, uint32_t mode, const struct mq_attr *attr,
                      struct dentry **out)
{
    struct mqueue *queue;
    struct inode *inode;

    if (queue_count >= QUEUES_MAX && !capable(CAP_SYS_RESOURCE))
        return -ENOSPC;
    queue = heap_zalloc(sizeof *queue);
    if (!queue)
        return -ENOMEM;
    queue->messages_max = (uint64_t)attr->mq_maxmsg;
    queue->message_max = (uint64_t)attr->mq_msgsize;
    queue->owner = current()->process->cred.uid;
    list_init(&queue->messages);
    waitq_init(&queue->senders);
    waitq_init(&queue->receivers);
    inode = room_left(room_of(queue)) ? inode_new(mount, S_IFREG | mode) : NULL;
    if (!inode) {
        int error = room_left(room_of(queue)) ? -ENOMEM : -EMFILE;
        heap_free(queue);
        return error;
    }
    inode->ops = &queue_inode_ops;
    inode->u.state = queue;
    inode->links = 1;
    inode->size = 80; /* of the text that read gives, as on Linux */
    queue_count++;
    *out = dentry_new(mount->root, name, (uint32_t)strlen(name), inode);
    if (!*out)
        return -ENOMEM;
    dentry_attach(*out, mount->root);
    inode_touch(mount->root->inode, true);
    return 0;
}

/* The name of a queue in the program's memory: *text is a path buffer. */
static int name_take(uaddr_t address, char **text)
{
    int error = 0;

    *text = path_take(address, &error);
    if (!*text)
        return error;
    size_t length = strlen(*text);

    if (!length)
        error = -ENOENT;
    else if (length > NAME_LIMIT)
        error = -ENAMETOOLONG;
    else if (memchr(*text, '/', length) || !strcmp(*text, ".") || !strcmp(*text, ".."))
        error = -EACCES;
    if (error)
        path_give(*text);
    return error;
}

/* Opens or makes; dentry held. */
static int queue_find(const char *name, uint32_t flags, uint32_t mode, const struct mq_attr *attr,
                      struct dentry **out)
{
    struct dentry *there = dentry_child(mount->root, name, (uint32_t)strlen(name));
    static const uint32_t mask[4] = {4, 2, 6, 0};

    if (there) {
        if ((flags & O_CREAT) && (flags & O_EXCL))
            return -EEXIST;
        dentry_hold(there);
        *out = there;
        int error = inode_permission(there->inode, mask[flags & O_ACCMODE]);

        if (error)
            dentry_drop(there);
        return error;
    }
    if (!(flags & O_CREAT))
        return -ENOENT;
    int error = attr ? limits_check(attr) : 0;
    struct mq_attr usual = {.mq_maxmsg = MESSAGES_MAX, .mq_msgsize = MESSAGE_MAX};

    return error ? error : queue_make(name, mode, attr ? attr : &usual, out);
}

int64_t lx_mq_open(uint64_t name, uint64_t flags, uint64_t mode, uint64_t attr_address)
{
    struct mq_attr attr;
    struct dentry *dentry;
    struct file *file;
    char *text;
    int fd;

    if (attr_address && copy_from_user(&attr, attr_address, sizeof attr))
        return -EFAULT;
    if ((flags & O_ACCMODE) == O_ACCMODE || flags & O_DIRECT)
        return -EINVAL;
    fd = name_take(name, &text);
    if (fd)
        return fd;
    fd = queue_find(text, (uint32_t)flags, (uint32_t)mode & 07777 & ~current()->process->fs->umask,
                    attr_address ? &attr : NULL, &dentry);
    path_give(text);
    if (fd)
        return fd;
    fd = file_open_dentry(dentry, (uint32_t)flags & (O_ACCMODE | O_NONBLOCK), &file);
    dentry_drop(dentry);
    if (fd)
        return fd;
    fd = fd_install(file, true, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_mq_unlink(uint64_t name)
{
    struct dentry *there;
    char *text;
    int error = name_take(name, &text);

    if (error)
        return error;
    there = dentry_child(mount->root, text, (uint32_t)strlen(text));
    path_give(text);
    if (!there)
        return -ENOENT;
    error = inode_permission(mount->root->inode, 3);
    if (!error && !inode_owned(there->inode))
        error = -EPERM; /* the directory is sticky */
    if (error)
        return error;
    there->inode->links = 0;
    inode_touch(mount->root->inode, true);
    dentry_detach(there);
    return 0;
}

/* --- Sending and receiving --- */

/* A held file that is a queue and open for this; NULL with *error set. */
static struct file *queue_get(uint64_t fd, bool write, int64_t *error)
{
    struct file *file = fd_get((int)fd);

    *error = -EBADF;
    if (file && (file->ops != &queue_ops || (write ? !writable(file) : !readable(file)))) {
        file_drop(file);
        return NULL;
    }
    return file;
}

/* An absolute time of day; 0 when none is given. */
static int deadline_from_user(uaddr_t timeout, uint64_t *deadline)
{
    uint64_t ns;
    int error = 0;

    *deadline = NO_DEADLINE;
    if (timeout)
        error = duration_from_user(&ns, timeout);
    if (timeout && !error)
        *deadline = deadline_of(CLOCK_REALTIME, ns);
    return error;
}

static int queue_sleep(struct file *file, struct waitq *wait, uint64_t deadline)
{
    struct waiter waiter;
    int error;

    if (file->flags & O_NONBLOCK)
        return -EAGAIN;
    waiter_init(&waiter);
    wait_add(wait, &waiter);
    error = task_sleep(deadline);
    wait_remove(&waiter);
    return error;
}

/* The first message of an empty queue has come and nobody is waiting for it: tell who asked for that. */
static void notify(struct mqueue *queue)
{
    struct process *process = queue->notify_pid ? process_find(queue->notify_pid) : NULL;

    queue->notify_pid = 0;
    if (!process || queue->notify_kind != SIGEV_SIGNAL)
        return;
    struct siginfo info = {.signo = queue->notify_signal, .code = SI_MESGQ};

    info.u.kill.pid = current()->process->pid;
    info.u.kill.uid = current()->process->cred.uid;
    info.u.kill.value = queue->notify_value;
    signal_send_process(process, queue->notify_signal, &info);
}

static void message_insert(struct mqueue *queue, struct message *message)
{
    struct list *at = queue->messages.previous;

    while (at != &queue->messages &&
           list_item(at, struct message, node)->priority < message->priority)
        at = at->previous;
    list_insert_after(&message->node, at);
    queue->bytes += message->bytes;
    if (queue->count++ == 0 && !queue->waiting_receivers)
        notify(queue);
    waitq_wake(&queue->receivers);
}

static int64_t send(struct file *file, uaddr_t body, uint64_t bytes, uint32_t priority,
                    uint64_t deadline)
{
    struct mqueue *queue = file->state;
    struct message *message;
    int error;

    if (bytes > queue->message_max)
        return -EMSGSIZE;
    message = heap_alloc(sizeof *message + bytes);
    if (!message)
        return -ENOMEM;
    list_init(&message->node);
    message->priority = priority;
    message->bytes = bytes;
    error = copy_from_user(message->body, body, bytes);
    while (!error && queue->count >= queue->messages_max)
        error = queue_sleep(file, &queue->senders, deadline);
    if (error)
        heap_free(message);
    else
        message_insert(queue, message);
    return error;
}

int64_t lx_mq_timedsend(uint64_t fd, uint64_t body, uint64_t bytes, uint64_t priority,
                        uint64_t timeout)
{
    struct file *file;
    uint64_t deadline;
    int64_t result;

    if ((uint32_t)priority >= PRIORITY_LIMIT)
        return -EINVAL;
    result = deadline_from_user(timeout, &deadline);
    file = result ? NULL : queue_get(fd, true, &result);
    if (!file)
        return result;
    result = send(file, body, bytes, (uint32_t)priority, deadline);
    file_drop(file);
    return result;
}

static int64_t receive(struct file *file, uaddr_t body, uint64_t room, uaddr_t priority,
                       uint64_t deadline)
{
    struct mqueue *queue = file->state;
    struct message *message;
    int64_t result = room < queue->message_max ? -EMSGSIZE : 0;

    while (!result && !queue->count) {
        queue->waiting_receivers++;
        result = queue_sleep(file, &queue->receivers, deadline);
        queue->waiting_receivers--;
    }
    if (result)
        return result;
    message = list_item(queue->messages.next, struct message, node);
    list_remove(&message->node);
    queue->count--;
    queue->bytes -= message->bytes;
    waitq_wake(&queue->senders);
    result = (int64_t)message->bytes;
    if ((priority && put_user_u32(priority, message->priority)) ||
        copy_to_user(body, message->body, message->bytes))
        result = -EFAULT;
    heap_free(message);
    return result;
}

int64_t lx_mq_timedreceive(uint64_t fd, uint64_t body, uint64_t room, uint64_t priority,
                           uint64_t timeout)
{
    struct file *file;
    uint64_t deadline;
    int64_t result = deadline_from_user(timeout, &deadline);

    file = result ? NULL : queue_get(fd, false, &result);
    if (!file)
        return result;
    result = receive(file, body, room, priority, deadline);
    file_drop(file);
    return result;
}

/* --- mq_notify, mq_getsetattr --- */

static int64_t notify_set(struct mqueue *queue, const struct sigevent_user *event)
{
    int pid = current()->process->pid;

    if (!event) {
        if (queue->notify_pid == pid)
            queue->notify_pid = 0;
        return 0;
    }
    if (queue->notify_pid && process_find(queue->notify_pid))
        return -EBUSY;
    queue->notify_pid = pid;
    queue->notify_kind = event->kind;
    queue->notify_signal = event->signal;
    queue->notify_value = event->value;
    return 0;
}

int64_t lx_mq_notify(uint64_t fd, uint64_t event_address)
{
    struct sigevent_user event;
    struct file *file;
    int64_t result = 0;

    if (event_address) {
        if (copy_from_user(&event, event_address, sizeof event))
            return -EFAULT;
        if (event.kind == 2 /* SIGEV_THREAD */)
            return unimplemented(-EINVAL, "mq_notify with SIGEV_THREAD");
        if ((event.kind != SIGEV_SIGNAL && event.kind != SIGEV_NONE) ||
            (event.kind == SIGEV_SIGNAL && (event.signal < 0 || event.signal > SIGNAL_COUNT)))
            return -EINVAL;
    }
    file = fd_get((int)fd);
    if (!file || file->ops != &queue_ops)
        result = -EBADF;
    else
        result = notify_set(file->state, event_address ? &event : NULL);
    if (file)
        file_drop(file);
    return result;
}

int64_t lx_mq_getsetattr(uint64_t fd, uint64_t new, uint64_t old)
{
    struct mq_attr wanted = {0};
    struct mq_attr now = {0};
    struct file *file;
    int64_t result = 0;

    if (new &&copy_from_user(&wanted, new, sizeof wanted))
        return -EFAULT;
    if (wanted.mq_flags & ~(long)O_NONBLOCK)
        return -EINVAL;
    file = fd_get((int)fd);
    if (!file || file->ops != &queue_ops) {
        result = -EBADF;
    } else {
        const struct mqueue *queue = file->state;

        now.mq_flags = file->flags & O_NONBLOCK;
        now.mq_maxmsg = (long)queue->messages_max;
        now.mq_msgsize = (long)queue->message_max;
        now.mq_curmsgs = (long)queue->count;
        if (new)
            file->flags = (file->flags & ~(uint32_t)O_NONBLOCK) | (uint32_t)wanted.mq_flags;
    }
    if (file)
        file_drop(file);
    if (!result && old && copy_to_user(old, &now, sizeof now))
        result = -EFAULT;
    return result;
}

int mqueue_start(struct dentry *point)
{
    return mount_add(point, "mqueue", "mqueue", MAGIC_MQUEUE, true, 01777, &mount);
}
