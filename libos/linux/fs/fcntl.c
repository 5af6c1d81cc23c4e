/* SPDX-License-Identifier: MIT */
/*
 * fcntl.c - duplicating descriptors, their flags, and files in memory.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/async.h"
#include "libos/linux/fs/pipe.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/memfd.h>

#define SEALABLE 0x80000000u /* inode->seals: a memfd; other files have no seals */
/* What F_SETFL may change. */
#define SETTABLE (O_APPEND | O_NONBLOCK | FASYNC | O_DIRECT | O_NOATIME)

int64_t lx_dup(uint64_t fd)
{
    struct file *file = fd_get_any((int)fd);
    int copy;

    if (!file)
        return -EBADF;
    copy = fd_install(file, false, 0);
    if (copy < 0)
        file_drop(file);
    return copy;
}

static int64_t dup_to(int old, int new, bool close_on_exec)
{
    struct files *files = current()->process->files;
    struct file *file = fd_get_any(old);
    int fd;

    if (!file)
        return -EBADF;
    fd = (uint32_t) new >= (uint32_t)files_limit(files)
             ? -EBADF
             : fd_dup_to(files, file, new, close_on_exec);
    if (fd < 0)
        file_drop(file);
    return fd;
}

int64_t lx_dup2(uint64_t old, uint64_t new)
{
    if ((int)old == (int)new)
        return files_get(current()->process->files, (int)old) ? (int)new : -EBADF;
    return dup_to((int)old, (int)new, false);
}

int64_t lx_dup3(uint64_t old, uint64_t new, uint64_t flags)
{
    if ((flags & ~(uint64_t)O_CLOEXEC) || (int)old == (int)new)
        return -EINVAL;
    return dup_to((int)old, (int)new, flags);
}

static int64_t duplicate(struct file *file, uint64_t lowest, bool close_on_exec)
{
    int fd;

    if (lowest >= (uint64_t)files_limit(current()->process->files))
        return -EINVAL;
    file_hold(file);
    fd = fd_install(file, close_on_exec, (int)lowest);
    if (fd < 0)
        file_drop(file);
    return fd;
}

static int64_t set_flags(struct file *file, uint32_t flags)
{
    if ((file->flags & O_APPEND) != (flags & O_APPEND) && file->inode &&
        (file->inode->seals & F_SEAL_WRITE))
        return -EPERM;
    if ((flags ^ file->flags) & FASYNC) {
        int error = async_set(file, flags & FASYNC);
        if (error)
            return error;
    }
    file->flags = (file->flags & ~(uint32_t)SETTABLE) | (flags & (uint32_t)SETTABLE);
    return 0;
}

static int64_t seals_add(struct file *file, uint64_t seals)
{
    struct inode *inode = file->inode;

    if (!writable(file))
        return -EPERM;
    if (!inode || !(inode->seals & SEALABLE) || (seals & ~0x1ful))
        return -EINVAL;
    if (inode->seals & F_SEAL_SEAL)
        return -EPERM;
    if ((seals & ~(uint64_t)inode->seals & F_SEAL_WRITE) && space_maps_writable(inode))
        return -EBUSY; /* someone could go on writing through a shared mapping */
    inode->seals |= (uint32_t)seals;
    return 0;
}

static int64_t control(struct file *file, uint64_t fd, uint32_t command, uint64_t argument)
{
    struct files *files = current()->process->files;
    uint64_t bit = 1ul << (fd % 64);

    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(file, (uint32_t)argument, command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return files->exec_mask[fd / 64] & bit ? FD_CLOEXEC : 0;
    case F_SETFD:
        files->exec_mask[fd / 64] =
            (files->exec_mask[fd / 64] & ~bit) | (argument & FD_CLOEXEC ? bit : 0);
        return 0;
    case F_GETFL:
        return file->flags | (file->flags & O_PATH || !file->dentry ? 0 : O_LARGEFILE);
    default:
        break;
    }
    if (file->flags & O_PATH)
        return -EBADF;
    switch (command) {
    case F_SETFL:
        return set_flags(file, (uint32_t)argument);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return call_fcntl_lock(file, command, argument);
    case F_GETPIPE_SZ:
        return pipe_size(file);
    case F_SETPIPE_SZ:
        return pipe_set_size(file, (uint32_t)argument);
    case F_GETOWN:
    case F_SETOWN:
    case F_GETOWN_EX:
    case F_SETOWN_EX:
    case F_GETSIG:
    case F_SETSIG:
        return async_control(file, command, argument);
    case F_ADD_SEALS:
        return seals_add(file, argument);
    case F_GET_SEALS:
        return file->inode && (file->inode->seals & SEALABLE)
                   ? (int64_t)(file->inode->seals & ~SEALABLE)
                   : -EINVAL;
    case F_GETLEASE:
        return F_UNLCK;
    case F_SETLEASE:
        return unimplemented(-EINVAL, "fcntl F_SETLEASE: leases");
    case F_NOTIFY:
        return unimplemented(-EINVAL, "fcntl F_NOTIFY: use inotify");
    default:
        return unimplemented(-EINVAL, "fcntl command %u", command);
    }
}

int64_t lx_fcntl(uint64_t fd, uint64_t command, uint64_t argument)
{
    struct file *file = fd_get_any((int)fd);
    int64_t result;

    if (!file)
        return -EBADF;
    result = control(file, (uint32_t)fd, (uint32_t)command, argument);
    file_drop(file);
    return result;
}

int64_t lx_memfd_create(uint64_t name, uint64_t flags)
{
    char text[256] = "memfd:";
    struct inode *inode;
    struct dentry *dentry;
    struct file *file;
    int64_t length;
    int fd;

    if (flags & MFD_HUGETLB)
        return unimplemented(-ENOMEM, "memfd_create flag MFD_HUGETLB: there are no huge pages");
    if (flags & ~(uint64_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
        return -EINVAL;
    length = string_from_user(text + 6, name, sizeof text - 6);
    if (length < 0)
        return length == -ENAMETOOLONG ? -EINVAL : length;
    inode = inode_new(root_dentry->inode->mount, S_IFREG | 0777);
    if (!inode)
        return -ENOMEM;
    inode->seals = SEALABLE | (flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL);
    dentry = dentry_new(root_dentry, text, (uint32_t)length + 6,
                        inode); /* not attached: shows as deleted */
    if (!dentry)
        return -ENOMEM;
    fd = file_open_dentry(dentry, O_RDWR, &file);
    dentry_drop(dentry);
    if (fd)
        return fd;
    fd = fd_install(file, flags & MFD_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}
