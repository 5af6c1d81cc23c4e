/* SPDX-License-Identifier: MIT */
/*
 * regular.c - what an open regular file and an open directory can do.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <asm/ioctls.h>
#include <asm/signal.h>

#define SEAL_WRITES (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static int64_t regular_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    int64_t done = pages_read_within(file->inode, buffer, bytes, *offset);

    if (!done)
        done = pages_read(file->inode, NULL, buffer, bytes, *offset);
    if (done > 0) {
        *offset += (uint64_t)done;
        if (!(file->flags & O_NOATIME) && file->inode->access_ns <= file->inode->modify_ns)
            file->inode->access_ns = file_clock_ns();
    }
    return done;
}

static int64_t regular_read_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset)
{
    int64_t done = pages_read(file->inode, buffer, 0, bytes, *offset);

    if (done > 0)
        *offset += (uint64_t)done;
    return done;
}

/* How much may be written at offset under RLIMIT_FSIZE and seals; 0 or negative: stop with that
 * error. */
static int64_t write_limit(struct inode *inode, uint64_t offset, uint64_t bytes)
{
    uint64_t limit = current()->process->rlimit[RLIMIT_FSIZE].soft;

    if (inode->seals & SEAL_WRITES)
        return -EPERM;
    if ((inode->seals & F_SEAL_GROW) && offset + bytes > inode->size) {
        if (offset >= inode->size)
            return -EPERM;
        bytes = inode->size - offset;
    }
    if (offset >= limit) {
        signal_send_task(current(), SIGXFSZ, NULL);
        return -EFBIG;
    }
    if (offset >= FILE_LIMIT)
        return -EFBIG;
    return (int64_t)min_of(bytes, min_of(limit, FILE_LIMIT) - offset);
}

static int64_t regular_store(struct file *file, const void *from, uaddr_t user, uint64_t bytes,
                             uint64_t *offset)
{
    struct inode *inode = file->inode;
    uint64_t at = file->flags & O_APPEND ? inode->size : *offset;
    int64_t room;
    int64_t done;

    if (!bytes)
        return 0;
    room = write_limit(inode, at, bytes);
    if (room <= 0)
        return room;
    done = pages_write(inode, from, user, (uint64_t)room, at);
    if (done > 0) {
        *offset = at + (uint64_t)done;
        inode_touch(inode, true);
        if (inode->mode & (S_ISUID | S_ISGID) && !capable(CAP_FSETID))
            inode->mode &= ~(uint32_t)(S_ISUID | (inode->mode & 0010 ? S_ISGID : 0));
    }
    return done;
}

static int64_t regular_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    return regular_store(file, NULL, buffer, bytes, offset);
}

static int64_t regular_write_here(struct file *file, const void *buffer, uint64_t bytes,
                                  uint64_t *offset)
{
    return regular_store(file, buffer, 0, bytes, offset);
}

int64_t generic_seek(struct file *file, int64_t offset, int whence, uint64_t end)
{
    int64_t base;
    int64_t to;

    switch (whence) {
    case SEEK_SET:
        base = 0;
        break;
    case SEEK_CUR:
        base = (int64_t)file->offset;
        break;
    case SEEK_END:
        base = (int64_t)end;
        break;
    default:
        return -EINVAL;
    }
    if (__builtin_add_overflow(base, offset, &to))
        return -EINVAL;
    if (to < 0)
        return -EINVAL;
    file->offset = (uint64_t)to;
    return to;
}

/* SEEK_DATA and SEEK_HOLE: the end of the file counts as a hole. */
static int64_t seek_data(struct file *file, int64_t offset, bool data)
{
    struct inode *inode = file->inode;
    uint64_t at = (uint64_t)offset;

    if (offset < 0 || at >= inode->size)
        return -ENXIO;
    while (at < inode->size && pages_present(inode, at / PAGE_SIZE) != data) {
        if (data && !inode->u.pages.count && at >= inode->u.pages.archive_bytes)
            return -ENXIO;
        at = page_down(at) + PAGE_SIZE;
    }
    if (at >= inode->size) {
        if (data)
            return -ENXIO;
        at = inode->size;
    }
    file->offset = at;
    return (int64_t)at;
}

static int64_t regular_seek(struct file *file, int64_t offset, int whence)
{
    if (whence == SEEK_DATA || whence == SEEK_HOLE)
        return seek_data(file, offset, whence == SEEK_DATA);
    if (whence == SEEK_SET && offset >= 0 && (uint64_t)offset > FILE_LIMIT)
        return -EINVAL;
    return generic_seek(file, offset, whence, file->inode->size);
}

static int64_t regular_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    if (request == FIONREAD) {
        int64_t left = (int64_t)file->inode->size - (int64_t)file->offset;
        return put_user_u32(argument, (uint32_t)left);
    }
    return -ENOTTY;
}

static int regular_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    return pages_frame(file->inode, index, write, out);
}

static int regular_sync(struct file *file)
{
    (void)file; /* memory is all there is */
    return 0;
}

const struct file_ops regular_ops = {
    .read = regular_read,
    .write = regular_write,
    .seek = regular_seek,
    .ioctl = regular_ioctl,
    .page = regular_page,
    .sync = regular_sync,
    .read_here = regular_read_here,
    .write_here = regular_write_here,
};

