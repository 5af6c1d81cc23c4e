/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipes and fifos: a ring of bytes with two wait queues.
 *
 * The ring starts at one page and grows to the pipe's limit when a writer needs it. Writes of
 * PIPE_BUF bytes or less go in whole or not at all. A sleeping writer is woken when PIPE_BUF bytes
 * are free, so that the two sides do not take turns over single bytes of a full pipe. A pipe lives
 * while it has open ends; the fifo's inode (or the nameless one) points to it meanwhile.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/pipe.h"
#include "libos/linux/fs/landing.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/mm/user.h"
#include <linux/limits.h>
#include <linux/poll.h>
#include <asm/ioctls.h>
#include <asm/signal.h>

#define PIPE_START     4096u
#define PIPE_LIMIT     65536u
#define PIPE_LIMIT_MAX 1048576u /* as /proc/sys/fs/pipe-max-size */

struct pipe {
    uint8_t *ring;
    uint32_t size;  /* of the ring: a power of two */
    uint32_t head;  /* offset of the first byte */
    uint32_t count; /* bytes in it */
    uint32_t limit; /* a power of two */
    uint32_t readers, writers;
    uint32_t reader_opens, writer_opens; /* ever: for those who wait in open */
    struct waitq read_wait, write_wait;
    struct landing *landing; /* of a reader that sleeps; filled while the ring is empty. NULL: none */
};

static struct pipe *pipe_new(void)
{
    struct pipe *pipe = heap_zalloc(sizeof *pipe);

    if (!pipe)
        return NULL;
    pipe->ring = heap_alloc(PIPE_START);
    if (!pipe->ring) {
        heap_free(pipe);
        return NULL;
    }
    pipe->size = PIPE_START;
    pipe->limit = PIPE_LIMIT;
    waitq_init(&pipe->read_wait);
    waitq_init(&pipe->write_wait);
    return pipe;
}

static void pipe_free(struct pipe *pipe)
{
    heap_free(pipe->ring);
    heap_free(pipe);
}

/* Gives the ring `size` bytes; false: no memory, nothing changed. */
static bool ring_resize(struct pipe *pipe, uint32_t size)
{
    uint8_t *ring = heap_alloc(size);
    uint32_t first = min_of(pipe->count, pipe->size - pipe->head);

    if (!ring)
        return false;
    memcpy(ring, pipe->ring + pipe->head, first);
    memcpy(ring + first, pipe->ring, pipe->count - first);
    heap_free(pipe->ring);
    pipe->ring = ring;
    pipe->size = size;
    pipe->head = 0;
    return true;
}

static inline void wake(struct waitq *queue)
{
    if (!list_empty(&queue->waiters))
        waitq_wake(queue);
}

/* Sleeps on queue until `*changed` differs from what it was or the task is woken. */
static int pipe_sleep(struct waitq *queue)
{
    struct waiter waiter;
    int error;

    waiter_init(&waiter);
    wait_add(queue, &waiter);
    error = task_sleep(NO_DEADLINE);
    wait_remove(&waiter);
    return error;
}

/* --- Reading --- */

/* Takes up to bytes that are there, to LibOS memory or the program's. */
static inline __attribute__((always_inline)) int64_t take(struct pipe *pipe, void *to, uaddr_t user, uint64_t bytes)
{
    uint32_t part = (uint32_t)min_of(bytes, (uint64_t)pipe->count);
    uint32_t first = min_of(part, pipe->size - pipe->head);

    if (to) {
        memcpy(to, pipe->ring + pipe->head, first);
        memcpy((char *)to + first, pipe->ring, part - first);
    } else {
        if (copy_to_user(user, pipe->ring + pipe->head, first))
            return -EFAULT;
        if (part > first && copy_to_user(user + first, pipe->ring, part - first))
            return -EFAULT;
    }
    pipe->head = (pipe->head + part) & (pipe->size - 1);
    pipe->count -= part;
    if (pipe->limit - pipe->count >= PIPE_BUF)
        wake(&pipe->write_wait);
    return part;
}

/* Sleeps with the buffer open to writers. What has landed, 0 (look again), or -errno. */
static __attribute__((noinline)) int64_t sleep_landing(struct pipe *pipe, uaddr_t user, uint64_t bytes)
{
    struct landing landing;

    if (!landing_open(&landing, user, bytes))
        return pipe_sleep(&pipe->read_wait);
    pipe->landing = &landing;
    int error = pipe_sleep(&pipe->read_wait);

    pipe->landing = NULL;
    int64_t done = landing_close(&landing);

    if (done <= 0)
        return done ? done : error;
    if ((uint64_t)done < bytes && pipe->count) {
        int64_t more = take(pipe, NULL, user + (uint64_t)done, bytes - (uint64_t)done);

        return more > 0 ? done + more : done;
    }
    return done;
}

