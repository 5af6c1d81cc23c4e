/* SPDX-License-Identifier: MIT */
/*
 * lock.c - advisory locks: fcntl's (of a process, of an open file) and flock's.
 *
 * All locks of an inode are in one list. fcntl locks of one owner never overlap: setting a range
 * first cuts it out of what the owner has. The owner of a process's locks is its descriptor table;
 * they go when it closes any descriptor of the file. Locks of an open file go with its last close.
 * flock locks do not see fcntl locks.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"

enum lock_kind {
    LOCK_PROCESS,
    LOCK_FILE,
    LOCK_FLOCK
};

struct lock {
    struct list node;
    enum lock_kind kind;
    int16_t type; /* F_RDLCK, F_WRLCK */
    const void *owner;
    int pid;
    uint64_t first, last; /* inclusive */
};

struct lock_list {
    struct list locks;
    struct waitq wait; /* for any change */
};

/* Who waits for whom, for EDEADLK: one record for each sleeper of F_SETLKW. */
struct blocked {
    struct list node;
    const void *owner;
    const void *holder;
};
static struct list blocked_list = {&blocked_list, &blocked_list};

static struct lock_list *locks_of(struct inode *inode)
{
    if (!inode->locks) {
        inode->locks = heap_alloc(sizeof *inode->locks);
        if (inode->locks) {
            list_init(&inode->locks->locks);
            waitq_init(&inode->locks->wait);
        }
    }
    return inode->locks;
}

void locks_free(struct inode *inode)
{
    list_for_each_safe (node, &inode->locks->locks)
        heap_free(list_item(node, struct lock, node));
    heap_free(inode->locks);
    inode->locks = NULL;
}

static struct lock *conflict(struct lock_list *list, const struct lock *wanted)
{
    list_for_each (node, &list->locks) {
        struct lock *lock = list_item(node, struct lock, node);
        if ((lock->kind == LOCK_FLOCK) != (wanted->kind == LOCK_FLOCK))
            continue;
        if (lock->owner == wanted->owner && lock->kind == wanted->kind)
            continue;
        if (lock->last < wanted->first || lock->first > wanted->last)
            continue;
        if (lock->type == F_WRLCK || wanted->type == F_WRLCK)
            return lock;
    }
    return NULL;
}

static void end_lock(struct lock *lock)
{
    list_remove(&lock->node);
    heap_free(lock);
}

/* Cuts first..last out of the owner's locks. spare is used when one lock becomes two. Returns the
 * spare if unused. */
static struct lock *carve(struct lock_list *list, const struct lock *range, struct lock *spare)
{
    list_for_each_safe (node, &list->locks) {
        struct lock *lock = list_item(node, struct lock, node);
        if (lock->owner != range->owner || lock->kind != range->kind)
            continue;
        if (lock->last < range->first || lock->first > range->last)
            continue;
        if (lock->first < range->first && lock->last > range->last) {
            *spare = *lock;
            spare->first = range->last + 1;
            list_init(&spare->node);
            list_insert_after(&spare->node, &lock->node);
            lock->last = range->first - 1;
            return NULL;
        }
        if (lock->first < range->first)
            lock->last = range->first - 1;
        else if (lock->last > range->last)
            lock->first = range->last + 1;
        else
            end_lock(lock);
    }
    return spare;
}

/* Joins the lock with its owner's neighbours of the same type, so that a file locked byte by byte
 * keeps one. */
static void join(struct lock_list *list, struct lock *lock)
{
    list_for_each_safe (node, &list->locks) {
        struct lock *other = list_item(node, struct lock, node);
        if (other == lock || other->owner != lock->owner || other->kind != lock->kind ||
            other->type != lock->type)
            continue;
        if (other->last != UINT64_MAX && other->last + 1 == lock->first)
            lock->first = other->first;
        else if (lock->last != UINT64_MAX && lock->last + 1 == other->first)
            lock->last = other->last;
        else
            continue;
        end_lock(other);
    }
}

/* Sets or clears a range that conflicts with nobody. */
static int apply(struct lock_list *list, const struct lock *wanted)
{
    struct lock *spare = heap_alloc(sizeof *spare);
    struct lock *made = wanted->type == F_UNLCK ? NULL : heap_alloc(sizeof *made);

    if (!spare || (!made && wanted->type != F_UNLCK)) {
        heap_free(spare);
        heap_free(made);
        return -ENOLCK;
    }
    heap_free(carve(list, wanted, spare));
    if (made) {
        *made = *wanted;
        list_init(&made->node);
        list_add_tail(&list->locks, &made->node);
        join(list, made);
    }
    waitq_wake(&list->wait);
    return 0;
}

/* Would waiting for `holder` close a circle back to owner? */
static bool deadlock(const void *owner, const void *holder)
{
    for (int steps = 0; steps < 16; steps++) {
        const void *next = NULL;
        if (holder == owner)
            return true;
        list_for_each (node, &blocked_list) {
            struct blocked *blocked = list_item(node, struct blocked, node);
            if (blocked->owner == holder)
                next = blocked->holder;
        }
        if (!next)
            return false;
        holder = next;
    }
    return false;
}

