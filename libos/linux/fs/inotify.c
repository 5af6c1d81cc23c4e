/* SPDX-License-Identifier: MIT */
/*
 * inotify.c - watching files and directories.
 *
 * Invariants:
 *   1. A watch is in its instance's list and in its inode's chain (inode->watches) until either ends.
 *      It does not hold the inode: names and open files do, and the inode's end tells the watch.
 *   2. An instance holds at most EVENTS_MAX events and one overflow event behind them.
 * Not here: where the events come from; each operation on names and data calls notify.h.
 */
#include "libos/linux/fs/notify.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/user.h"
#include <linux/poll.h>
#include <asm/ioctls.h>

#define EVENTS_MAX    16384u /* /proc/sys/fs/inotify/max_queued_events */
#define INSTANCES_MAX 128u   /* /proc/sys/fs/inotify/max_user_instances */
#define WATCHES_MAX   65536u /* /proc/sys/fs/inotify/max_user_watches */
#define EVENT_ALWAYS  (IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW)

struct watch {
    struct list node;   /* in the instance */
    struct watch *next; /* of the same inode */
    struct inotify *owner;
    struct inode *inode; /* not held */
    int number;
    uint32_t mask;
};

struct event {
    struct list node;
    int watch;
    uint32_t mask;
    uint32_t cookie;
    uint32_t length; /* of the name, 0: none */
    char name[];
};

struct inotify {
    struct list watches;
    struct list events;
    struct waitq wait;
    uint32_t count; /* events */
    uint64_t bytes; /* of the events, as read shows them: FIONREAD */
    int next_number;
    uint32_t watch_count;
};

uint32_t notify_watch_count;
static uint32_t instance_count;

/* --- Events --- */

static uint64_t event_bytes(const struct event *event)
{
    uint64_t name = event->length ? (event->length + sizeof(struct inotify_event)) &
                                        ~(sizeof(struct inotify_event) - 1)
                                  : 0;
    return sizeof(struct inotify_event) + name;
}

/* The same as the newest one: nothing new is said. */
static bool repeats(const struct inotify *inotify, int watch, uint32_t mask, uint32_t cookie,
                    const char *name, uint32_t length)
{
    const struct event *last;

    if (list_empty(&inotify->events))
        return false;
    last = list_item(inotify->events.previous, struct event, node);
    if (last->mask != mask || last->watch != watch || last->cookie != cookie ||
        last->length != length)
        return false;
    return !length || memcmp(last->name, name, length) == 0;
}

static void event_add(struct inotify *inotify, int watch, uint32_t mask, uint32_t cookie,
                      const char *name, uint32_t length)
{
    struct event *event;

    if (inotify->count > EVENTS_MAX)
        return;
    if (inotify->count == EVENTS_MAX) {
        watch = -1;
        mask = IN_Q_OVERFLOW;
        cookie = length = 0;
    } else if (!(mask & IN_IGNORED) && repeats(inotify, watch, mask, cookie, name, length)) {
        return;
    }
    event = heap_alloc(sizeof *event + length + 1);
    if (!event) {
        log_once(0x1407, "inotify: out of memory: an event is lost");
        return;
    }
    event->watch = watch;
    event->mask = mask;
    event->cookie = cookie;
    event->length = length;
    memcpy(event->name, length ? name : "", length);
    event->name[length] = '\0';
    list_add_tail(&inotify->events, &event->node);
    inotify->count++;
    inotify->bytes += event_bytes(event);
    waitq_wake(&inotify->wait);
}

static void event_free(struct inotify *inotify, struct event *event)
{
    inotify->count--;
    inotify->bytes -= event_bytes(event);
    list_remove(&event->node);
    heap_free(event);
}

/* --- Watches --- */

static struct watch **chain(struct inode *inode)
{
    return (struct watch **)&inode->watches;
}

/* Takes the watch out of everything; the program is told that it is gone. */
static void watch_end(struct watch *watch)
{
    struct watch **link = chain(watch->inode);

    while (*link != watch)
        link = &(*link)->next;
    *link = watch->next;
    list_remove(&watch->node);
    event_add(watch->owner, watch->number, IN_IGNORED, 0, NULL, 0);
    watch->owner->watch_count--;
    notify_watch_count--;
    heap_free(watch);
}

