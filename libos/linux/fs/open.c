/* SPDX-License-Identifier: MIT */
/*
 * open.c - opening and closing.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/close_range.h>
#include <linux/mount.h>
#include <linux/openat2.h>

#define OPEN_FLAGS                                                                                 \
    (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |         \
     FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |          \
     __O_SYNC | O_PATH | __O_TMPFILE)

/* A program that some process runs cannot be written. */
static bool is_running(const struct inode *inode)
{
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);
        if (!process->zombie && process->exe && process->exe->inode == inode)
            return true;
    }
    return false;
}

static int may_open(struct inode *inode, uint32_t flags)
{
    uint32_t access = flags & O_ACCMODE;
    uint32_t mask = access == O_RDONLY ? 4 : access == O_WRONLY ? 2 : 6;
    int error;

    if (is_link(inode))
        return -ELOOP;
    if (is_directory(inode) && ((mask & 2) || (flags & O_CREAT)))
        return -EISDIR;
    if ((flags & O_TRUNC))
        mask |= 2;
    error = inode_permission(inode, mask);
    if (error)
        return error;
    if ((flags & O_NOATIME) && !inode_owned(inode))
        return -EPERM;
    if ((mask & 2) && is_regular(inode) && (inode->mode & 0111) && is_running(inode))
        return -ETXTBSY;
    return 0;
}

static int choose_ops(struct file *file)
{
    struct inode *inode = file->inode;

    if (is_directory(inode))
        file->ops = &directory_ops; /* pseudo directories too: their names come from inode_ops */
    else if (((inode->mode & S_IFMT) == S_IFCHR || (inode->mode & S_IFMT) == S_IFBLK) &&
             mount_forbids(inode, MS_NODEV))
        return -EACCES;
    else if (inode->ops && inode->ops->open)
        return inode->ops->open(file);
    else if (is_regular(inode))
        file->ops = &regular_ops;
    else if ((inode->mode & S_IFMT) == S_IFIFO)
        return fifo_open(file);
    else
        return -ENXIO;
    return 0;
}

/* Opens what dentry names; permission is the caller's business. Borrows dentry. */
int file_open_dentry(struct dentry *dentry, uint32_t flags, struct file **out)
{
    struct inode *inode = dentry->inode;
    struct file *file = file_new(NULL, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC));
    int error = 0;

    if (!file)
        return -ENOMEM;
    dentry_hold(dentry);
    inode_hold(inode);
    file->dentry = dentry;
    file->inode = inode;
    if (!(flags & O_PATH)) {
        if (is_regular(inode) && (flags & (O_WRONLY | O_RDWR)))
            inode->writers++;
        error = choose_ops(file);
    }
    file->flags &=
        ~(uint32_t)O_NOCTTY; /* for the open of a terminal only; F_GETFL does not show it */
    if (!error && (flags & O_TRUNC) && is_regular(inode) && !inode->ops && !(flags & O_PATH)) {
        error = pages_resize(inode, 0);
        inode_touch(inode, true);
    }
    if (error) {
        file->ops = NULL;
        file_drop(file);
        return error;
    }
    if (!(flags & O_PATH)) {
        if (flags & O_TRUNC)
            notify_dentry(dentry, IN_MODIFY);
        notify_dentry(dentry, IN_OPEN);
    }
    *out = file;
    return 0;
}

static int open_tmpfile(int dirfd, const char *path, uint32_t flags, uint32_t mode,
                        struct file **out)
{
    struct dentry *directory;
    struct inode *inode;
    int error;

