/* SPDX-License-Identifier: MIT */
/*
 * start.c - the tree at the start of an instance: the archive's files, /dev, /proc, /sys, /tmp,
 * /dev/shm.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/net/socket.h"
#include "libos/linux/ipc/mqueue.h"
#include "libos/linux/tty/tty.h"

#define MAGIC_TMPFS 0x01021994
#define MAGIC_PROC  0x9fa0
#define MAGIC_SYSFS 0x62656572

/* The directory `name` below parent, made if the archive has none; borrowed. */
static struct dentry *directory(struct dentry *parent, const char *name, uint32_t mode)
{
    struct dentry *found = dentry_child(parent, name, (uint32_t)strlen(name));

    if (found)
        return is_directory(found->inode) ? found : NULL;
    if (dentry_create(parent, name, (uint32_t)strlen(name), S_IFDIR | mode, &found))
        return NULL;
    dentry_drop(found);
    return found;
}

static int mount_at(struct dentry *parent, const char *name, const char *type, uint32_t magic,
                    bool pseudo, uint32_t mode, struct dentry **root)
{
    struct dentry *point = directory(parent, name, mode);
    struct mount *mount;
    int error;

    if (!point) {
        log_line("root: /%s is not a directory: cannot mount %s there", name, type);
        return -ENOTDIR;
    }
    error = mount_add(point, type, type, magic, pseudo, mode, &mount);
    if (!error)
        *root = mount->root;
    return error;
}

int fs_start(const void *archive, uint64_t bytes)
{
    struct mount *mount;
    struct dentry *dev;
    struct dentry *other;
    int error = mount_add(NULL, "rootfs", "tmpfs", MAGIC_TMPFS, false, 0755, &mount);

    if (error)
        return error;
    root_dentry = mount->root;
    if (bytes)
        error = archive_load(mount, archive, bytes);
    if (!error)
        error = netfiles_start(root_dentry);
    if (!error && !directory(root_dentry, "tmp", 01777))
        error = -ENOTDIR;
    if (!error)
        error = mount_at(root_dentry, "dev", "devtmpfs", MAGIC_TMPFS, false, 0755, &dev);
    if (!error)
        error = mount_at(dev, "shm", "tmpfs", MAGIC_TMPFS, false, 01777, &other);
    if (!error)
        error = mqueue_start(directory(dev, "mqueue", 01777));
    if (!error)
        error = devices_start(dev);
    if (!error)
        error = mount_at(root_dentry, "proc", "proc", MAGIC_PROC, true, 0555, &other);
    if (!error)
        error = procfs_start(other);
    if (!error)
        error = mount_at(root_dentry, "sys", "sysfs", MAGIC_SYSFS, true, 0555, &other);
    if (!error)
        error = sysfs_start(other);
    return error ? error : tty_start();
}

int fs_open_standard(struct files *files)
{
    for (int fd = 0; fd < 3; fd++) {
        struct file *file = stream_file(fd);
        if (!file)
            return -ENOMEM;
        files->file[fd] = file;
        files->top = (uint32_t)fd + 1;
    }
    files->lowest = 3;
    return 0;
}

static struct fs_context *context_of(struct dentry *root, struct dentry *cwd, uint32_t umask)
{
    struct fs_context *fs = heap_alloc(sizeof *fs);

    if (!fs)
        return NULL;
    *fs = (struct fs_context){.users = 1, .root = root, .cwd = cwd, .umask = umask};
    dentry_hold(root);
    dentry_hold(cwd);
    return fs;
}

struct fs_context *fs_context_new(void)
{
    return context_of(root_dentry, root_dentry, 022);
}

struct fs_context *fs_context_copy(const struct fs_context *from)
{
    return context_of(from->root, from->cwd, from->umask);
}

void fs_context_drop(struct fs_context *fs)
{
    if (--fs->users)
        return;
    dentry_drop(fs->root);
    dentry_drop(fs->cwd);
    heap_free(fs);
}