static void tell(struct watch *watch, uint32_t mask, uint32_t cookie, const char *name,
                 uint32_t length)
{
    if (!(mask & watch->mask & IN_ALL_EVENTS) && !(mask & EVENT_ALWAYS))
        return;
    if (mask & (IN_DELETE_SELF | IN_MOVE_SELF))
        mask &= ~(uint32_t)IN_ISDIR; /* of the watched thing itself programs know what it is */
    event_add(watch->owner, watch->number, mask, cookie, name, length);
    if (watch->mask & IN_ONESHOT)
        watch_end(watch);
}

static uint32_t with_kind(const struct inode *inode, uint32_t mask)
{
    return is_directory(inode) ? mask | IN_ISDIR : mask;
}

void notify_inode_always(struct inode *inode, uint32_t mask)
{
    struct watch *next;

    mask = with_kind(inode, mask);
    for (struct watch *watch = *chain(inode); watch; watch = next) {
        next = watch->next;
        tell(watch, mask, 0, NULL, 0);
    }
}

void notify_name_always(struct inode *directory, const char *name, uint32_t length, uint32_t mask,
                        uint32_t cookie)
{
    struct watch *next;

    for (struct watch *watch = *chain(directory); watch; watch = next) {
        next = watch->next;
        tell(watch, mask, cookie, name, length);
    }
}

void notify_dentry_always(struct dentry *dentry, uint32_t mask)
{
    struct inode *above = dentry->parent->inode;
    struct watch *next;

    for (struct watch *watch = dentry->parent != dentry ? *chain(above) : NULL; watch;
         watch = next) {
        next = watch->next;
        if (dentry->attached || !(watch->mask & IN_EXCL_UNLINK))
            tell(watch, with_kind(dentry->inode, mask), 0, dentry->name, dentry->length);
    }
    notify_inode_always(dentry->inode, mask);
}

uint32_t notify_cookie(void)
{
    static uint32_t last;

    return ++last;
}

void notify_inode_end(struct inode *inode)
{
    while (*chain(inode)) {
        struct watch *watch = *chain(inode);

        if (!inode->links)
            tell(watch, IN_DELETE_SELF, 0, NULL, 0);
        if (*chain(inode) == watch)
            watch_end(watch);
    }
}

/* --- The file --- */

static int64_t event_put(struct inotify *inotify, uaddr_t to, uint64_t room)
{
    struct event *event = list_item(inotify->events.next, struct event, node);
    uint64_t bytes = event_bytes(event);
    struct inotify_event head = {.wd = event->watch,
                                 .mask = event->mask,
                                 .cookie = event->cookie,
                                 .len = (uint32_t)(bytes - sizeof head)};

    if (bytes > room)
        return -EINVAL;
    if (copy_to_user(to, &head, sizeof head) ||
        copy_to_user(to + sizeof head, event->name, event->length) ||
        clear_user(to + sizeof head + event->length, bytes - sizeof head - event->length))
        return -EFAULT;
    event_free(inotify, event);
    return (int64_t)bytes;
}

static int64_t inotify_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct inotify *inotify = file->state;
    struct waiter waiter;
    uint64_t done = 0;
    int error = 0;

    (void)offset;
    waiter_init(&waiter);
    while (list_empty(&inotify->events) && !error) {
        wait_add(&inotify->wait, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    if (list_empty(&inotify->events))
        return error;
    while (!list_empty(&inotify->events)) {
        int64_t put = event_put(inotify, buffer + done, bytes - done);

        if (put < 0)
            return done ? (int64_t)done : put;
        done += (uint64_t)put;
    }
    return (int64_t)done;
}

static uint32_t inotify_poll(struct file *file, struct poll_wait *wait)
{
    struct inotify *inotify = file->state;

    poll_wait_add(wait, &inotify->wait);
    return inotify->count ? POLLIN | POLLRDNORM : 0;
}

static int64_t inotify_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct inotify *inotify = file->state;

    return request == FIONREAD ? put_user_u32(argument, (uint32_t)inotify->bytes) : -ENOTTY;
}

