/* SPDX-License-Identifier: MIT */
/*
 * splice.c - moving bytes through pipes: splice, tee, vmsplice.
 *
 * A pipe here is a ring of bytes, so what Linux does by passing pages is one copy through a page of
 * the LibOS; programs cannot tell. SPLICE_F_MOVE, SPLICE_F_MORE and SPLICE_F_GIFT are hints.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/fs/pipe.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/user.h"
#include <linux/uio.h>

#define SPLICE_F_MOVE     1u
#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_MORE     4u
#define SPLICE_F_GIFT     8u
#define SPLICE_F_ALL      15u
#define VECTOR_LIMIT      1024

struct ends {
    struct file *in, *out; /* held */
};

static void ends_drop(struct ends *ends)
{
    if (ends->in)
        file_drop(ends->in);
    if (ends->out)
        file_drop(ends->out);
}

static int ends_get(struct ends *ends, uint64_t in, uint64_t out)
{
    ends->in = fd_get((int)in);
    ends->out = fd_get((int)out);
    if (ends->in && ends->out && readable(ends->in) && writable(ends->out))
        return 0;
    ends_drop(ends);
    return -EBADF;
}

/* 0: something can be read or the other side is gone; waits for it unless asked not to. */
static int wait_readable(struct file *file, bool nonblock)
{
    return pipe_wait(file, false, nonblock || (file->flags & O_NONBLOCK));
}

static int wait_writable(struct file *file, bool nonblock)
{
    return pipe_wait(file, true, nonblock || (file->flags & O_NONBLOCK));
}

/*
 * Moves at most a page at a time; in_at and out_at are the positions used. From a pipe only as much is
 * taken as the other end takes, so nothing is lost when it refuses. Stops at the first short step and,
 * once something moved, rather than wait.
 */
static int64_t move(struct ends *ends, uint64_t *in_at, uint64_t *out_at, uint64_t bytes,
                    bool nonblock)
{
    struct file *in = ends->in;
    struct file *out = ends->out;
    frame_t frame = frames_alloc(0);
    int64_t total = 0;
    int64_t error = 0;

    if (frame == NO_FRAME)
        return -ENOMEM;
    while ((uint64_t)total < bytes) {
        uint64_t part = min_of(bytes - (uint64_t)total, PAGE_SIZE);
        uint64_t before = *in_at;
        int64_t got;

        if (is_pipe(out)) {
            error = wait_writable(out, nonblock || total);
            if (error)
                break;
            part = min_of(part, pipe_room(out));
        }
        if (is_pipe(in)) {
            error = wait_readable(in, nonblock || total);
            if (error)
                break;
            got = pipe_look(in, frame_address(frame), part);
        } else {
            got = in->ops->read_here(in, frame_address(frame), part, in_at);
        }
        if (got <= 0) {
            error = got;
            break;
        }
        int64_t put = out->ops->write_here(out, frame_address(frame), (uint64_t)got, out_at);

        if (put > 0 && is_pipe(in))
            pipe_skip(in, (uint64_t)put);
        if (put < got && !is_pipe(in))
            *in_at = before + (uint64_t)max_of(put, 0l);
        if (put < 0) {
            error = put;
            break;
        }
        total += put;
        if (put < got)
            break;
    }
    frame_drop(frame);
    if (total) {
        notify_dentry(in->dentry, IN_ACCESS);
        notify_dentry(out->dentry, IN_MODIFY);
    }
    return total ? total : error;
}

/* Offsets are for the end that is no pipe; a file's own position is used when there is none. */
static int offset_of(struct file *file, uaddr_t address, uint64_t *offset)
{
    if (!address) {
        *offset = file->offset;
        return 0;
    }
    if (is_pipe(file))
        return -ESPIPE;
    if (get_user_u64(offset, address))
        return -EFAULT;
    if (!file->ops->seek)
        return -EINVAL;
    return (int64_t)*offset < 0 ? -EINVAL : 0;
}

static int offset_back(struct file *file, uaddr_t address, uint64_t offset)
{
    if (address)
        return put_user_u64(address, offset);
    file->offset = offset;
    return 0;
}

