/* SPDX-License-Identifier: MIT */
/*
 * stat.c - asking about files: stat and its family, access, statfs.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <asm/statfs.h>
#include <linux/securebits.h>

static int64_t stat_put(struct inode *inode, uaddr_t buffer)
{
    struct stat st;

    inode_stat(inode, &st);
    return copy_to_user(buffer, &st, sizeof st);
}

static int64_t stat_path(int dirfd, uaddr_t path, uint32_t flags, uaddr_t buffer)
{
    struct dentry *dentry;
    int64_t result = walk_user(dirfd, path, flags, &dentry);

    if (result)
        return result;
    result = stat_put(dentry->inode, buffer);
    dentry_drop(dentry);
    return result;
}

int64_t lx_stat(uint64_t path, uint64_t buffer)
{
    return stat_path(AT_FDCWD, path, WALK_FOLLOW, buffer);
}

int64_t lx_lstat(uint64_t path, uint64_t buffer)
{
    return stat_path(AT_FDCWD, path, 0, buffer);
}

int64_t lx_fstat(uint64_t fd, uint64_t buffer)
{
    struct file *file = fd_get_any((int)fd);
    int64_t result;

    if (!file)
        return -EBADF;
    result = file->inode ? stat_put(file->inode, buffer) : -EBADF;
    file_drop(file);
    return result;
}

static int walk_flags(uint64_t flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
           (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
}

/* The path's first byte tells fstat by another name, which needs no walk. */
bool is_empty_path(uaddr_t path)
{
    char first = 1;
    return copy_from_user(&first, path, 1) == 0 && first == '\0';
}

int64_t lx_newfstatat(uint64_t dirfd, uint64_t path, uint64_t buffer, uint64_t flags)
{
    if (flags &
        ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    if ((flags & AT_EMPTY_PATH) && (int)dirfd >= 0 && is_empty_path(path))
        return lx_fstat(dirfd, buffer);
    return stat_path((int)dirfd, path, (uint32_t)walk_flags(flags), buffer);
}

static struct statx_timestamp stamp(int64_t ns)
{
    struct statx_timestamp out = {.tv_sec = ns / 1000000000,
                                  .tv_nsec = (uint32_t)(ns % 1000000000)};
    return out;
}

static void statx_fill(struct inode *inode, struct statx *out)
{
    struct stat st;

    inode_stat(inode, &st);
    memset(out, 0, sizeof *out);
    out->stx_mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
    out->stx_blksize = (uint32_t)st.st_blksize;
    out->stx_nlink = (uint32_t)st.st_nlink;
    out->stx_uid = st.st_uid;
    out->stx_gid = st.st_gid;
    out->stx_mode = (uint16_t)st.st_mode;
    out->stx_ino = st.st_ino;
    out->stx_size = (uint64_t)st.st_size;
    out->stx_blocks = (uint64_t)st.st_blocks;
    out->stx_atime = stamp(inode->access_ns);
    out->stx_mtime = stamp(inode->modify_ns);
    out->stx_ctime = stamp(inode->change_ns);
    out->stx_btime = stamp(inode->birth_ns);
    out->stx_mnt_id = inode->mount->device;
    out->stx_rdev_major = (inode->rdev >> 8) & 0xfff;
    out->stx_rdev_minor = (inode->rdev & 0xff) | ((inode->rdev >> 12) & 0xfff00);
    out->stx_dev_minor = inode->mount->device;
    out->stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
}

int64_t lx_statx(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mask, uint64_t buffer)
{
    struct statx out;
    struct dentry *dentry = NULL;
    struct file *file = NULL;
    int error = 0;

    if (flags &
        ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    if ((mask & STATX__RESERVED) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    if ((flags & AT_EMPTY_PATH) && (int)dirfd >= 0 && is_empty_path(path)) {
        file = fd_get_any((int)dirfd);
        error = !file || !file->inode ? -EBADF : 0;
    } else {
        error = walk_user((int)dirfd, path, (uint32_t)walk_flags(flags), &dentry);
    }
    if (!error) {
        statx_fill(file ? file->inode : dentry->inode, &out);
        if (dentry && dentry->root_of)
            out.stx_attributes |= STATX_ATTR_MOUNT_ROOT;
        error = copy_to_user(buffer, &out, sizeof out);
    }
    if (file)
        file_drop(file);
    if (dentry)
        dentry_drop(dentry);
    return error;
}

/* access asks as the real user unless AT_EACCESS: for the walk too. */
int64_t lx_faccessat2(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t flags)
{
    struct credentials *cred = &current()->process->cred;
    uint32_t fsuid = cred->fsuid;
    uint32_t fsgid = cred->fsgid;
    uint64_t effective = cred->effective;
    struct dentry *dentry;
    int error;

    if ((mode & ~7ul) || (flags & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    if (!(flags & AT_EACCESS)) {
        cred->fsuid = cred->uid;
        cred->fsgid = cred->gid;
        if (!(cred->securebits & SECBIT_NO_SETUID_FIXUP))
            cred->effective = cred->uid ? 0 : cred->permitted;
    }
    error = walk_user((int)dirfd, path, (uint32_t)walk_flags(flags), &dentry);
    if (!error) {
        error = mode ? inode_permission(dentry->inode, (uint32_t)mode) : 0;
        dentry_drop(dentry);
    }
    cred->fsuid = fsuid;
    cred->fsgid = fsgid;
    cred->effective = effective;
    return error;
}

int64_t lx_faccessat(uint64_t dirfd, uint64_t path, uint64_t mode)
{
    return lx_faccessat2(dirfd, path, mode, 0);
}

int64_t lx_access(uint64_t path, uint64_t mode)
{
    return lx_faccessat2((uint64_t)AT_FDCWD, path, mode, 0);
}

static int64_t statfs_put(struct inode *inode, uaddr_t buffer)
{
    struct statfs out;
    uint64_t blocks = inode->mount->pseudo ? 0 : frames_total();

    memset(&out, 0, sizeof out);
    out.f_type = inode->mount->magic;
    out.f_bsize = PAGE_SIZE;
    out.f_frsize = PAGE_SIZE;
    out.f_blocks = (int64_t)blocks;
    out.f_bfree = blocks ? (int64_t)frames_available() : 0;
    out.f_bavail = out.f_bfree;
    out.f_files = (int64_t)blocks;
    out.f_ffree = out.f_bfree;
    out.f_namelen = NAME_LIMIT;
    out.f_flags = 0x1020; /* ST_VALID | ST_RELATIME */
    out.f_fsid.val[0] = (int32_t)inode->mount->device;
    return copy_to_user(buffer, &out, sizeof out);
}

int64_t lx_statfs(uint64_t path, uint64_t buffer)
{
    struct dentry *dentry;
    int64_t result = walk_user(AT_FDCWD, path, WALK_FOLLOW, &dentry);

    if (result)
        return result;
    result = statfs_put(dentry->inode, buffer);
    dentry_drop(dentry);
    return result;
}

int64_t lx_fstatfs(uint64_t fd, uint64_t buffer)
{
    struct file *file = fd_get_any((int)fd);
    int64_t result;

    if (!file)
        return -EBADF;
    result = file->inode ? statfs_put(file->inode, buffer) : -EBADF;
    file_drop(file);
    return result;
}
