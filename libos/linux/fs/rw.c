/* SPDX-License-Identifier: MIT */
/*
 * rw.c - moving bytes between programs and open files: read, write and their vectors, seek, ioctl.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/async.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/fs.h>
#include <linux/uio.h>
#include <asm/ioctls.h>

#define VECTOR_LIMIT 1024

/* fd_get and file_drop without calls: these two system calls are the ones that programs make most.
 */
static inline struct file *fast_get(uint64_t fd)
{
    struct files *files = current()->process->files;
    struct file *file = (uint32_t)fd < files->size ? files->file[(uint32_t)fd] : NULL;

    if (file)
        file->count++;
    return file;
}

static inline void fast_drop(struct file *file)
{
    if (__builtin_expect(file->count == 1, 0))
        file_drop(file);
    else
        file->count--;
}

int64_t lx_read(uint64_t fd, uint64_t buffer, uint64_t bytes)
{
    struct file *file = fast_get(fd);
    int64_t done = -EBADF;

    if (!file)
        return -EBADF;
    if (!(file->flags & (O_WRONLY | O_PATH)))
        done = file->ops->read
                   ? file->ops->read(file, buffer, min_of(bytes, IO_LIMIT), &file->offset)
                   : -EINVAL;
    if (__builtin_expect(notify_watch_count != 0, 0) && done > 0)
        notify_dentry(file->dentry, IN_ACCESS);
    fast_drop(file);
    return done;
}

int64_t lx_write(uint64_t fd, uint64_t buffer, uint64_t bytes)
{
    struct file *file = fast_get(fd);
    int64_t done = -EBADF;

    if (!file)
        return -EBADF;
    if (file->flags & (O_WRONLY | O_RDWR)) /* never set with O_PATH */
        done = file->ops->write
                   ? file->ops->write(file, buffer, min_of(bytes, IO_LIMIT), &file->offset)
                   : -EINVAL;
    if (__builtin_expect(notify_watch_count != 0, 0) && done > 0)
        notify_dentry(file->dentry, IN_MODIFY);
    fast_drop(file);
    return done;
}

/* One buffer; access mode checked by the caller. */
static inline int64_t transfer(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset,
                        bool write)
{
    if (write)
        return file->ops->write ? file->ops->write(file, buffer, bytes, offset) : -EINVAL;
    return file->ops->read ? file->ops->read(file, buffer, bytes, offset) : -EINVAL;
}

/* fd checked for the direction; position: NULL: the file's own, else the file must be one that
 * seeks. */
static int file_for(int fd, bool write, const uint64_t *position, struct file **out)
{
    struct file *file = fd_get(fd);
    int error = 0;

    if (!file)
        return -EBADF;
    if (position && (!file->ops->seek || file->ops->seek == file_seek_nowhere))
        error = -ESPIPE;
    else if (write ? !writable(file) : !readable(file))
        error = -EBADF;
    if (error)
        file_drop(file);
    else
        *out = file;
    return error;
}

static inline __attribute__((always_inline)) int64_t
at_position(uint64_t fd, uaddr_t buffer, uint64_t bytes, uint64_t position, bool write)
{
    uint64_t part = min_of(bytes, IO_LIMIT);

    if ((int64_t)position < 0 || (int64_t)(position + part) < 0)
        return -EINVAL;
    struct file *file = fast_get(fd);
    int64_t done = -EBADF;

    if (!file)
        return -EBADF;
    if (file->flags & O_PATH)
        done = -EBADF;
    else if (!file->ops->seek || file->ops->seek == file_seek_nowhere)
        done = -ESPIPE;
    else if (write ? file->flags & (O_WRONLY | O_RDWR) : !(file->flags & O_WRONLY))
        done = transfer(file, buffer, part, &position, write);
    if (done > 0)
        notify_dentry(file->dentry, write ? IN_MODIFY : IN_ACCESS);
    fast_drop(file);
    return done;
}

