/* SPDX-License-Identifier: MIT */
/*
 * pseudo.c - files whose text is made when they are read, and the directories they are in.
 *
 * The text is made by the first read and again by each read at offset 0, so that a program that
 * reads a file in pieces sees one moment, and one that rewinds sees the present.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/user.h"
#include <asm/ioctls.h>

void text_add(struct text *text, const char *fmt, ...)
{
    va_list arguments;
    int length;

    if (text->failed)
        return;
    for (;;) {
        size_t room = text->size - text->length;
        va_start(arguments, fmt);
        length =
            format_list(text->buffer ? text->buffer + text->length : NULL, room, fmt, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length < room) {
            text->length += (size_t)length;
            return;
        }
        size_t size = max_of(text->size * 2, text->length + (size_t)max_of(length, 0) + 256);
        char *buffer = heap_alloc(size);
        if (!buffer) {
            text->failed = true;
            return;
        }
        memcpy(buffer, text->buffer ? text->buffer : "", text->length);
        heap_free(text->buffer);
        text->buffer = buffer;
        text->size = size;
    }
}

static int text_fill(struct file *file, struct text *text)
{
    text_maker make = (text_maker)file->inode->u.state;
    int error;

    text->length = 0;
    text->failed = false;
    error = make(text, file->inode->key);
    return error ? error : text->failed ? -ENOMEM : 0;
}

static int64_t text_part(struct file *file, uint64_t bytes, uint64_t offset, const char **from)
{
    struct text *text = file->state;
    int error;

    if (!text->buffer || offset == 0) {
        error = text_fill(file, text);
        if (error)
            return error;
    }
    if (offset >= text->length)
        return 0;
    *from = text->buffer + offset;
    return (int64_t)min_of(bytes, text->length - offset);
}

static int64_t pseudo_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    const char *from = NULL;
    int64_t part = text_part(file, bytes, *offset, &from);

    if (part > 0) {
        if (copy_to_user(buffer, from, (uint64_t)part))
            return -EFAULT;
        *offset += (uint64_t)part;
    }
    return part;
}

static int64_t pseudo_read_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset)
{
    const char *from = NULL;
    int64_t part = text_part(file, bytes, *offset, &from);

    if (part > 0) {
        memcpy(buffer, from, (uint64_t)part);
        *offset += (uint64_t)part;
    }
    return part;
}

static int64_t pseudo_seek(struct file *file, int64_t offset, int whence)
{
    return whence == 2 /* SEEK_END */ ? -EINVAL : generic_seek(file, offset, whence, 0);
}

/* As of every regular file: the size, which is 0, less the position. */
static int64_t pseudo_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    return request == FIONREAD ? put_user_u32(argument, 0u - (uint32_t)file->offset) : -ENOTTY;
}

static void pseudo_release(struct file *file)
{
    struct text *text = file->state;

    if (text) {
        heap_free(text->buffer);
        heap_free(text);
    }
}

/* LIMIT: one write, one text of less than a page; pieces are not put together. */
static int64_t pseudo_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    text_taker take = (text_taker)file->inode->u.take;
    char *text;
    int error;

    (void)offset;
    if (!take || bytes >= PAGE_SIZE)
        return -EINVAL;
    text = heap_alloc(bytes + 1);
    if (!text)
        return -ENOMEM;
    error = copy_from_user(text, buffer, bytes);
    text[bytes] = '\0';
    if (!error)
        error = take(file->inode->key, text, bytes);
    heap_free(text);
    return error ? error : (int64_t)bytes;
}

static const struct file_ops pseudo_ops = {
    .read = pseudo_read,
    .write = pseudo_write,
    .seek = pseudo_seek,
    .ioctl = pseudo_ioctl,
    .release = pseudo_release,
    .read_here = pseudo_read_here,
};

static int pseudo_open(struct file *file)
{
    if (writable(file) && !file->inode->u.take)
        return -EACCES;
    file->state = heap_zalloc(sizeof(struct text));
    if (!file->state)
        return -ENOMEM;
    file->ops = &pseudo_ops;
    return 0;
}

static void nothing_to_free(struct inode *inode)
{
    (void)inode;
}

static const struct inode_ops pseudo_inode_ops = {.open = pseudo_open, .destroy = nothing_to_free};

struct inode *pseudo_inode(struct mount *mount, uint32_t mode, text_maker make, uint64_t key)
{
    struct inode *inode = inode_new(mount, S_IFREG | mode);

    if (!inode)
        return NULL;
    inode->uid = inode->gid = 0;
    inode->links = 1;
    inode->ops = &pseudo_inode_ops;
    inode->u.state = (void *)make;
    inode->key = key;
    return inode;
}

void pseudo_writable(struct inode *inode, text_taker take)
{
    inode->u.take = (void *)take;
    inode->mode |= 0200;
}

/* Attaches an inode of which it takes the hold. */
static int place(struct dentry *directory, const char *name, struct inode *inode)
{
    struct dentry *dentry =
        inode ? dentry_new(directory, name, (uint32_t)strlen(name), inode) : NULL;

    if (!dentry)
        return -ENOMEM;
    dentry_attach(dentry, directory);
    dentry_drop(dentry);
    return 0;
}

int pseudo_file(struct dentry *directory, const char *name, uint32_t mode, text_maker make)
{
    return place(directory, name, pseudo_inode(directory->inode->mount, mode, make, 0));
}

int pseudo_link(struct dentry *directory, const char *name, const char *target)
{
    struct inode *inode = inode_new(directory->inode->mount, S_IFLNK | 0777);

    if (inode) {
        inode->uid = inode->gid = 0;
        inode->links = 1;
        inode->u.link = target;
        inode->link_borrowed = true;
        inode->size = strlen(target);
    }
    return place(directory, name, inode);
}

/* Borrowed: the tree holds it. NULL: no memory, or directory is NULL already. */
struct dentry *pseudo_directory(struct dentry *directory, const char *name)
{
    struct dentry *made;

    if (!directory || dentry_create(directory, name, (uint32_t)strlen(name), S_IFDIR | 0555, &made))
        return NULL;
    dentry_drop(made);
    return made;
}