static int64_t read_any(struct file *file, void *to, uaddr_t user, uint64_t bytes)
{
    struct pipe *pipe = file->state;

    if (!bytes)
        return 0;
    while (!pipe->count) {
        int64_t done;
        if (!pipe->writers)
            return 0;
        if (file->flags & O_NONBLOCK)
            return -EAGAIN;
        done = to || pipe->landing || bytes < PAGE_SIZE ? pipe_sleep(&pipe->read_wait)
                                                        : sleep_landing(pipe, user, bytes);
        if (done)
            return done;
    }
    return take(pipe, to, user, bytes);
}

static __attribute__((noinline)) int64_t read_general(struct file *file, uaddr_t buffer, uint64_t bytes)
{
    return read_any(file, NULL, buffer, bytes);
}

/* The short way: what is asked for is less than a page, and what is there lies in one piece. */
static int64_t pipe_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct pipe *pipe = file->state;

    (void)offset;
    if (bytes - 1 >= PAGE_SIZE - 1 || !user_range_ok(buffer, bytes))
        return read_general(file, buffer, bytes);
    if (!pipe->count && pipe->writers && !(file->flags & O_NONBLOCK)) {
        int error = pipe_sleep(&pipe->read_wait);

        if (error)
            return error;
    }
    uint32_t part = min_of((uint32_t)bytes, pipe->count);

    if (!part || part > pipe->size - pipe->head)
        return read_general(file, buffer, bytes);
    if (user_copy((void *)buffer, pipe->ring + pipe->head, part))
        return -EFAULT;
    pipe->head = (pipe->head + part) & (pipe->size - 1);
    pipe->count -= part;
    if (!list_empty(&pipe->write_wait.waiters) && pipe->limit - pipe->count >= PIPE_BUF)
        waitq_wake(&pipe->write_wait);
    return part;
}

static int64_t pipe_read_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset)
{
    (void)offset;
    return read_any(file, buffer, 0, bytes);
}

/* --- Writing --- */

/* Bytes of the program for the reader's buffer. How many were put there, or -EFAULT. */
static __attribute__((noinline)) int64_t land(struct pipe *pipe, uaddr_t user, uint64_t bytes)
{
    struct landing *landing = pipe->landing;
    uint32_t part = (uint32_t)min_of(bytes, (uint64_t)landing->bytes - landing->done);

    if (!part)
        return 0;
    if (landing_put(landing, user, part))
        return -EFAULT;
    wake(&pipe->read_wait);
    if (landing->done == landing->bytes) /* it has the next buffer ready before this program has the next bytes */
        task_yield_to(landing->reader);
    return part;
}

/* Puts bytes that fit under the limit; the ring grows if it must. */
static int put(struct pipe *pipe, const void *from, uaddr_t user, uint32_t bytes)
{
    uint32_t tail;
    uint32_t first;

    if (pipe->count + bytes > pipe->size) {
        uint32_t size = pipe->size;
        while (size < pipe->count + bytes)
            size *= 4;
        if (!ring_resize(pipe, min_of(size, pipe->limit)))
            return -ENOMEM;
    }
    tail = (pipe->head + pipe->count) & (pipe->size - 1);
    first = min_of(bytes, pipe->size - tail);
    if (from) {
        memcpy(pipe->ring + tail, from, first);
        memcpy(pipe->ring, (const char *)from + first, bytes - first);
    } else {
        if (copy_from_user(pipe->ring + tail, user, first))
            return -EFAULT;
        if (bytes > first && copy_from_user(pipe->ring, user + first, bytes - first))
            return -EFAULT;
    }
    pipe->count += bytes;
    wake(&pipe->read_wait);
    return 0;
}

static int64_t broken(void)
{
    signal_send_task(current(), SIGPIPE, NULL);
    return -EPIPE;
}

static int64_t write_any(struct file *file, const void *from, uaddr_t user, uint64_t bytes)
{
    struct pipe *pipe = file->state;
    uint64_t done = 0;

    if (!bytes)
        return 0;
    for (;;) {
        uint32_t room = pipe->limit - pipe->count;
        uint64_t left = bytes - done;
        int error;

        if (!pipe->readers)
            return done ? (int64_t)done : broken();
        if (__builtin_expect(pipe->landing && !pipe->count && !from, 0)) {
            int64_t part = land(pipe, user + done, left);

            if (part < 0)
                return done ? (int64_t)done : part;
            done += (uint64_t)part;
            if (done == bytes)
                return (int64_t)done;
            if (part)
                continue;
        }
        if (room && (room >= left || bytes > PIPE_BUF)) {
            uint32_t part = (uint32_t)min_of((uint64_t)room, left);
            error = put(pipe, from ? (const char *)from + done : NULL, user + done, part);
            if (error)
                return done ? (int64_t)done : error;
            done += part;
            if (done == bytes)
                return (int64_t)done;
            continue;
        }
        if (file->flags & O_NONBLOCK)
            return done ? (int64_t)done : -EAGAIN;
        error = pipe_sleep(&pipe->write_wait);
        if (error)
            return done ? (int64_t)done : error;
    }
}

