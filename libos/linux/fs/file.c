/* SPDX-License-Identifier: MIT */
/*
 * file.c - open files and the descriptor tables that lead to them.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/async.h"
#include "libos/linux/fs/notify.h"
#include <linux/mount.h>
#include "libos/linux/net/rights.h"
#include <linux/resource.h>

#define FILES_LIMIT 65536u /* LIMIT: descriptors of a process, whatever its RLIMIT_NOFILE says */

struct file *file_new(const struct file_ops *ops, uint32_t flags)
{
    struct file *file = heap_zalloc(sizeof *file);

    if (!file)
        return NULL;
    file->count = 1;
    file->flags = flags;
    file->ops = ops;
    file->flock_type = F_UNLCK;
    return file;
}

int64_t file_seek_nowhere(struct file *file, int64_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return (int64_t)file->offset;
}

void file_hold(struct file *file)
{
    file->count++;
}

static void file_end(struct file *file)
{
    if (!(file->flags & O_PATH) && file->ops)
        notify_dentry(file->dentry, writable(file) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    if (file->epoll_items)
        epoll_forget(file);
    if (file->async)
        async_end(file);
    if (file->inode && file->inode->locks)
        locks_end(file);
    if (file->ops && file->ops->release)
        file->ops->release(file);
    if (file->inode && writable(file) && is_regular(file->inode) && file->inode->writers)
        file->inode->writers--;
    if (file->inode)
        inode_drop(file->inode);
    if (file->dentry)
        dentry_drop(file->dentry);
    heap_free(file);
}

void file_drop(struct file *file)
{
    if (file && --file->count == 0)
        file_end(file);
}

bool readable(const struct file *file)
{
    return !(file->flags & O_WRONLY) && !(file->flags & O_PATH);
}

bool writable(const struct file *file)
{
    return (file->flags & (O_WRONLY | O_RDWR)) && !(file->flags & O_PATH);
}

/* A name for the file: its own, or for pipes and the like "pipe:[7]", made now. */
struct dentry *file_dentry(struct file *file)
{
    char name[48];

    if (file->dentry) {
        dentry_hold(file->dentry);
        return file->dentry;
    }
    if (!file->inode)
        return NULL;
    uint32_t type = file->inode->mode & S_IFMT;
    format(name, sizeof name, "%s:[%lu]",
           type == S_IFIFO    ? "pipe"
           : type == S_IFSOCK ? "socket"
                              : "device",
           (unsigned long)file->inode->number);
    inode_hold(file->inode);
    return dentry_nameless(name, file->inode);
}

uint64_t file_size(struct file *file)
{
    return file->inode ? file->inode->size : 0;
}

uint32_t file_mode(struct file *file)
{
    return file->inode ? file->inode->mode : 0;
}

bool file_write_sealed(struct file *file)
{
    return file->inode && (file->inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE));
}

int file_stat(struct file *file, struct stat *out)
{
    if (!file->inode)
        return -EBADF;
    inode_stat(file->inode, out);
    return 0;
}

bool file_access_exec(struct file *file)
{
    return file->inode && is_regular(file->inode) && !mount_forbids(file->inode, MS_NOEXEC) &&
           inode_permission(file->inode, 1) == 0;
}

int64_t file_read_at(struct file *file, void *buffer, uint64_t bytes, uint64_t offset)
{
    if (!file->inode || !is_regular(file->inode))
        return -EINVAL;
    if (file->inode->ops)
        return file->ops->read_here ? file->ops->read_here(file, buffer, bytes, &offset) : -EINVAL;
    return pages_read(file->inode, buffer, 0, bytes, offset);
}

/* --- Descriptor tables --- */

int files_create(struct files **out)
{
    struct files *files = heap_zalloc(sizeof *files);

    if (!files)
        return -ENOMEM;
    files->count = 1;
    files->size = FILES_START;
    files->file = files->file_inline;
    files->exec_mask = files->mask_inline;
    *out = files;
    return 0;
}

static void arrays_free(struct files *files)
{
    if (files->file == files->file_inline)
        return;
    heap_free(files->file);
    heap_free(files->exec_mask);
}

bool files_room(struct files *files, uint32_t above)
{
    uint32_t size = files->size;
    struct file **file;
    uint64_t *mask;

    if (above < size)
        return true;
    if (above >= FILES_LIMIT)
        return false;
    while (size <= above)
        size *= 2;
    file = heap_zalloc(size * sizeof *file);
    mask = heap_zalloc(size / 8);
    if (!file || !mask) {
        heap_free(file);
        heap_free(mask);
        return false;
    }
    memcpy(file, files->file, files->size * sizeof *file);
    memcpy(mask, files->exec_mask, files->size / 8);
    arrays_free(files);
    files->file = file;
    files->exec_mask = mask;
    files->size = size;
    return true;
}

int files_limit(struct files *files)
{
    uint64_t soft = current()->process->rlimit[RLIMIT_NOFILE].soft;
    (void)files;
    return (int)min_of(soft, (uint64_t)FILES_LIMIT);
}