    if (!(flags & (O_WRONLY | O_RDWR)))
        return -EINVAL;
    error = walk(dirfd, path, WALK_FOLLOW | WALK_DIRECTORY, &directory);
    if (error)
        return error;
    error = directory->inode->mount->pseudo ? -EOPNOTSUPP : inode_permission(directory->inode, 3);
    inode = error ? NULL : inode_new(directory->inode->mount, S_IFREG | mode);
    if (!error && !inode)
        error = -ENOMEM;
    if (!error) {
        struct dentry *dentry;
        char name[32];
        int length = format(name, sizeof name, "#%lu", (unsigned long)inode->number);
        dentry = dentry_new(directory, name, (uint32_t)length, inode);
        if (dentry)
            dentry->linkable = !(flags & O_EXCL);
        error = dentry ? file_open_dentry(dentry, flags, out) : -ENOMEM;
        dentry_drop(dentry);
    }
    dentry_drop(directory);
    return error;
}

/* Opens what a walk has found; takes the hold on dentry. */
static inline int open_found(struct dentry *dentry, uint32_t flags, struct file **out)
{
    int error = 0;

    if ((flags & O_DIRECTORY) && !is_directory(dentry->inode))
        error = -ENOTDIR;
    else if (!(flags & O_PATH))
        error = may_open(dentry->inode, flags);
    if (!error)
        error = file_open_dentry(dentry, flags, out);
    if (dentry->count > 1)
        dentry->count--;
    else
        dentry_drop(dentry);
    return error;
}

/* O_PATH leaves few other flags a meaning. */
static uint32_t flags_meant(uint32_t flags)
{
    return flags & O_PATH ? flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : flags;
}

/* base: held by the caller; NULL unless resolve asks for one. */
static int open_resolve(int dirfd, const char *path, uint32_t flags, uint32_t mode,
                        uint32_t resolve, struct dentry *base, struct file **out)
{
    struct walk state;
    struct last last;
    struct dentry *dentry;
    int error;

    flags = flags_meant(flags);
    if ((flags & O_DIRECTORY) && (flags & O_CREAT))
        return -EINVAL;
    mode &= 07777 & ~current()->process->fs->umask;
    if ((flags & __O_TMPFILE)) {
        if ((flags & O_TMPFILE) != O_TMPFILE)
            return -EINVAL;
        return open_tmpfile(dirfd, path, flags, mode, out);
    }
    state.resolve = resolve;
    state.base = base;
    error = walk_open(dirfd, path, flags, &state, &last, &dentry);
    if (error)
        return error;
    if (dentry)
        return open_found(dentry, flags, out);
    error = may_create(last.parent);
    if (!error)
        error = dentry_create(last.parent, last.name, last.length, S_IFREG | mode, &dentry);
    if (!error)
        notify_name(last.parent->inode, last.name, last.length, IN_CREATE, 0);
    dentry_drop(last.parent);
    if (error)
        return error;
    error = file_open_dentry(dentry, flags & ~(uint32_t)O_TRUNC, out);
    dentry_drop(dentry);
    return error;
}

int file_open_at(int dirfd, const char *path, uint32_t flags, uint32_t mode, struct file **out)
{
    return open_resolve(dirfd, path, flags, mode, 0, NULL, out);
}

int file_open(const char *path, uint32_t flags, uint32_t mode, struct file **out)
{
    return file_open_at(AT_FDCWD, path, flags, mode, out);
}