static int64_t splice(struct ends *ends, uaddr_t in_offset, uaddr_t out_offset, uint64_t bytes,
                      uint64_t flags)
{
    uint64_t in_at;
    uint64_t out_at;
    int64_t done;

    if ((is_pipe(ends->in) && in_offset) || (is_pipe(ends->out) && out_offset))
        return -ESPIPE;
    if (!is_pipe(ends->in) && !is_pipe(ends->out))
        return -EINVAL;
    if (is_pipe(ends->in) && is_pipe(ends->out) && pipe_same(ends->in, ends->out))
        return -EINVAL;
    done = offset_of(ends->in, in_offset, &in_at);
    if (!done)
        done = offset_of(ends->out, out_offset, &out_at);
    if (done)
        return done;
    if ((!is_pipe(ends->in) && !ends->in->ops->read_here) || !ends->out->ops->write_here ||
        (!is_pipe(ends->out) && (ends->out->flags & O_APPEND)))
        return -EINVAL;
    done = move(ends, &in_at, &out_at, min_of(bytes, IO_LIMIT), flags & SPLICE_F_NONBLOCK);
    if (done > 0 &&
        (offset_back(ends->in, in_offset, in_at) || offset_back(ends->out, out_offset, out_at)))
        return -EFAULT;
    return done;
}

int64_t lx_splice(uint64_t in, uint64_t in_offset, uint64_t out, uint64_t out_offset,
                  uint64_t bytes, uint64_t flags)
{
    struct ends ends;
    int64_t done;

    if (!bytes)
        return 0;
    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    done = ends_get(&ends, in, out);
    if (done)
        return done;
    done = splice(&ends, in_offset, out_offset, bytes, flags);
    ends_drop(&ends);
    return done;
}

int64_t lx_tee(uint64_t in, uint64_t out, uint64_t bytes, uint64_t flags)
{
    struct ends ends;
    bool nonblock = flags & SPLICE_F_NONBLOCK;
    int64_t done;

    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    if (!bytes)
        return 0;
    done = ends_get(&ends, in, out);
    if (done)
        return done;
    if (!is_pipe(ends.in) || !is_pipe(ends.out) || pipe_same(ends.in, ends.out))
        done = -EINVAL;
    if (!done)
        done = wait_readable(ends.in, nonblock);
    if (!done)
        done = wait_writable(ends.out, nonblock);
    if (!done) {
        uint64_t part = min_of(min_of(bytes, IO_LIMIT), pipe_room(ends.out));
        void *copy;

        part = min_of(part, pipe_filled(ends.in));
        copy = heap_alloc(max_of(part, 1ul));
        done = copy ? pipe_look(ends.in, copy, part) : -ENOMEM;
        if (done > 0)
            done = ends.out->ops->write_here(ends.out, copy, (uint64_t)done, &ends.out->offset);
        heap_free(copy);
    }
    ends_drop(&ends);
    return done;
}

/* One step of a vmsplice; 0: nothing more can be done. */
static int64_t vmsplice_part(struct file *file, const struct iovec *part, bool nonblock)
{
    uaddr_t address = (uaddr_t)part->iov_base;
    int error;

    if (writable(file)) {
        error = wait_writable(file, nonblock);
        if (error)
            return error;
        return file->ops->write(file, address, min_of(part->iov_len, pipe_room(file)),
                                &file->offset);
    }
    error = wait_readable(file, nonblock);
    return error ? error : file->ops->read(file, address, part->iov_len, &file->offset);
}

int64_t lx_vmsplice(uint64_t fd, uint64_t vector, uint64_t count, uint64_t flags)
{
    struct file *file;
    struct iovec *copy = NULL;
    bool nonblock = flags & SPLICE_F_NONBLOCK;
    int64_t total = 0;
    int64_t error = 0;

    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    if (!is_pipe(file))
        error = -EBADF;
    else if (count > VECTOR_LIMIT)
        error = -EINVAL;
    else
        copy = heap_alloc((count + 1) * sizeof *copy);
    if (!error && !copy)
        error = -ENOMEM;
    if (!error && copy_from_user(copy, vector, count * sizeof *copy))
        error = -EFAULT;
    for (uint64_t i = 0; !error && i < count;) {
        int64_t part;

        if (!copy[i].iov_len) {
            i++;
            continue;
        }
        part = vmsplice_part(file, &copy[i], nonblock || (total && !writable(file)));
        if (part <= 0) {
            error = part;
            break;
        }
        total += part;
        copy[i].iov_base = (char *)copy[i].iov_base + part;
        copy[i].iov_len -= (uint64_t)part;
    }
    heap_free(copy);
    file_drop(file);
    return total ? total : error;
}