/* --- Directories --- */

struct dirent_head { /* struct linux_dirent64 without its name */
    uint64_t number;
    int64_t offset;
    uint16_t length;
    uint8_t type;
} __attribute__((packed));

struct dirent_out {
    uaddr_t buffer;
    uint64_t left;
    uint64_t done;
};

/* 1: written; 0: no room; or -EFAULT. next: what the file's offset is after this entry. */
static int dirent_put(struct dirent_out *out, const char *name, uint32_t length, uint64_t number,
                      uint8_t type, uint64_t next)
{
    uint8_t record[sizeof(struct dirent_head) + NAME_LIMIT + 1 + 8];
    uint64_t bytes = (sizeof(struct dirent_head) + length + 1 + 7) & ~7ul;
    struct dirent_head head = {number, (int64_t)next, (uint16_t)bytes, type};

    if (bytes > out->left)
        return 0;
    memset(record + bytes - 8, 0, 8);
    memcpy(record, &head, sizeof head);
    memcpy(record + sizeof head, name, length);
    record[sizeof head + length] = '\0';
    if (copy_to_user(out->buffer + out->done, record, bytes))
        return -EFAULT;
    out->done += bytes;
    out->left -= bytes;
    return 1;
}

static struct dentry *dentry_above(struct dentry *dentry)
{
    while (dentry->parent == dentry && dentry->root_of && dentry->root_of->point)
        dentry = dentry->root_of->point;
    return dentry->parent;
}

/* Where to go on: the child after the one shown last, or the first with a position beyond offset.
 */
static struct list *resume(struct file *file, struct directory *dir)
{
    struct dentry *last = file->state;

    if (last && last->attached && last->parent == file->dentry &&
        last->position + 1 == file->offset)
        return last->sibling.next;
    for (struct list *node = dir->children.next; node != &dir->children; node = node->next)
        if (list_item(node, struct dentry, sibling)->position >= file->offset)
            return node;
    return &dir->children;
}

static void remember(struct file *file, struct dentry *shown)
{
    if (shown == file->state)
        return;
    if (file->state)
        dentry_drop(file->state);
    file->state = shown;
    if (shown)
        dentry_hold(shown);
}

#define PSEUDO_FIRST (1ul << 62) /* offsets of names that are looked up, not in the tree */

static int list_pseudo(struct file *file, struct dirent_out *out)
{
    const struct inode_ops *ops = file->inode->ops;
    struct pseudo_name *name;
    int put = 1;

    if (!ops || !ops->name)
        return 1;
    if (file->offset < PSEUDO_FIRST)
        file->offset = PSEUDO_FIRST;
    name = heap_alloc(sizeof *name);
    if (!name)
        return -ENOMEM;
    while (put == 1 && ops->name(file->dentry, file->offset - PSEUDO_FIRST, name)) {
        put = dirent_put(out, name->name, (uint32_t)strlen(name->name), name->number, name->type,
                         PSEUDO_FIRST + name->next);
        if (put == 1)
            file->offset = PSEUDO_FIRST + name->next;
    }
    heap_free(name);
    return put;
}

static int64_t directory_list(struct file *file, uaddr_t buffer, uint64_t bytes)
{
    struct dirent_out out = {buffer, bytes, 0};
    struct directory *dir = &file->inode->u.dir;
    int put = 1;

    if (!file->dentry->attached && file->dentry->parent != file->dentry &&
        !file->inode->mount->pseudo)
        return -ENOENT;
    if (file->offset < 1) {
        put = dirent_put(&out, ".", 1, file->inode->number, DT_OF(S_IFDIR), 1);
        file->offset += put == 1;
    }
    if (put == 1 && file->offset < 2) {
        put =
            dirent_put(&out, "..", 2, dentry_above(file->dentry)->inode->number, DT_OF(S_IFDIR), 2);
        file->offset += put == 1;
    }
    if (put == 1 && file->offset < PSEUDO_FIRST) {
        struct dentry *shown = NULL;
        for (struct list *node = resume(file, dir); put == 1 && node != &dir->children;
             node = node->next) {
            struct dentry *d = list_item(node, struct dentry, sibling);
            put = dirent_put(&out, d->name, d->length, mount_top(d)->inode->number,
                             DT_OF(d->inode->mode), d->position + 1);
            if (put == 1) {
                shown = d;
                file->offset = d->position + 1;
            }
        }
        if (shown)
            remember(file, shown);
    }
    if (put == 1)
        put = list_pseudo(file, &out);
    if (out.done)
        return (int64_t)out.done;
    return put == 0 ? -EINVAL : put < 0 ? put : 0;
}

static int64_t directory_seek(struct file *file, int64_t offset, int whence)
{
    if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
        return -EINVAL;
    return generic_seek(file, offset, whence, 0x7fffffffffffffff);
}

static int64_t directory_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)file;
    (void)buffer;
    (void)bytes;
    (void)offset;
    return -EISDIR;
}

static void directory_release(struct file *file)
{
    remember(file, NULL);
}

const struct file_ops directory_ops = {
    .read = directory_read,
    .seek = directory_seek,
    .readdir = directory_list,
    .sync = regular_sync,
    .release = directory_release,
};