int64_t lx_pread64(uint64_t fd, uint64_t buffer, uint64_t bytes, uint64_t offset)
{
    return at_position(fd, buffer, bytes, offset, false);
}

int64_t lx_pwrite64(uint64_t fd, uint64_t buffer, uint64_t bytes, uint64_t offset)
{
    return at_position(fd, buffer, bytes, offset, true);
}

/* Copies and checks the program's vector: *out is the heap's. The whole is limited to IO_LIMIT
 * bytes. */
static int vector_from_user(uaddr_t address, uint64_t count, struct iovec **out)
{
    struct iovec *vector;
    uint64_t total = 0;

    if (count > VECTOR_LIMIT)
        return -EINVAL;
    vector = heap_alloc(max_of(count, 1ul) * sizeof *vector);
    if (!vector)
        return -ENOMEM;
    if (copy_from_user(vector, address, count * sizeof *vector)) {
        heap_free(vector);
        return -EFAULT;
    }
    for (uint64_t i = 0; i < count; i++) {
        if ((int64_t)vector[i].iov_len < 0) {
            heap_free(vector);
            return -EINVAL;
        }
        vector[i].iov_len = min_of(vector[i].iov_len, IO_LIMIT - total);
        total += vector[i].iov_len;
    }
    *out = vector;
    return 0;
}

static int64_t vectored(int fd, uaddr_t address, uint64_t count, uint64_t *position, bool write)
{
    struct iovec *vector;
    struct file *file;
    int64_t done = 0;
    int error = file_for(fd, write, position, &file);

    if (error)
        return error;
    if (write ? !file->ops->write : !file->ops->read) {
        file_drop(file);
        return -EINVAL;
    }
    error = vector_from_user(address, count, &vector);
    if (error) {
        file_drop(file);
        return error;
    }
    if (file->ops->vector && !position)
        done = file->ops->vector(file, vector, count, write);
    for (uint64_t i = 0; i < count && !(file->ops->vector && !position); i++) {
        int64_t part;
        if (!vector[i].iov_len)
            continue;
        part = transfer(file, (uaddr_t)vector[i].iov_base, vector[i].iov_len,
                        position ? position : &file->offset, write);
        if (part < 0 && !done)
            done = part;
        if (part <= 0)
            break;
        done += part;
        if ((uint64_t)part < vector[i].iov_len)
            break;
    }
    if (done > 0)
        notify_dentry(file->dentry, write ? IN_MODIFY : IN_ACCESS);
    heap_free(vector);
    file_drop(file);
    return done;
}

int64_t lx_readv(uint64_t fd, uint64_t vector, uint64_t count)
{
    return vectored((int)fd, vector, count, NULL, false);
}

int64_t lx_writev(uint64_t fd, uint64_t vector, uint64_t count)
{
    return vectored((int)fd, vector, count, NULL, true);
}

int64_t lx_preadv(uint64_t fd, uint64_t vector, uint64_t count, uint64_t low, uint64_t high)
{
    (void)high; /* 64-bit programs pass the whole offset in the first word */
    if ((int64_t)low < 0)
        return -EINVAL;
    return vectored((int)fd, vector, count, &low, false);
}

int64_t lx_pwritev(uint64_t fd, uint64_t vector, uint64_t count, uint64_t low, uint64_t high)
{
    (void)high;
    if ((int64_t)low < 0)
        return -EINVAL;
    return vectored((int)fd, vector, count, &low, true);
}

/*
 * RWF_HIPRI, RWF_DSYNC and RWF_SYNC mean nothing to files in memory. The other two act like O_NONBLOCK and
 * O_APPEND for one call: nothing sleeps then, so nobody else sees the file's flags meanwhile.
 */
