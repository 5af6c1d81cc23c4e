/* SPDX-License-Identifier: MIT */
/*
 * device.c - /dev: null, zero, full, random, and the place where others register theirs.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/user.h"
#include "libos/linux/call/random.h"
#include <linux/poll.h>

#define DEVICE_MAX         64
#define RDEV(major, minor) ((uint32_t)((major) << 8 | ((minor)&0xff) | ((minor) & ~0xffu) << 12))

static struct device {
    uint32_t rdev;
    int (*open)(struct file *file);
} device[DEVICE_MAX];
static uint32_t device_count;
static struct dentry *dev_directory; /* root of the file system at /dev */

static int device_open(struct file *file)
{
    for (uint32_t i = 0; i < device_count; i++)
        if (device[i].rdev == file->inode->rdev)
            return device[i].open(file);
    return -ENXIO;
}

static const struct inode_ops device_ops = {.open = device_open};

void device_bind(struct inode *inode)
{
    if ((inode->mode & S_IFMT) == S_IFCHR)
        inode->ops = &device_ops;
}

int device_register(const char *name, uint32_t mode, uint32_t major, uint32_t minor,
                    int (*open)(struct file *file))
{
    struct dentry *directory = dev_directory;
    const char *slash = strchr(name, '/');
    struct dentry *dentry;
    int error;

    if (device_count == DEVICE_MAX)
        return -ENOSPC;
    if (slash) { /* pts/0 */
        uint32_t length = (uint32_t)(slash - name);
        directory = dentry_child(dev_directory, name, length);
        if (!directory && !dentry_create(dev_directory, name, length, S_IFDIR | 0755, &directory))
            dentry_drop(directory); /* the tree holds it */
        if (!directory || !is_directory(directory->inode))
            return -ENOTDIR;
        name = slash + 1;
    }
    device[device_count++] = (struct device){RDEV(major, minor), open};
    error =
        dentry_create(directory, name, (uint32_t)strlen(name), S_IFCHR | (mode & 07777), &dentry);
    if (error)
        return error;
    dentry->inode->rdev = RDEV(major, minor);
    device_bind(dentry->inode);
    dentry_drop(dentry);
    return 0;
}

/* --- Devices of memory --- */

static int64_t read_end(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)file;
    (void)buffer;
    (void)bytes;
    (void)offset;
    return 0;
}

static int64_t read_zeros(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    uint64_t done = 0;

    (void)file;
    (void)offset;
    if (bytes <= PAGE_SIZE - (buffer & ~PAGE_MASK) && user_range_ok(buffer, bytes))
        return user_clear((void *)buffer, bytes) ? -EFAULT : (int64_t)bytes;
    while (done < bytes) { /* page by page: what fits is read, and counts */
        uint64_t part = min_of(bytes - done, PAGE_SIZE - ((buffer + done) & ~PAGE_MASK));

        if (clear_user(buffer + done, part))
            return done ? (int64_t)done : -EFAULT;
        done += part;
    }
    return (int64_t)done;
}

static int64_t read_zeros_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset)
{
    (void)file;
    (void)offset;
    memset(buffer, 0, bytes);
    return (int64_t)bytes;
}

static int64_t write_all(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)file;
    (void)buffer;
    (void)offset;
    return (int64_t)bytes;
}

static int64_t write_all_here(struct file *file, const void *buffer, uint64_t bytes,
                              uint64_t *offset)
{
    (void)file;
    (void)buffer;
    (void)offset;
    return (int64_t)bytes;
}

static int64_t write_full(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)file;
    (void)buffer;
    (void)bytes;
    (void)offset;
    return -ENOSPC;
}

static int64_t read_random(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    uint8_t part[256];
    uint64_t done = 0;

    (void)file;
    (void)offset;
    while (done < bytes) {
        uint64_t step = min_of(bytes - done, sizeof part);
        random_bytes(part, step);
        if (copy_to_user(buffer + done, part, step))
            return done ? (int64_t)done : -EFAULT;
        done += step;
        if (done >= 65536 && signal_pending(current()))
            break;
    }
    return (int64_t)done;
}

static int64_t write_random(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    uint8_t part[64];

    (void)file;
    (void)offset;
    for (uint64_t done = 0; done < bytes; done += sizeof part) {
        uint64_t step = min_of(bytes - done, sizeof part);
        if (copy_from_user(part, buffer + done, step))
            return done ? (int64_t)done : -EFAULT;
        random_stir(part, step);
    }
    return (int64_t)bytes;
}

/* lseek on these succeeds and means nothing. */
static int64_t seek_nowhere(struct file *file, int64_t offset, int whence)
{
    (void)offset;
    (void)whence;
    file->offset = 0;
    return 0;
}

/* A shared mapping of /dev/zero is memory of its own per open file; the pages come from a nameless
 * file. */
static int zero_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    struct inode *inode = file->state;

    (void)write;
    if (!inode) {
        inode = inode_new(root_dentry->inode->mount, S_IFREG | 0600);
        if (!inode)
            return -ENOMEM;
        inode->size = FILE_LIMIT;
        file->state = inode;
    }
    return pages_frame(inode, index, true, out);
}

static void zero_release(struct file *file)
{
    if (file->state)
        inode_drop(file->state);
}

static const struct file_ops null_ops = {
    .read = read_end,
    .write = write_all,
    .seek = seek_nowhere,
    .write_here = write_all_here,
};
static const struct file_ops zero_ops = {
    .read = read_zeros,
    .write = write_all,
    .seek = seek_nowhere,
    .page = zero_page,
    .release = zero_release,
    .read_here = read_zeros_here,
    .write_here = write_all_here,
};
static const struct file_ops full_ops = {
    .read = read_zeros,
    .write = write_full,
    .seek = seek_nowhere,
    .read_here = read_zeros_here,
};
static const struct file_ops random_ops = {
    .read = read_random,
    .write = write_random,
    .seek = seek_nowhere,
};

static int null_open(struct file *file)
{
    file->ops = &null_ops;
    return 0;
}

static int zero_open(struct file *file)
{
    file->ops = &zero_ops;
    return 0;
}

static int full_open(struct file *file)
{
    file->ops = &full_ops;
    return 0;
}

static int random_open(struct file *file)
{
    file->ops = &random_ops;
    return 0;
}

/* root is that of the file system mounted at /dev. */
int devices_start(struct dentry *root)
{
    static const struct {
        const char *name, *target;
    } link[] = {{"fd", "/proc/self/fd"},
                {"stdin", "/proc/self/fd/0"},
                {"stdout", "/proc/self/fd/1"},
                {"stderr", "/proc/self/fd/2"}};
    int error = 0;

    dev_directory = root;
    for (uint32_t i = 0; i < ARRAY_SIZE(link) && !error; i++)
        error = pseudo_link(root, link[i].name, link[i].target);
    error = error ? error : device_register("null", 0666, 1, 3, null_open);
    error = error ? error : device_register("zero", 0666, 1, 5, zero_open);
    error = error ? error : device_register("full", 0666, 1, 7, full_open);
    error = error ? error : device_register("random", 0666, 1, 8, random_open);
    error = error ? error : device_register("urandom", 0666, 1, 9, random_open);
    return error;
}