static void inotify_release(struct file *file)
{
    struct inotify *inotify = file->state;

    while (!list_empty(&inotify->watches))
        watch_end(list_item(inotify->watches.next, struct watch, node));
    while (!list_empty(&inotify->events))
        event_free(inotify, list_item(inotify->events.next, struct event, node));
    heap_free(inotify);
    instance_count--;
}

static const struct file_ops inotify_ops = {
    .seek = file_seek_nowhere,
    .read = inotify_read,
    .poll = inotify_poll,
    .ioctl = inotify_ioctl,
    .release = inotify_release,
};

/* --- Calls --- */

int64_t lx_inotify_init1(uint64_t flags)
{
    struct inotify *inotify;
    struct file *file;
    int fd;

    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (instance_count >= INSTANCES_MAX)
        return -EMFILE;
    inotify = heap_zalloc(sizeof *inotify);
    if (!inotify)
        return -ENOMEM;
    list_init(&inotify->watches);
    list_init(&inotify->events);
    waitq_init(&inotify->wait);
    inotify->next_number = 1;
    file =
        file_anonymous(&inotify_ops, (uint32_t)flags & O_NONBLOCK, "anon_inode:inotify", inotify);
    if (!file) {
        heap_free(inotify);
        return -ENOMEM;
    }
    instance_count++;
    fd = fd_install(file, flags & O_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_inotify_init(void)
{
    return lx_inotify_init1(0);
}

/* A held file that is an instance; NULL with *error set. */
static struct file *inotify_get(uint64_t fd, int64_t *error)
{
    struct file *file = fd_get((int)fd);

    *error = file ? -EINVAL : -EBADF;
    if (file && file->ops != &inotify_ops) {
        file_drop(file);
        return NULL;
    }
    return file;
}

static struct watch *watch_find(struct inotify *inotify, struct inode *inode)
{
    struct watch *watch = *chain(inode);

    while (watch && watch->owner != inotify)
        watch = watch->next;
    return watch;
}

static int64_t watch_set(struct inotify *inotify, struct inode *inode, uint32_t mask)
{
    uint32_t kept = mask & (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK);
    struct watch *watch = watch_find(inotify, inode);

    if (watch) {
        if (mask & IN_MASK_CREATE)
            return -EEXIST;
        watch->mask = mask & IN_MASK_ADD ? watch->mask | kept : kept;
        return watch->number;
    }
    if (notify_watch_count >= WATCHES_MAX)
        return -ENOSPC;
    watch = heap_zalloc(sizeof *watch);
    if (!watch)
        return -ENOMEM;
    watch->owner = inotify;
    watch->inode = inode;
    watch->number = inotify->next_number++;
    watch->mask = kept;
    watch->next = *chain(inode);
    *chain(inode) = watch;
    list_add_tail(&inotify->watches, &watch->node);
    inotify->watch_count++;
    notify_watch_count++;
    return watch->number;
}

int64_t lx_inotify_add_watch(uint64_t fd, uint64_t path, uint64_t mask64)
{
    uint32_t mask = (uint32_t)mask64;
    struct dentry *dentry;
    struct file *file;
    int64_t result;

    if (!(mask & (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ISDIR | IN_ONESHOT |
                  IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE)))
        return -EINVAL;
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    result = (mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE) ? -EINVAL
             : file->ops != &inotify_ops                     ? -EINVAL
                                                             : 0;
    if (!result)
        result = walk_user(AT_FDCWD, path,
                           (mask & IN_DONT_FOLLOW ? 0 : WALK_FOLLOW) |
                               (mask & IN_ONLYDIR ? WALK_DIRECTORY : 0),
                           &dentry);
    if (!result) {
        result = inode_permission(dentry->inode, 4);
        if (!result)
            result = watch_set(file->state, dentry->inode, mask);
        dentry_drop(dentry);
    }
    file_drop(file);
    return result;
}

int64_t lx_inotify_rm_watch(uint64_t fd, uint64_t number)
{
    int64_t error;
    struct file *file = inotify_get(fd, &error);

    if (!file)
        return error;
    struct inotify *inotify = file->state;

    error = -EINVAL;
    list_for_each (node, &inotify->watches) {
        struct watch *watch = list_item(node, struct watch, node);

        if (watch->number != (int)number)
            continue;
        watch_end(watch);
        error = 0;
        break;
    }
    file_drop(file);
    return error;
}