static int64_t vectored2(uint64_t fd, uaddr_t vector, uint64_t count, uint64_t offset,
                         uint64_t flags, bool write)
{
    struct file *file;
    uint32_t kept;
    uint32_t added;
    int64_t done;

    if (flags & ~(uint64_t)(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND))
        return -EOPNOTSUPP;
    if ((int64_t)offset < -1)
        return -EINVAL;
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    if (write && (flags & RWF_NOWAIT) && file->inode && is_regular(file->inode) &&
        !(file->flags & O_DIRECT))
        flags &= ~(uint64_t)RWF_NOWAIT; /* memory never waits */
    added = (flags & RWF_NOWAIT ? O_NONBLOCK : 0) | (flags & RWF_APPEND ? O_APPEND : 0);
    kept = file->flags;
    file->flags |= added;
    done = vectored((int)fd, vector, count, offset == UINT64_MAX ? NULL : &offset, write);
    file->flags = (file->flags & ~added) | (kept & added);
    file_drop(file);
    return done;
}

int64_t lx_preadv2(uint64_t fd, uint64_t vector, uint64_t count, uint64_t low, uint64_t high,
                   uint64_t flags)
{
    (void)high;
    return vectored2(fd, vector, count, low, flags, false);
}

int64_t lx_pwritev2(uint64_t fd, uint64_t vector, uint64_t count, uint64_t low, uint64_t high,
                    uint64_t flags)
{
    (void)high;
    return vectored2(fd, vector, count, low, flags, true);
}

int64_t lx_lseek(uint64_t fd, uint64_t offset, uint64_t whence)
{
    struct file *file = fd_get((int)fd);
    int64_t to;

    if (!file)
        return -EBADF;
    to = (uint32_t)whence > SEEK_HOLE ? -EINVAL
         : file->ops->seek            ? file->ops->seek(file, (int64_t)offset, (int)whence)
                                      : -ESPIPE;
    file_drop(file);
    return to;
}

int64_t lx_ioctl(uint64_t fd64, uint64_t request, uint64_t argument)
{
    uint32_t fd = (uint32_t)fd64;
    struct file *file = fd_get((int)fd);
    struct files *files = current()->process->files;
    int64_t result = 0;
    uint32_t value;

    if (!file)
        return -EBADF;
    switch ((uint32_t)request) {
    case FIOCLEX:
        files->exec_mask[fd / 64] |= 1ul << (fd % 64);
        break;
    case FIONCLEX:
        files->exec_mask[fd / 64] &= ~(1ul << (fd % 64));
        break;
    case FIONBIO:
        result = get_user_u32(&value, argument);
        if (!result)
            file->flags = value ? file->flags | O_NONBLOCK : file->flags & ~(uint32_t)O_NONBLOCK;
        break;
    case FIOASYNC:
        result = get_user_u32(&value, argument);
        if (!result)
            result = async_set(file, value);
        if (!result)
            file->flags = value ? file->flags | FASYNC : file->flags & ~(uint32_t)FASYNC;
        break;
    default:
        result = file->ops->ioctl ? file->ops->ioctl(file, (uint32_t)request, argument) : -ENOTTY;
    }
    file_drop(file);
    return result;
}

/* --- From file to file --- */

/* Moves up to bytes through a page of LibOS memory; stops at the first short step. */
static int64_t pump(struct file *in, uint64_t *in_at, struct file *out, uint64_t *out_at,
                    uint64_t bytes)
{
    frame_t frame = frames_alloc(0);
    int64_t total = 0;
    int64_t error = 0;

    if (!frame)
        return -ENOMEM;
    while ((uint64_t)total < bytes) {
        uint64_t before = *in_at;
        uint64_t part = min_of(bytes - (uint64_t)total, PAGE_SIZE);
        int64_t got = in->ops->read_here(in, frame_address(frame), part, in_at);
        if (got <= 0) {
            error = got;
            break;
        }
        int64_t put = out->ops->write_here(out, frame_address(frame), (uint64_t)got, out_at);
        if (put < got)
            *in_at = before + (uint64_t)max_of(put, 0l); /* the rest stays unread */
        if (put < 0) {
            error = put;
            break;
        }
        total += put;
        if (put < got || (uint64_t)got < part)
            break;
    }
    frame_drop(frame);
    if (total) {
        notify_dentry(in->dentry, IN_ACCESS);
        notify_dentry(out->dentry, IN_MODIFY);
    }
    return total ? total : error;
}

