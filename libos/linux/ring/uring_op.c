/* SPDX-License-Identifier: MIT */
/*
 * uring_op.c - what the entries of an io_uring ask for.
 *
 * Nearly every operation is a system call with its arguments in other places, so the handlers do them; a
 * file is made not to block for the time of the call, which never sleeps then.
 */
#include "libos/linux/ring/uring.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/user.h"
#include <linux/poll.h>
#include <linux/uio.h>

/* What each operation waits for; IN|OUT 0: it never waits. fd: its descriptor is looked at. */
struct operation {
    bool known, fd;
    uint16_t events;
};

static const struct operation operation[IORING_OP_LAST] = {
    [IORING_OP_NOP] = {true, false, 0},
    [IORING_OP_READV] = {true, true, POLLIN},
    [IORING_OP_WRITEV] = {true, true, POLLOUT},
    [IORING_OP_FSYNC] = {true, true, 0},
    [IORING_OP_READ_FIXED] = {true, true, POLLIN},
    [IORING_OP_WRITE_FIXED] = {true, true, POLLOUT},
    [IORING_OP_POLL_ADD] = {true, true, 0},
    [IORING_OP_POLL_REMOVE] = {true, false, 0},
    [IORING_OP_SYNC_FILE_RANGE] = {true, true, 0},
    [IORING_OP_SENDMSG] = {true, true, POLLOUT},
    [IORING_OP_RECVMSG] = {true, true, POLLIN},
    [IORING_OP_TIMEOUT] = {true, false, 0},
    [IORING_OP_TIMEOUT_REMOVE] = {true, false, 0},
    [IORING_OP_ACCEPT] = {true, true, POLLIN},
    [IORING_OP_ASYNC_CANCEL] = {true, false, 0},
    [IORING_OP_CONNECT] = {true, true, POLLOUT},
    [IORING_OP_FALLOCATE] = {true, true, 0},
    [IORING_OP_OPENAT] = {true, false, 0},
    [IORING_OP_CLOSE] = {true, false, 0},
    [IORING_OP_STATX] = {true, false, 0},
    [IORING_OP_READ] = {true, true, POLLIN},
    [IORING_OP_WRITE] = {true, true, POLLOUT},
    [IORING_OP_FADVISE] = {true, true, 0},
    [IORING_OP_MADVISE] = {true, false, 0},
    [IORING_OP_SEND] = {true, true, POLLOUT},
    [IORING_OP_RECV] = {true, true, POLLIN},
    [IORING_OP_OPENAT2] = {true, false, 0},
    [IORING_OP_EPOLL_CTL] = {true, false, 0},
    [IORING_OP_SHUTDOWN] = {true, true, 0},
    [IORING_OP_RENAMEAT] = {true, false, 0},
    [IORING_OP_UNLINKAT] = {true, false, 0},
    [IORING_OP_MKDIRAT] = {true, false, 0},
    [IORING_OP_SYMLINKAT] = {true, false, 0},
    [IORING_OP_LINKAT] = {true, false, 0},
};

bool uring_op_known(uint32_t opcode)
{
    return opcode < IORING_OP_LAST && operation[opcode].known;
}

/* An address and a length inside the registered buffer that the entry names? */
static bool in_buffer(const struct uring *ring, const struct io_uring_sqe *sqe)
{
    if (sqe->buf_index >= ring->buffer_count)
        return false;
    const struct iovec *buffer = &ring->buffer[sqe->buf_index];
    uint64_t start = (uint64_t)buffer->iov_base;

    return sqe->addr >= start && sqe->addr + sqe->len >= sqe->addr &&
           sqe->addr + sqe->len <= start + buffer->iov_len;
}

static int64_t read_write(const struct io_uring_sqe *sqe, uint64_t fd, bool write)
{
    bool own = sqe->off == UINT64_MAX; /* the file's position; also of what has none */

    if (write)
        return own ? lx_write(fd, sqe->addr, sqe->len)
                   : lx_pwrite64(fd, sqe->addr, sqe->len, sqe->off);
    return own ? lx_read(fd, sqe->addr, sqe->len) : lx_pread64(fd, sqe->addr, sqe->len, sqe->off);
}

/* Pipes, sockets and the like have no positions: an offset is not looked at. */
static struct io_uring_sqe without_offset(const struct io_uring_sqe *sqe, const struct file *file)
{
    struct io_uring_sqe copy = *sqe;

    if (!file->ops->seek || file->ops->seek == file_seek_nowhere)
        copy.off = UINT64_MAX;
    return copy;
}