int64_t lx_openat(uint64_t dirfd, uint64_t path, uint64_t flags64, uint64_t mode)
{
    uint32_t flags = (uint32_t)flags64 & (uint32_t)OPEN_FLAGS;
    struct file *file;
    struct dentry *dentry;
    int error = flags & (O_CREAT | __O_TMPFILE)
                    ? WALK_UNKNOWN
                    : walk_known((int)dirfd, path, !(flags & O_NOFOLLOW), &dentry);

    if (error == WALK_UNKNOWN) {
        char *text = path_take(path, &error);

        if (!text)
            return error;
        error = file_open_at((int)dirfd, text, flags, (uint32_t)mode, &file);
        path_give(text);
    } else if (!error) {
        error = open_found(dentry, flags_meant(flags), &file);
    }
    if (error)
        return error;
    int fd = fd_install(file, flags & O_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

#define RESOLVE_ALL                                                                                \
    (RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH |             \
     RESOLVE_IN_ROOT | RESOLVE_CACHED)

/* openat ignores what it does not know; openat2 refuses it. */
static int how_check(const struct open_how *how)
{
    uint32_t flags = (uint32_t)how->flags;
    bool creates = flags & (O_CREAT | __O_TMPFILE);

    if ((how->flags & ~(uint64_t)OPEN_FLAGS) || (how->resolve & ~(uint64_t)RESOLVE_ALL) ||
        (how->resolve & RESOLVE_BENEATH && how->resolve & RESOLVE_IN_ROOT))
        return -EINVAL;
    if (creates ? how->mode & ~07777ul : how->mode != 0)
        return -EINVAL;
    if ((flags & O_PATH) && (flags & ~(uint32_t)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)))
        return -EINVAL;
    if ((how->resolve & RESOLVE_CACHED) && (flags & (O_TRUNC | O_CREAT | __O_TMPFILE)))
        return -EAGAIN;
    return 0;
}

static int open_how(int dirfd, const char *path, const struct open_how *how, struct file **out)
{
    bool based = how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT);
    uint32_t flags = (uint32_t)how->flags;
    struct dentry *base = NULL;
    int error;

    if ((flags & __O_TMPFILE) && (how->resolve & ~(uint64_t)RESOLVE_CACHED))
        return (int)unimplemented(-EINVAL, "openat2 with O_TMPFILE and resolve 0x%lx",
                                  (unsigned long)how->resolve);
    /* A path that begins with a slash is looked up below the directory, too. */
    error = based ? walk_start(dirfd, *path == '/' ? "." : path, &base) : 0;
    if (!error)
        error = open_resolve(dirfd, path, flags, (uint32_t)how->mode, (uint32_t)how->resolve, base,
                             out);
    if (base)
        dentry_drop(base);
    return error;
}

int64_t lx_openat2(uint64_t dirfd, uint64_t path, uint64_t how_address, uint64_t size)
{
    struct open_how how;
    struct file *file;
    char *text;
    int error = 0;
    int fd;

    if (size < sizeof how)
        return -EINVAL;
    if (size > PAGE_SIZE)
        return -E2BIG;
    error = copy_from_user(&how, how_address, sizeof how);
    for (uint64_t at = sizeof how; !error && at < size; at++) {
        char extra;
        error = copy_from_user(&extra, how_address + at, 1);
        if (!error && extra)
            error = -E2BIG;
    }
    if (!error)
        error = how_check(&how);
    if (error)
        return error;
    text = path_take(path, &error);
    if (!text)
        return error;
    error = open_how((int)dirfd, text, &how, &file);
    path_give(text);
    if (error)
        return error;
    fd = fd_install(file, how.flags & O_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_open(uint64_t path, uint64_t flags, uint64_t mode)
{
    return lx_openat((uint64_t)AT_FDCWD, path, flags, mode);
}

int64_t lx_creat(uint64_t path, uint64_t mode)
{
    return lx_openat((uint64_t)AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int64_t lx_close(uint64_t fd)
{
    return fd_close(current()->process->files, (int)fd);
}

int64_t lx_close_range(uint64_t first64, uint64_t last64, uint64_t flags)
{
    struct files *files = current()->process->files;
    uint32_t first = (uint32_t)first64;
    uint32_t last = min_of((uint32_t)last64, files->size - 1);

    if (flags & ~(uint64_t)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > (uint32_t)last64)
        return -EINVAL;
    if ((flags & CLOSE_RANGE_UNSHARE) && files->count > 1)
        return unimplemented(-EINVAL, "close_range flag CLOSE_RANGE_UNSHARE on a shared table");
    for (uint32_t fd = first; fd <= last && fd < files->size; fd++) {
        if (!files->file[fd])
            continue;
        if (flags & CLOSE_RANGE_CLOEXEC)
            files->exec_mask[fd / 64] |= 1ul << (fd % 64);
        else
            fd_close(files, (int)fd);
    }
    return 0;
}