int64_t lx_sendfile(uint64_t out_fd, uint64_t in_fd, uint64_t offset, uint64_t bytes)
{
    struct file *in;
    struct file *out;
    uint64_t position = 0;
    int64_t done = file_for((int)in_fd, false, NULL, &in);

    if (done)
        return done;
    done = file_for((int)out_fd, true, NULL, &out);
    if (done) {
        file_drop(in);
        return done;
    }
    if (!in->ops->read_here || !in->ops->seek || !out->ops->write_here || (out->flags & O_APPEND))
        done = -EINVAL;
    else if (offset && get_user_u64(&position, offset))
        done = -EFAULT;
    else if ((int64_t)position < 0)
        done = -EINVAL;
    if (!done)
        done =
            pump(in, offset ? &position : &in->offset, out, &out->offset, min_of(bytes, IO_LIMIT));
    if (done >= 0 && offset && put_user_u64(offset, position))
        done = -EFAULT;
    file_drop(in);
    file_drop(out);
    return done;
}

static int64_t copy_check(struct file *in, uint64_t in_at, struct file *out, uint64_t out_at,
                          uint64_t bytes)
{
    if (is_directory(in->inode) || is_directory(out->inode))
        return -EISDIR;
    if (!is_regular(in->inode) || !is_regular(out->inode))
        return -EINVAL;
    if (!readable(in) || !writable(out) || (out->flags & O_APPEND))
        return -EBADF;
    if ((int64_t)in_at < 0 || (int64_t)out_at < 0 || (int64_t)(in_at + bytes) < 0 ||
        (int64_t)(out_at + bytes) < 0)
        return -EOVERFLOW;
    if (in->inode->mount != out->inode->mount)
        return -EXDEV;
    if (in->inode == out->inode && in_at < out_at + bytes && out_at < in_at + bytes)
        return -EINVAL;
    if (!in->ops->read_here || !out->ops->write_here)
        return -EINVAL;
    return 0;
}

int64_t lx_copy_file_range(uint64_t in_fd, uint64_t in_offset, uint64_t out_fd, uint64_t out_offset,
                           uint64_t bytes, uint64_t flags)
{
    struct file *in;
    struct file *out;
    uint64_t in_at;
    uint64_t out_at;
    int64_t done = 0;

    if (flags)
        return -EINVAL;
    in = fd_get((int)in_fd);
    out = in ? fd_get((int)out_fd) : NULL;
    if (!out) {
        if (in)
            file_drop(in);
        return -EBADF;
    }
    in_at = in->offset;
    out_at = out->offset;
    if ((in_offset && get_user_u64(&in_at, in_offset)) ||
        (out_offset && get_user_u64(&out_at, out_offset)))
        done = -EFAULT;
    bytes = min_of(bytes, IO_LIMIT);
    if (!done && (!in->inode || !out->inode))
        done = -EINVAL;
    if (!done && is_regular(in->inode))
        bytes = in_at >= in->inode->size ? 0 : min_of(bytes, in->inode->size - in_at);
    if (!done)
        done = copy_check(in, in_at, out, out_at, bytes);
    if (!done && bytes)
        done = pump(in, &in_at, out, &out_at, bytes);
    if (done > 0) {
        if (in_offset)
            done = put_user_u64(in_offset, in_at) ? -EFAULT : done;
        else
            in->offset = in_at;
        if (out_offset)
            done = put_user_u64(out_offset, out_at) ? -EFAULT : done;
        else
            out->offset = out_at;
    }
    file_drop(in);
    file_drop(out);
    return done;
}
