/* SPDX-License-Identifier: MIT */
/*
 * place.c - where a process is in the tree and what it sees there: working directory, root, umask,
 * listings, mounts.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"

/* Takes the hold on `to`. */
static int64_t go(struct dentry **place, struct dentry *to)
{
    int error = is_directory(to->inode) ? inode_permission(to->inode, 1) : -ENOTDIR;

    if (error) {
        dentry_drop(to);
        return error;
    }
    dentry_drop(*place);
    *place = to;
    return 0;
}

int64_t lx_chdir(uint64_t path)
{
    struct dentry *to;
    int error = walk_user(AT_FDCWD, path, WALK_FOLLOW | WALK_DIRECTORY, &to);

    return error ? error : go(&current()->process->fs->cwd, to);
}

int64_t lx_fchdir(uint64_t fd)
{
    struct file *file = fd_get_any((int)fd);
    struct dentry *to;

    if (!file)
        return -EBADF;
    to = file_dentry(file);
    file_drop(file);
    return to ? go(&current()->process->fs->cwd, to) : -ENOTDIR;
}

int64_t lx_chroot(uint64_t path)
{
    struct dentry *to;
    int error = walk_user(AT_FDCWD, path, WALK_FOLLOW | WALK_DIRECTORY, &to);

    if (error)
        return error;
    if (!capable(CAP_SYS_CHROOT)) {
        dentry_drop(to);
        return -EPERM;
    }
    return go(&current()->process->fs->root, to);
}

int64_t lx_getcwd(uint64_t buffer, uint64_t size)
{
    struct dentry *cwd = current()->process->fs->cwd;
    char *text;
    int length;

    if (!cwd->attached && cwd->parent != cwd)
        return -ENOENT;
    text = heap_alloc(PATH_LIMIT);
    if (!text)
        return -ENOMEM;
    length = dentry_path(cwd, text, PATH_LIMIT);
    if (length >= 0 && (uint64_t)length + 1 > size)
        length = -ERANGE;
    if (length >= 0)
        length = copy_to_user(buffer, text, (uint64_t)length + 1) ? -EFAULT : length + 1;
    heap_free(text);
    return length;
}

int64_t lx_umask(uint64_t mask)
{
    uint32_t old = current()->process->fs->umask;

    current()->process->fs->umask = (uint32_t)mask & 0777;
    return old;
}

int64_t lx_getdents64(uint64_t fd, uint64_t buffer, uint64_t bytes)
{
    struct file *file = fd_get((int)fd);
    int64_t done;

    if (!file)
        return -EBADF;
    done = file->ops->readdir ? file->ops->readdir(file, buffer, (uint32_t)bytes) : -ENOTDIR;
    if (done >= 0)
        notify_dentry(file->dentry, IN_ACCESS);
    file_drop(file);
    return done;
}

/* The old call: the type stands in the record's last byte, and the name where it used to be. Records of both
 * kinds are equally long, so they are changed in place in the program's memory. */
int64_t lx_getdents(uint64_t fd, uint64_t buffer, uint64_t bytes)
{
    int64_t done = lx_getdents64(fd, buffer, bytes);

    for (int64_t at = 0; at < done;) {
        uint8_t record[24 + NAME_LIMIT + 8];
        uint16_t length;

        if (copy_from_user(&length, buffer + (uint64_t)at + 16, sizeof length) || length < 24 ||
            length > sizeof record || copy_from_user(record, buffer + (uint64_t)at, length))
            return -EFAULT;
        uint8_t type = record[18];

        memmove(record + 18, record + 19, length - 19u);
        record[length - 1] = type;
        if (copy_to_user(buffer + (uint64_t)at, record, length))
            return -EFAULT;
        at += length;
    }
    return done;
}
