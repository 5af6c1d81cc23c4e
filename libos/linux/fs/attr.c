/* SPDX-License-Identifier: MIT */
/*
 * attr.c - changing what a file is: mode, owner, times, length, extended attributes.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/falloc.h>
#include <linux/resource.h>
#include <linux/time_types.h>
#include <asm/signal.h>

/* What a call means: both held. dentry NULL: it has no name (pipes). */
struct target {
    struct inode *inode;
    struct dentry *dentry;
};

/* dirfd with an empty path, or a descriptor when path is 0. */
static int target_at(int dirfd, uaddr_t path, uint32_t flags, struct target *out)
{
    int error;

    if (!path) {
        struct file *file = fd_get((int)dirfd);
        if (!file)
            return -EBADF;
        out->inode = file->inode;
        out->dentry = file->dentry;
        if (file->inode)
            inode_hold(file->inode);
        if (file->dentry)
            dentry_hold(file->dentry);
        file_drop(file);
        return out->inode ? 0 : -EINVAL;
    }
    error = walk_user(dirfd, path, flags, &out->dentry);
    if (error)
        return error;
    out->inode = out->dentry->inode;
    inode_hold(out->inode);
    return 0;
}

/* Ends it; what was changed is told to those who watch. changed 0: nothing. */
static void target_end(struct target *target, uint32_t changed)
{
    if (changed && target->dentry)
        notify_dentry(target->dentry, changed);
    else if (changed)
        notify_inode(target->inode, changed);
    if (target->dentry)
        dentry_drop(target->dentry);
    inode_drop(target->inode);
}

static int may_change(struct inode *inode)
{
    return inode_read_only(inode) ? -EROFS : inode_owned(inode) ? 0 : -EPERM;
}

/* Takes the hold. */
static int64_t mode_set(struct target *target, uint32_t mode)
{
    struct inode *inode = target->inode;
    int error = is_link(inode) ? -EOPNOTSUPP : may_change(inode);

    if (!error) {
        if (!in_group(inode->gid) && !capable(CAP_FSETID))
            mode &= ~(uint32_t)S_ISGID;
        inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
        inode_touch(inode, false);
    }
    target_end(target, error ? 0 : IN_ATTRIB);
    return error;
}

int64_t lx_fchmodat(uint64_t dirfd, uint64_t path, uint64_t mode)
{
    struct target target;
    int error = path ? target_at((int)dirfd, path, WALK_FOLLOW, &target) : -EFAULT;
    return error ? error : mode_set(&target, (uint32_t)mode);
}

