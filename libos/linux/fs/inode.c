/* SPDX-License-Identifier: MIT */
/*
 * inode.c - life of inodes, who may do what with one, and what stat says of it.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"

#include "libos/linux/proc/capability.h"
#include "libos/linux/time/clock.h"
#include <linux/mount.h>

static struct mount anonymous_mount = {.device = 0x0e, .magic = 0x09041934, .next_number = 1};

int64_t file_clock_ns(void)
{
    return (int64_t)clock_realtime_ns();
}

struct inode *inode_new(struct mount *mount, uint32_t mode)
{
    struct inode *inode = heap_zalloc(sizeof *inode);

    if (!inode)
        return NULL;
    inode->count = 1;
    inode->mode = mode;
    inode->mount = mount;
    inode->number = mount->next_number++;
    if (current()) {
        inode->uid = current()->process->cred.fsuid;
        inode->gid = current()->process->cred.fsgid;
    }
    inode->access_ns = inode->modify_ns = inode->change_ns = inode->birth_ns = file_clock_ns();
    if (is_directory(inode)) {
        list_init(&inode->u.dir.children);
        inode->u.dir.next_position = 3; /* 1 and 2 are . and .. */
        inode->links = 2;
    }
    return inode;
}

void inode_hold(struct inode *inode)
{
    inode->count++;
}

void inode_drop(struct inode *inode)
{
    if (!inode || --inode->count)
        return;
    if (inode->watches)
        notify_inode_end(inode);
    if (inode->ops && inode->ops->destroy)
        inode->ops->destroy(inode);
    else if (is_regular(inode) && !inode->ops)
        pages_free(inode);
    else if (is_link(inode) && !inode->ops && !inode->link_borrowed)
        heap_free((void *)(uintptr_t)inode->u.link);
    else if (is_directory(inode))
        heap_free(inode->u.dir.bucket);
    if (inode->locks)
        locks_free(inode);
    if (inode->attributes)
        xattrs_free(inode);
    heap_free(inode);
}

void inode_touch(struct inode *inode, bool modified)
{
    inode->change_ns = file_clock_ns();
    if (modified)
        inode->modify_ns = inode->change_ns;
}

static int anonymous_open(struct file *file)
{
    int (*open)(struct file *) = (int (*)(struct file *))file->inode->key;
    return open ? open(file) : -ENXIO;
}

static const struct inode_ops anonymous_ops = {.open = anonymous_open};

struct inode *inode_anonymous(uint32_t mode, uint32_t rdev, int (*open)(struct file *file),
                              void *state)
{
    struct inode *inode = inode_new(&anonymous_mount, mode);

    if (!inode)
        return NULL;
    inode->ops = &anonymous_ops;
    inode->links = 1;
    inode->rdev = rdev;
    inode->u.state = state;
    inode->key = (uint64_t)open;
    return inode;
}

void *inode_state(struct inode *inode)
{
    return inode->u.state;
}

struct file *file_anonymous(const struct file_ops *ops, uint32_t flags, const char *name,
                            void *state)
{
    struct file *file = file_new(ops, flags);
    struct inode *inode = file ? inode_anonymous(0600, 0, NULL, state) : NULL;

    if (inode)
        file->dentry = dentry_nameless(name, inode);
    if (!inode || !file->dentry) {
        if (file) {
            file->ops = NULL;
            file_drop(file);
        }
        return NULL;
    }
    inode_hold(inode);
    file->inode = inode;
    file->state = state;
    return file;
}

/* --- Permission --- */

bool in_group(uint32_t gid)
{
    const struct credentials *cred = &current()->process->cred;

    if (cred->fsgid == gid)
        return true;
    for (uint32_t i = 0; i < cred->group_count; i++)
        if (cred->groups[i] == gid)
            return true;
    return false;
}

bool inode_read_only(const struct inode *inode)
{
    uint32_t type = inode->mode & S_IFMT;

    return inode->mount->flags & MS_RDONLY &&
           (type == S_IFREG || type == S_IFDIR || type == S_IFLNK);
}

/* As user uid and group gid; rights of root may read and write all, execute what anyone may. */
int inode_permission_as(struct inode *inode, uint32_t mask, uint32_t uid, uint32_t gid)
{
    uint32_t mode = inode->mode;
    uint32_t granted;

    if ((mask & 2) && inode_read_only(inode))
        return -EROFS;
    if (inode->uid == uid)
        granted = mode >> 6;
    else if (inode->gid == gid || in_group(inode->gid))
        granted = mode >> 3;
    else
        granted = mode;
    if (!(mask & 7 & ~granted))
        return 0;
    if (capable(CAP_DAC_OVERRIDE))
        return (mask & 1) && !is_directory(inode) && !(mode & 0111) ? -EACCES : 0;
    return capable(CAP_DAC_READ_SEARCH) && (is_directory(inode) ? !(mask & 2) : (mask & 7) == 4)
               ? 0
               : -EACCES;
}

int inode_permission(struct inode *inode, uint32_t mask)
{
    const struct credentials *cred = &current()->process->cred;
    return inode_permission_as(inode, mask, cred->fsuid, cred->fsgid);
}

bool inode_owned(struct inode *inode)
{
    return capable(CAP_FOWNER) || current()->process->cred.fsuid == inode->uid;
}

/* --- stat --- */

static uint64_t blocks_of(const struct inode *inode)
{
    if (!is_regular(inode) || inode->ops)
        return 0;
    return pages_blocks(inode) * 8;
}

static uint64_t size_of(const struct inode *inode)
{
    if (is_directory(inode))
        return inode->mount->pseudo ? 0 : PAGE_SIZE;
    return inode->size;
}

void inode_stat(struct inode *inode, struct stat *out)
{
    /* Every byte of it: the program sees them all. */
    out->__pad0 = 0;
    out->__unused[0] = out->__unused[1] = out->__unused[2] = 0;
    out->st_dev = inode->mount->device;
    out->st_ino = inode->number;
    out->st_nlink = inode->links;
    out->st_mode = inode->mode;
    out->st_uid = inode->uid;
    out->st_gid = inode->gid;
    out->st_rdev = inode->rdev;
    out->st_size = (int64_t)size_of(inode);
    out->st_blksize = PAGE_SIZE;
    out->st_blocks = (int64_t)blocks_of(inode);
    out->st_atime = (uint64_t)inode->access_ns / 1000000000;
    out->st_atime_nsec = (uint64_t)inode->access_ns % 1000000000;
    out->st_mtime = (uint64_t)inode->modify_ns / 1000000000;
    out->st_mtime_nsec = (uint64_t)inode->modify_ns % 1000000000;
    out->st_ctime = (uint64_t)inode->change_ns / 1000000000;
    out->st_ctime_nsec = (uint64_t)inode->change_ns % 1000000000;
}