int files_fork(struct files *from, struct files **out)
{
    struct files *files;
    int error = files_create(&files);

    if (error)
        return error;
    while (from->top && !from->file[from->top - 1])
        from->top--;
    if (from->top && !files_room(files, from->top - 1)) {
        files_drop(files);
        return -ENOMEM;
    }
    for (uint32_t fd = 0; fd < from->top; fd++) {
        files->file[fd] = from->file[fd];
        if (from->file[fd])
            file_hold(from->file[fd]);
    }
    memcpy(files->exec_mask, from->exec_mask, (from->top + 63) / 64 * 8);
    files->top = from->top;
    files->lowest = from->lowest;
    *out = files;
    return 0;
}

void files_hold(struct files *files)
{
    files->count++;
}

static void files_clear(struct files *files, uint32_t fd)
{
    files->file[fd] = NULL;
    files->exec_mask[fd / 64] &= ~(1ul << (fd % 64));
    files->lowest = min_of(files->lowest, fd);
}

int fd_close(struct files *files, int fd)
{
    struct file *file = files_get(files, fd);
    int error = 0;
    bool held;

    if (!file)
        return -EBADF;
    files_clear(files, (uint32_t)fd);
    if (file->ops && file->ops->flush)
        file->ops->flush(file);
    if (file->inode && file->inode->locks)
        locks_close(file->inode, file, files);
    held = file->count > 1 && file->inode && (file->inode->mode & S_IFMT) == S_IFSOCK;
    file_drop(file);
    if (held) /* perhaps only by messages in sockets' queues now */
        rights_collect();
    return error;
}

void files_drop(struct files *files)
{
    if (!files || --files->count)
        return;
    bool socket = false;

    for (uint32_t fd = 0; fd < files->top; fd++) {
        struct file *file = files->file[fd];

        if (!file)
            continue;
        /* Others have it open, too, and nothing but the descriptor ends: nothing to do for most after a fork. */
        if (file->count > 1 && file->ops && !file->ops->flush && file->inode &&
            !file->inode->locks) {
            file->count--;
            socket |= (file->inode->mode & S_IFMT) == S_IFSOCK;
        } else {
            fd_close(files, (int)fd);
        }
    }
    if (socket) /* perhaps held only by messages in sockets' queues now */
        rights_collect();
    arrays_free(files);
    heap_free(files);
}

int files_unshare(struct files **files)
{
    struct files *own;
    int error;

    if ((*files)->count == 1)
        return 0;
    error = files_fork(*files, &own);
    if (error)
        return error;
    files_drop(*files);
    *files = own;
    return 0;
}

void files_close_on_exec(struct files *files)
{
    for (uint32_t word = 0; word < files->size / 64; word++) {
        uint64_t mask = files->exec_mask[word];
        while (mask) {
            uint32_t fd = word * 64 + (uint32_t)__builtin_ctzl(mask);
            mask &= mask - 1;
            if (files->file[fd])
                fd_close(files, (int)fd);
        }
    }
}

struct file *files_get(struct files *files, int fd)
{
    return (uint32_t)fd < files->size ? files->file[fd] : NULL;
}

struct file *fd_get_any(int fd)
{
    struct file *file = files_get(current()->process->files, fd);

    if (file)
        file->count++;
    return file;
}

struct file *fd_get(int fd)
{
    struct file *file = files_get(current()->process->files, fd);

    if (!file || (file->flags & O_PATH))
        return NULL;
    file->count++;
    return file;
}

static __attribute__((noinline)) int install_slowly(struct files *files, struct file *file,
                                                    bool close_on_exec, int lowest)
{
    uint32_t limit = (uint32_t)files_limit(files);
    uint32_t fd = max_of((uint32_t)lowest, files->lowest);

    while (fd < files->size && files->file[fd])
        fd++;
    if (fd >= limit)
        return -EMFILE;
    if (!files_room(files, fd))
        return -ENOMEM;
    files->file[fd] = file;
    files->top = max_of(files->top, (uint32_t)fd + 1);
    if (close_on_exec)
        files->exec_mask[fd / 64] |= 1ul << (fd % 64);
    if ((uint32_t)lowest <= files->lowest)
        files->lowest = fd + 1;
    return (int)fd;
}

int fd_install(struct file *file, bool close_on_exec, int lowest)
{
    const struct process *process = current()->process;
    struct files *files = process->files;
    uint32_t fd = files->lowest;

    if (lowest || fd >= files->size || files->file[fd] || fd >= process->rlimit[RLIMIT_NOFILE].soft)
        return install_slowly(files, file, close_on_exec, lowest);
    files->file[fd] = file;
    files->lowest = fd + 1;
    files->top = max_of(files->top, fd + 1);
    if (close_on_exec)
        files->exec_mask[fd / 64] |= 1ul << (fd % 64);
    return (int)fd;
}

int fd_dup_to(struct files *files, struct file *file, int fd, bool close_on_exec)
{
    if (!files_room(files, (uint32_t)fd))
        return -ENOMEM;
    if (files->file[fd])
        fd_close(files, fd);
    files->file[fd] = file;
    files->top = max_of(files->top, (uint32_t)fd + 1);
    if (close_on_exec)
        files->exec_mask[fd / 64] |= 1ul << (fd % 64);
    return fd;
}