int64_t lx_fchmodat2(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t flags)
{
    struct target target;
    int error;

    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (!path)
        return -EFAULT;
    error = target_at((int)dirfd, path,
                      (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                          (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
                      &target);
    return error ? error : mode_set(&target, (uint32_t)mode);
}

int64_t lx_chmod(uint64_t path, uint64_t mode)
{
    return lx_fchmodat((uint64_t)AT_FDCWD, path, mode);
}

int64_t lx_fchmod(uint64_t fd, uint64_t mode)
{
    struct target target;
    int error = target_at((int)fd, 0, 0, &target);
    return error ? error : mode_set(&target, (uint32_t)mode);
}

/* Takes the hold. -1 leaves an id as it is. */
static int64_t owner_set(struct target *target, uint32_t uid, uint32_t gid)
{
    struct inode *inode = target->inode;
    int error = inode_read_only(inode) ? -EROFS : 0;

    if (!error && !capable(CAP_CHOWN)) {
        bool own = current()->process->cred.fsuid == inode->uid;
        if (uid != UINT32_MAX && (!own || uid != inode->uid))
            error = -EPERM;
        if (gid != UINT32_MAX && (!own || (gid != inode->gid && !in_group(gid))))
            error = -EPERM;
    }
    if (!error) {
        if (uid != UINT32_MAX)
            inode->uid = uid;
        if (gid != UINT32_MAX)
            inode->gid = gid;
        if (!is_directory(inode))
            inode->mode &= ~(uint32_t)(S_ISUID | (inode->mode & 0010 ? S_ISGID : 0));
        inode_touch(inode, false);
    }
    target_end(target, error ? 0 : IN_ATTRIB);
    return error;
}

int64_t lx_fchownat(uint64_t dirfd, uint64_t path, uint64_t uid, uint64_t gid, uint64_t flags)
{
    struct target target;
    int error;

    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (!path)
        return -EFAULT;
    error = target_at((int)dirfd, path,
                      (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                          (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
                      &target);
    return error ? error : owner_set(&target, (uint32_t)uid, (uint32_t)gid);
}

int64_t lx_chown(uint64_t path, uint64_t uid, uint64_t gid)
{
    return lx_fchownat((uint64_t)AT_FDCWD, path, uid, gid, 0);
}

int64_t lx_lchown(uint64_t path, uint64_t uid, uint64_t gid)
{
    return lx_fchownat((uint64_t)AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int64_t lx_fchown(uint64_t fd, uint64_t uid, uint64_t gid)
{
    struct target target;
    int error = target_at((int)fd, 0, 0, &target);
    return error ? error : owner_set(&target, (uint32_t)uid, (uint32_t)gid);
}

/* --- Times --- */

#define UTIME_NOW_NS  ((1l << 30) - 1l)
#define UTIME_OMIT_NS ((1l << 30) - 2l)
#define KEEP          INT64_MIN
#define NOW           (INT64_MIN + 1)

/* Takes the hold. ns, KEEP or NOW for each. */
static int64_t times_set(struct target *target, int64_t access, int64_t modify)
{
    struct inode *inode = target->inode;
    int error = 0;

    if (access == KEEP && modify == KEEP) {
        target_end(target, 0);
        return 0;
    }
    if (inode_read_only(inode)) {
        error = -EROFS;
    } else if (!inode_owned(inode)) {
        if (access == NOW && modify == NOW)
            error = inode_permission(inode, 2);
        else
            error = -EPERM;
    }
    if (!error) {
        inode->change_ns = file_clock_ns();
        if (access != KEEP)
            inode->access_ns = access == NOW ? inode->change_ns : access;
        if (modify != KEEP)
            inode->modify_ns = modify == NOW ? inode->change_ns : modify;
    }
    target_end(target, error            ? 0
                       : access == KEEP ? IN_MODIFY
                       : modify == KEEP ? IN_ACCESS
                                        : IN_ATTRIB);
    return error;
}

static int timespec_ns(const struct __kernel_timespec *ts, int64_t *ns)
{
    if (ts->tv_nsec == UTIME_NOW_NS)
        *ns = NOW;
    else if (ts->tv_nsec == UTIME_OMIT_NS)
        *ns = KEEP;
    else if (ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000)
        return -EINVAL;
    else
        *ns = ts->tv_sec * 1000000000 + ts->tv_nsec;
    return 0;
}

int64_t lx_utimensat(uint64_t dirfd, uint64_t path, uint64_t times, uint64_t flags)
{
    struct __kernel_timespec ts[2];
    struct target target;
    int64_t ns[2] = {NOW, NOW};
    int error;

    if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (times) {
        if (copy_from_user(ts, times, sizeof ts))
            return -EFAULT;
        if (ts[0].tv_nsec == UTIME_OMIT_NS && ts[1].tv_nsec == UTIME_OMIT_NS)
            return 0; /* not even the path is looked at */
        if (timespec_ns(&ts[0], &ns[0]) || timespec_ns(&ts[1], &ns[1]))
            return -EINVAL;
    }
    if (!path && (int)dirfd == AT_FDCWD)
        return -EFAULT;
    error = target_at((int)dirfd, path,
                      (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
                          (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
                      &target);
    return error ? error : times_set(&target, ns[0], ns[1]);
}

int64_t lx_futimesat(uint64_t dirfd, uint64_t path, uint64_t times)
{
    int64_t tv[4];
    int64_t ns[2] = {NOW, NOW};
    struct target target;
    int error;

    if (times) {
        if (copy_from_user(tv, times, sizeof tv))
            return -EFAULT;
        if (tv[1] < 0 || tv[1] >= 1000000 || tv[3] < 0 || tv[3] >= 1000000)
            return -EINVAL;
        ns[0] = tv[0] * 1000000000 + tv[1] * 1000;
        ns[1] = tv[2] * 1000000000 + tv[3] * 1000;
    }
    error = target_at((int)dirfd, path, WALK_FOLLOW, &target);
    return error ? error : times_set(&target, ns[0], ns[1]);
}

int64_t lx_utimes(uint64_t path, uint64_t times)
{
    return path ? lx_futimesat((uint64_t)AT_FDCWD, path, times) : -EFAULT;
}

int64_t lx_utime(uint64_t path, uint64_t times)
{
    int64_t seconds[2];
    int64_t ns[2] = {NOW, NOW};
    struct target target;
    int error;

    if (times) {
        if (copy_from_user(seconds, times, sizeof seconds))
            return -EFAULT;
        ns[0] = seconds[0] * 1000000000;
        ns[1] = seconds[1] * 1000000000;
    }
    error = path ? target_at(AT_FDCWD, path, WALK_FOLLOW, &target) : -EFAULT;
    return error ? error : times_set(&target, ns[0], ns[1]);
}

/* --- Length --- */

/* The size goes past RLIMIT_FSIZE: SIGXFSZ, and the caller answers EFBIG. */
static bool size_limited(const struct inode *inode, uint64_t size)
{
    if (size <= inode->size || size <= current()->process->rlimit[RLIMIT_FSIZE].soft)
        return false;
    signal_send_task(current(), SIGXFSZ, NULL);
    return true;
}

static int64_t resize(struct inode *inode, uint64_t size)
{
    if ((size < inode->size && (inode->seals & F_SEAL_SHRINK)) ||
        (size > inode->size && (inode->seals & F_SEAL_GROW)))
        return -EPERM;
    if (size_limited(inode, size) || size > FILE_LIMIT)
        return -EFBIG;
    inode_touch(inode, true);
    return pages_resize(inode, size);
}

int64_t lx_truncate(uint64_t path, uint64_t size)
{
    struct target target;
    struct inode *inode;
    int64_t error;

    if ((int64_t)size < 0)
        return -EINVAL;
    error = path ? target_at(AT_FDCWD, path, WALK_FOLLOW, &target) : -EFAULT;
    if (error)
        return error;
    inode = target.inode;
    if (is_directory(inode))
        error = -EISDIR;
    else if (!is_regular(inode) || inode->ops)
        error = -EINVAL;
    else
        error = inode_permission(inode, 2);
    if (!error)
        error = resize(inode, size);
    target_end(&target, error ? 0 : IN_MODIFY);
    return error;
}

int64_t lx_ftruncate(uint64_t fd, uint64_t size)
{
    struct file *file;
    int64_t error = -EINVAL;

    if ((int64_t)size < 0)
        return -EINVAL;
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    if (file->inode && is_regular(file->inode) && !file->inode->ops && writable(file))
        error = resize(file->inode, size);
    if (!error)
        notify_dentry(file->dentry, IN_MODIFY);
    file_drop(file);
    return error;
}

static int64_t allocate(struct inode *inode, uint64_t mode, uint64_t offset, uint64_t bytes)
{
    uint64_t end = offset + bytes;
    bool keep = mode & FALLOC_FL_KEEP_SIZE;
    int error = 0;

    if (end > FILE_LIMIT)
        return -EFBIG;
    if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ||
        (!keep && end > inode->size && (inode->seals & F_SEAL_GROW)))
        return -EPERM;
    if (!keep && size_limited(inode, end))
        return -EFBIG;
    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
        pages_punch(inode, offset, end);
    else
        error = pages_allocate(inode, offset,
                               keep && end > inode->size ? max_of(inode->size, offset) - offset
                                                         : bytes);
    if (!error && !keep && end > inode->size)
        error = pages_resize(inode, end);
    if (!error)
        inode_touch(inode, true);
    return error;
}

static int64_t allocate_check(struct file *file, uint64_t mode, uint64_t offset, uint64_t bytes)
{
    if ((int64_t)offset < 0 || (int64_t)bytes <= 0)
        return -EINVAL;
    if (mode & ~(uint64_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
        return -EOPNOTSUPP; /* collapsing and inserting, as tmpfs answers */
    if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
        return -EOPNOTSUPP;
    if (!writable(file))
        return -EBADF;
    if (file->inode && (file->inode->mode & S_IFMT) == S_IFIFO)
        return -ESPIPE;
    return !file->inode || !is_regular(file->inode) || file->inode->ops ? -ENODEV : 0;
}

int64_t lx_fallocate(uint64_t fd, uint64_t mode, uint64_t offset, uint64_t bytes)
{
    struct file *file = fd_get((int)fd);
    int64_t error;

    if (!file)
        return -EBADF;
    error = allocate_check(file, mode, offset, bytes);
    if (!error)
        error = allocate(file->inode, mode, offset, bytes);
    if (!error)
        notify_dentry(file->dentry, IN_MODIFY);
    file_drop(file);
    return error;
}

/* --- Things that memory has no need of: checked, then nothing to do --- */

static int64_t descriptor_sync(uint64_t fd)
{
    struct file *file = fd_get((int)fd);
    int64_t error;

    if (!file)
        return -EBADF;
    error = file->ops->sync ? file->ops->sync(file) : -EINVAL;
    file_drop(file);
    return error;
}

int64_t lx_fsync(uint64_t fd)
{
    return descriptor_sync(fd);
}

int64_t lx_fdatasync(uint64_t fd)
{
    return descriptor_sync(fd);
}

int64_t lx_sync(void)
{
    return 0;
}

static int64_t descriptor_regular(uint64_t fd, int64_t other)
{
    struct file *file = fd_get((int)fd);
    int64_t error = 0;

    if (!file)
        return -EBADF;
    if (file->inode && (file->inode->mode & S_IFMT) == S_IFIFO)
        error = other;
    file_drop(file);
    return error;
}

int64_t lx_syncfs(uint64_t fd)
{
    return descriptor_regular(fd, 0);
}

int64_t lx_sync_file_range(uint64_t fd, uint64_t offset, uint64_t bytes, uint64_t flags)
{
    struct file *file = fd_get((int)fd);
    uint32_t type;

    if (!file)
        return -EBADF;
    type = file->inode ? file->inode->mode & S_IFMT : 0;
    file_drop(file);
    if ((int64_t)offset < 0 || (int64_t)bytes < 0 || (flags & ~7ul))
        return -EINVAL;
    return type == S_IFREG || type == S_IFDIR || type == S_IFBLK ? 0 : -ESPIPE;
}

int64_t lx_fadvise64(uint64_t fd, uint64_t offset, uint64_t length, uint64_t advice)
{
    int64_t error = descriptor_regular(fd, -ESPIPE);

    (void)offset;
    if (error)
        return error;
    return advice > 5 || (int64_t)length < 0 ? -EINVAL : 0;
}

int64_t lx_readahead(uint64_t fd, uint64_t offset, uint64_t bytes)
{
    struct file *file = fd_get((int)fd);
    bool readable = file && (file->flags & O_ACCMODE) != O_WRONLY && !(file->flags & O_PATH);

    (void)offset;
    (void)bytes;
    if (file)
        file_drop(file);
    return readable ? descriptor_regular(fd, -EINVAL) : -EBADF;
}

/* All pages of a file here are in memory, and none waits to be written. */
int64_t lx_cachestat(uint64_t fd, uint64_t range, uint64_t out, uint64_t flags)
{
    uint64_t ask[2];
    uint64_t answer[5] = {0};
    struct file *file;
    int64_t error = 0;

    if (flags)
        return -EINVAL;
    if (copy_from_user(ask, range, sizeof ask))
        return -EFAULT;
    file = fd_get((int)fd);
    if (!file)
        return -EBADF;
    if (!file->inode || !is_regular(file->inode) || file->inode->ops) {
        error = -EOPNOTSUPP;
    } else {
        uint64_t end = (file->inode->size + PAGE_SIZE - 1) / PAGE_SIZE;

        if (ask[1] && ask[0] + ask[1] >= ask[0])
            end = min_of(end, (ask[0] + ask[1] + PAGE_SIZE - 1) / PAGE_SIZE);
        for (uint64_t index = ask[0] / PAGE_SIZE; index < end; index++)
            answer[0] += pages_present(file->inode, index);
        error = copy_to_user(out, answer, sizeof answer);
    }
    file_drop(file);
    return error;
}