static __attribute__((noinline)) int64_t write_general(struct file *file, uaddr_t buffer, uint64_t bytes)
{
    return write_any(file, NULL, buffer, bytes);
}

/* The short way: less than a page that fits into the ring as it is, in one piece. */
static int64_t pipe_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct pipe *pipe = file->state;
    uint32_t tail = (pipe->head + pipe->count) & (pipe->size - 1);

    (void)offset;
    if (bytes - 1 >= PAGE_SIZE - 1 || !user_range_ok(buffer, bytes) || pipe->count + bytes > pipe->size ||
        tail + bytes > pipe->size || !pipe->readers || pipe->landing)
        return write_general(file, buffer, bytes);
    if (user_copy(pipe->ring + tail, (const void *)buffer, bytes))
        return -EFAULT;
    pipe->count += (uint32_t)bytes;
    wake(&pipe->read_wait);
    return (int64_t)bytes;
}

static int64_t pipe_write_here(struct file *file, const void *buffer, uint64_t bytes,
                               uint64_t *offset)
{
    (void)offset;
    return write_any(file, buffer, 0, bytes);
}

/* --- The rest --- */

static uint32_t pipe_poll(struct file *file, struct poll_wait *wait)
{
    struct pipe *pipe = file->state;
    uint32_t events = 0;

    if (readable(file)) {
        poll_wait_add(wait, &pipe->read_wait);
        if (pipe->count)
            events |= POLLIN | POLLRDNORM;
        if (!pipe->writers && (pipe->writer_opens || !file->dentry))
            events |= POLLHUP;
    }
    if (writable(file)) {
        poll_wait_add(wait, &pipe->write_wait);
        if (pipe->limit - pipe->count >= PIPE_BUF)
            events |= POLLOUT | POLLWRNORM;
        if (!pipe->readers)
            events |= POLLERR;
    }
    return events;
}

static int64_t pipe_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct pipe *pipe = file->state;

    return request == FIONREAD ? put_user_u32(argument, pipe->count) : -ENOTTY;
}

static void pipe_leave(struct inode *inode, struct pipe *pipe, bool reads, bool writes)
{
    pipe->readers -= reads;
    pipe->writers -= writes;
    if (!pipe->readers && !pipe->writers) {
        inode->u.pipe = NULL;
        pipe_free(pipe);
        return;
    }
    if (writes && !pipe->writers)
        wake(&pipe->read_wait);
    if (reads && !pipe->readers)
        wake(&pipe->write_wait);
}

static void pipe_release(struct file *file)
{
    pipe_leave(file->inode, file->state, readable(file), writable(file));
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .release = pipe_release,
    .read_here = pipe_read_here,
    .write_here = pipe_write_here,
};

bool is_pipe(const struct file *file)
{
    return file->ops == &pipe_ops;
}

int64_t pipe_size(const struct file *file)
{
    return is_pipe(file) ? (int64_t)((struct pipe *)file->state)->limit : -EBADF;
}

int64_t pipe_set_size(struct file *file, uint64_t bytes)
{
    struct pipe *pipe = file->state;
    uint32_t limit = PIPE_START;

    if (!is_pipe(file))
        return -EBADF;
    if (bytes > PIPE_LIMIT_MAX)
        return bytes > UINT32_MAX / 2 ? -EINVAL : -EPERM;
    while (limit < bytes)
        limit *= 2;
    if (limit < pipe->count)
        return -EBUSY;
    if (pipe->size > limit && !ring_resize(pipe, limit))
        return -ENOMEM;
    pipe->limit = limit;
    wake(&pipe->write_wait);
    return limit;
}

/* --- For splice.c --- */

bool pipe_same(const struct file *a, const struct file *b)
{
    return a->state == b->state;
}

uint64_t pipe_room(const struct file *file)
{
    const struct pipe *pipe = file->state;

    return pipe->limit - pipe->count;
}

uint64_t pipe_filled(const struct file *file)
{
    return ((const struct pipe *)file->state)->count;
}

int pipe_wait(struct file *file, bool write, bool nonblock)
{
    struct pipe *pipe = file->state;
    int error = 0;

    while (!error) {
        if (write && !pipe->readers)
            return (int)broken();
        if (write ? pipe->limit > pipe->count : pipe->count || !pipe->writers)
            return 0;
        if (nonblock)
            return -EAGAIN;
        error = pipe_sleep(write ? &pipe->write_wait : &pipe->read_wait);
    }
    return error;
}