static int64_t transfer(const struct uring *ring, const struct io_uring_sqe *sqe, uint64_t fd)
{
    switch (sqe->opcode) {
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
        if (!in_buffer(ring, sqe))
            return -EFAULT;
        return read_write(sqe, fd, sqe->opcode == IORING_OP_WRITE_FIXED);
    case IORING_OP_READ:
    case IORING_OP_WRITE:
        return read_write(sqe, fd, sqe->opcode == IORING_OP_WRITE);
    case IORING_OP_READV:
        return lx_preadv2(fd, sqe->addr, sqe->len, sqe->off, 0, (uint32_t)sqe->rw_flags);
    case IORING_OP_WRITEV:
        return lx_pwritev2(fd, sqe->addr, sqe->len, sqe->off, 0, (uint32_t)sqe->rw_flags);
    case IORING_OP_SEND:
        return lx_sendto(fd, sqe->addr, sqe->len, sqe->msg_flags, sqe->addr2, sqe->addr_len);
    case IORING_OP_RECV:
        return lx_recvfrom(fd, sqe->addr, sqe->len, sqe->msg_flags, 0, 0);
    case IORING_OP_SENDMSG:
        return lx_sendmsg(fd, sqe->addr, sqe->msg_flags);
    case IORING_OP_RECVMSG:
        return lx_recvmsg(fd, sqe->addr, sqe->msg_flags);
    case IORING_OP_ACCEPT:
        return lx_accept4(fd, sqe->addr, sqe->addr2, sqe->accept_flags);
    case IORING_OP_CONNECT:
        return lx_connect(fd, sqe->addr, sqe->off);
    case IORING_OP_SHUTDOWN:
        return lx_shutdown(fd, sqe->len);
    case IORING_OP_FSYNC:
        return sqe->fsync_flags & ~(uint32_t)IORING_FSYNC_DATASYNC ? -EINVAL : lx_fsync(fd);
    case IORING_OP_SYNC_FILE_RANGE:
        return lx_sync_file_range(fd, sqe->off, sqe->len, sqe->sync_range_flags);
    case IORING_OP_FALLOCATE:
        return lx_fallocate(fd, sqe->len, sqe->off, sqe->addr);
    case IORING_OP_FADVISE:
        return lx_fadvise64(fd, sqe->off, sqe->len, sqe->fadvise_advice);
    default:
        return -EINVAL;
    }
}

static int64_t by_path(const struct io_uring_sqe *sqe)
{
    uint64_t dir = (uint64_t)(int64_t)sqe->fd;

    switch (sqe->opcode) {
    case IORING_OP_NOP:
        return 0;
    case IORING_OP_OPENAT:
        return lx_openat(dir, sqe->addr, sqe->open_flags, sqe->len);
    case IORING_OP_OPENAT2:
        return lx_openat2(dir, sqe->addr, sqe->addr2, sqe->len);
    case IORING_OP_CLOSE:
        return lx_close(dir);
    case IORING_OP_STATX:
        return lx_statx(dir, sqe->addr, sqe->statx_flags, sqe->len, sqe->addr2);
    case IORING_OP_MADVISE:
        return lx_madvise(sqe->addr, sqe->len, sqe->fadvise_advice);
    case IORING_OP_EPOLL_CTL:
        return lx_epoll_ctl(dir, sqe->len, sqe->off, sqe->addr);
    case IORING_OP_RENAMEAT:
        return lx_renameat2(dir, sqe->addr, (uint64_t)(int64_t)(int32_t)sqe->len, sqe->addr2,
                            sqe->rename_flags);
    case IORING_OP_UNLINKAT:
        return lx_unlinkat(dir, sqe->addr, sqe->unlink_flags);
    case IORING_OP_MKDIRAT:
        return lx_mkdirat(dir, sqe->addr, sqe->len);
    case IORING_OP_SYMLINKAT:
        return lx_symlinkat(sqe->addr, dir, sqe->addr2);
    case IORING_OP_LINKAT:
        return lx_linkat(dir, sqe->addr, (uint64_t)(int64_t)(int32_t)sqe->len, sqe->addr2,
                         sqe->hardlink_flags);
    default:
        return -EINVAL;
    }
}

/* A descriptor for a registered file, for the time of one call. */
static int lend(struct file *file)
{
    int fd;

    file_hold(file);
    fd = fd_install(file, true, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

static void take_back(int fd)
{
    struct files *files = current()->process->files;
    struct file *file = files->file[fd];

    files->file[fd] = NULL;
    files->exec_mask[fd / 64] &= ~(1ul << (fd % 64));
    files->lowest = min_of(files->lowest, (uint32_t)fd);
    file_drop(file);
}

int64_t uring_perform(struct uring *ring, const struct io_uring_sqe *sqe, struct file **out,
                      uint32_t *events)
{
    const struct operation *op = &operation[sqe->opcode];
    bool fixed = sqe->flags & IOSQE_FIXED_FILE;
    struct file *file;
    int fd = sqe->fd;
    int64_t result;

    if (!op->fd)
        return fixed ? -EINVAL : by_path(sqe);
    if (fixed) {
        file = (uint32_t)fd < ring->file_count ? ring->file[fd] : NULL;
        if (!file)
            return -EBADF;
        file_hold(file);
        fd = lend(file);
        if (fd < 0) {
            file_drop(file);
            return fd;
        }
    } else {
        file = fd_get(fd);
        if (!file)
            return -EBADF;
    }
    bool waits = op->events && file->ops->poll;
    bool blocks = waits && !(file->flags & O_NONBLOCK);
    struct io_uring_sqe plain = without_offset(sqe, file);

    if (blocks)
        file->flags |= O_NONBLOCK;
    result = transfer(ring, &plain, (uint64_t)fd);
    if (blocks)
        file->flags &= ~(uint32_t)O_NONBLOCK;
    if (fixed)
        take_back(fd);
    if (waits && (result == -EAGAIN || result == -EINPROGRESS)) {
        *out = file; /* the hold goes along */
        *events = op->events;
        return URING_WAITS;
    }
    file_drop(file);
    return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK ? -EINTR : result;
}