static int wait_for(struct lock_list *list, const struct lock *wanted, const struct lock *other)
{
    struct blocked blocked = {.owner = wanted->owner, .holder = other->owner};
    struct waiter waiter;
    int error;

    if (wanted->kind == LOCK_PROCESS && deadlock(wanted->owner, other->owner))
        return -EDEADLK;
    list_init(&blocked.node);
    if (wanted->kind == LOCK_PROCESS)
        list_add_tail(&blocked_list, &blocked.node);
    waiter_init(&waiter);
    wait_add(&list->wait, &waiter);
    error = task_sleep(NO_DEADLINE);
    wait_remove(&waiter);
    list_remove(&blocked.node);
    return error;
}

static int lock_set(struct inode *inode, const struct lock *wanted, bool wait)
{
    struct lock_list *list = locks_of(inode);
    struct lock *other;

    if (!list)
        return -ENOLCK;
    while (wanted->type != F_UNLCK && (other = conflict(list, wanted))) {
        int error = wait ? wait_for(list, wanted, other) : -EAGAIN;
        if (error)
            return error;
    }
    return apply(list, wanted);
}

static void locks_drop(struct inode *inode, const void *owner, enum lock_kind kind)
{
    bool any = false;

    list_for_each_safe (node, &inode->locks->locks) {
        struct lock *lock = list_item(node, struct lock, node);
        if (lock->owner == owner && lock->kind == kind) {
            end_lock(lock);
            any = true;
        }
    }
    if (any)
        waitq_wake(&inode->locks->wait);
}

void locks_close(struct inode *inode, struct file *file, struct files *owner)
{
    (void)file;
    locks_drop(inode, owner, LOCK_PROCESS);
}

void locks_end(struct file *file)
{
    locks_drop(file->inode, file, LOCK_FILE);
    locks_drop(file->inode, file, LOCK_FLOCK);
}

/* --- Calls --- */

static int range_of(struct file *file, const struct flock *ask, struct lock *lock)
{
    int64_t start = ask->l_start;

    if (ask->l_whence == 1 /* SEEK_CUR */)
        start += (int64_t)file->offset;
    else if (ask->l_whence == 2 /* SEEK_END */)
        start += (int64_t)file->inode->size;
    else if (ask->l_whence != 0)
        return -EINVAL;
    if (ask->l_len < 0) {
        if (start + ask->l_len < 0)
            return -EINVAL;
        lock->first = (uint64_t)(start + ask->l_len);
        lock->last = (uint64_t)start - 1;
        return 0;
    }
    if (start < 0)
        return -EINVAL;
    lock->first = (uint64_t)start;
    if (!ask->l_len)
        lock->last = INT64_MAX;
    else if (__builtin_add_overflow((uint64_t)start, (uint64_t)ask->l_len - 1, &lock->last) ||
             lock->last > INT64_MAX)
        return -EOVERFLOW;
    return 0;
}

static int64_t lock_get(struct file *file, struct flock *ask, const struct lock *wanted,
                        uaddr_t argument)
{
    struct lock *other = file->inode->locks ? conflict(file->inode->locks, wanted) : NULL;

    if (ask->l_type == F_UNLCK)
        return -EINVAL;
    if (!other) {
        ask->l_type = F_UNLCK;
    } else {
        ask->l_type = other->type;
        ask->l_whence = 0;
        ask->l_start = (int64_t)other->first;
        ask->l_len = other->last >= INT64_MAX ? 0 : (int64_t)(other->last - other->first + 1);
        ask->l_pid = other->kind == LOCK_FILE ? -1 : other->pid;
    }
    return copy_to_user(argument, ask, sizeof *ask);
}

int64_t call_fcntl_lock(struct file *file, uint32_t command, uaddr_t argument)
{
    bool of_file = command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    struct flock ask;
    struct lock wanted;
    int error = copy_from_user(&ask, argument, sizeof ask);

    if (error)
        return error;
    if (!file->inode || (ask.l_type != F_RDLCK && ask.l_type != F_WRLCK && ask.l_type != F_UNLCK))
        return -EINVAL;
    error = range_of(file, &ask, &wanted);
    if (error)
        return error;
    wanted.kind = of_file ? LOCK_FILE : LOCK_PROCESS;
    wanted.owner = of_file ? (const void *)file : (const void *)current()->process->files;
    wanted.pid = current()->process->pid;
    wanted.type = ask.l_type;
    if (command == F_OFD_GETLK && ask.l_pid)
        return -EINVAL;
    if (command == F_GETLK || command == F_OFD_GETLK)
        return lock_get(file, &ask, &wanted, argument);
    if ((ask.l_type == F_RDLCK && !readable(file)) || (ask.l_type == F_WRLCK && !writable(file)))
        return -EBADF;
    if (of_file && ask.l_pid)
        return -EINVAL;
    return lock_set(file->inode, &wanted, command == F_SETLKW || command == F_OFD_SETLKW);
}

int64_t lx_flock(uint64_t fd, uint64_t operation)
{
    struct lock wanted = {.kind = LOCK_FLOCK, .first = 0, .last = INT64_MAX};
    struct file *file;
    int64_t error;

    switch (operation & ~4ul /* LOCK_NB */) {
    case 1: /* LOCK_SH */
        wanted.type = F_RDLCK;
        break;
    case 2: /* LOCK_EX */
        wanted.type = F_WRLCK;
        break;
    case 8: /* LOCK_UN */
        wanted.type = F_UNLCK;
        break;
    default:
        return -EINVAL;
    }
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    wanted.owner = file;
    wanted.pid = current()->process->pid;
    error = file->inode ? lock_set(file->inode, &wanted, !(operation & 4)) : -EINVAL;
    file_drop(file);
    return error;
}