int64_t pipe_look(struct file *file, void *to, uint64_t bytes)
{
    struct pipe *pipe = file->state;
    uint32_t part = (uint32_t)min_of(bytes, (uint64_t)pipe->count);
    uint32_t first = min_of(part, pipe->size - pipe->head);

    memcpy(to, pipe->ring + pipe->head, first);
    memcpy((char *)to + first, pipe->ring, part - first);
    return part;
}

void pipe_skip(struct file *file, uint64_t bytes)
{
    struct pipe *pipe = file->state;
    uint32_t part = (uint32_t)min_of(bytes, (uint64_t)pipe->count);

    pipe->head = (pipe->head + part) & (pipe->size - 1);
    pipe->count -= part;
    if (pipe->limit - pipe->count >= PIPE_BUF)
        wake(&pipe->write_wait);
}

/* open of a fifo: waits for the other side as POSIX says; both directions at once never wait, and
 * neither does a pipe without a name that is opened again through /proc/PID/fd. */
int fifo_open(struct file *file)
{
    struct inode *inode = file->inode;
    struct pipe *pipe = inode->u.pipe;
    bool reads = readable(file);
    bool writes = writable(file);
    bool named = !inode->ops;
    uint32_t *opens;
    uint32_t before;
    int error = 0;

    if (named && writes && !reads && (file->flags & O_NONBLOCK) && !(pipe && pipe->readers))
        return -ENXIO;
    if (!pipe) {
        pipe = pipe_new();
        if (!pipe)
            return -ENOMEM;
        inode->u.pipe = pipe;
    }
    pipe->readers += reads;
    pipe->writers += writes;
    pipe->reader_opens += reads;
    pipe->writer_opens += writes;
    if (reads)
        wake(&pipe->write_wait);
    if (writes)
        wake(&pipe->read_wait);
    opens = reads ? &pipe->writer_opens : &pipe->reader_opens;
    before = *opens;
    if (named && reads != writes && !(file->flags & O_NONBLOCK))
        while (!error && !(reads ? pipe->writers : pipe->readers) && *opens == before)
            error = pipe_sleep(reads ? &pipe->read_wait : &pipe->write_wait);
    if (error) {
        pipe_leave(inode, pipe, reads, writes);
        return error;
    }
    file->ops = &pipe_ops;
    file->state = pipe;
    return 0;
}

static struct file *pipe_end(struct inode *inode, uint32_t flags)
{
    struct file *file = file_new(&pipe_ops, flags);

    if (file) {
        inode_hold(inode);
        file->inode = inode;
        file->state = inode->u.pipe;
    }
    return file;
}

/* Both ends, or an error and nothing. flags: O_NONBLOCK. */
static int pipe_create(uint32_t flags, struct file **reader, struct file **writer)
{
    struct pipe *pipe = pipe_new();
    struct inode *inode = pipe ? inode_anonymous(S_IFIFO | 0600, 0, fifo_open, pipe) : NULL;

    *reader = *writer = NULL;
    if (inode) {
        *reader = pipe_end(inode, O_RDONLY | flags);
        *writer = *reader ? pipe_end(inode, O_WRONLY | flags) : NULL;
    }
    if (!*writer) {
        if (*reader) {
            (*reader)->ops = NULL;
            file_drop(*reader);
        }
        if (inode)
            inode_drop(inode);
        if (pipe)
            pipe_free(pipe);
        return -ENOMEM;
    }
    inode_drop(inode);
    pipe->readers = pipe->writers = 1;
    pipe->reader_opens = pipe->writer_opens = 1;
    return 0;
}

int64_t lx_pipe2(uint64_t fds, uint64_t flags)
{
    struct file *end[2];
    int32_t fd[2];
    int error;

    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    if (flags & O_DIRECT)
        return unimplemented(-EINVAL, "pipe2 flag O_DIRECT (packets)");
    error = pipe_create((uint32_t)flags & O_NONBLOCK, &end[0], &end[1]);
    if (error)
        return error;
    fd[0] = fd_install(end[0], flags & O_CLOEXEC, 0);
    fd[1] = fd[0] < 0 ? fd[0] : fd_install(end[1], flags & O_CLOEXEC, 0);
    if (fd[1] < 0) {
        if (fd[0] >= 0)
            fd_close(current()->process->files, fd[0]);
        else
            file_drop(end[0]);
        file_drop(end[1]);
        return fd[1];
    }
    if (copy_to_user(fds, fd, sizeof fd)) {
        fd_close(current()->process->files, fd[0]);
        fd_close(current()->process->files, fd[1]);
        return -EFAULT;
    }
    return 0;
}

int64_t lx_pipe(uint64_t fds)
{
    return lx_pipe2(fds, 0);
}
