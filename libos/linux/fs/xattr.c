/* SPDX-License-Identifier: MIT */
/*
 * xattr.c - extended attributes of files in memory: user.*, trusted.* and security.*, as ext4 and
 * tmpfs have them on Linux. Pseudo file systems and things without a name have none.
 *
 * Not here: system.posix_acl_*; access control lists answer EOPNOTSUPP.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include <linux/xattr.h>

#define TOTAL_MAX (2u * XATTR_SIZE_MAX) /* bytes of all names and values of one inode */

struct xattr {
    struct xattr *next;
    uint32_t size; /* of the value, which lies behind the name and its NUL */
    uint32_t name_length;
    char name[];
};

struct place {
    struct inode *inode;   /* held */
    struct dentry *dentry; /* held; NULL: none */
};

static char *value_of(struct xattr *attribute)
{
    return attribute->name + attribute->name_length + 1;
}

static int place_path(uaddr_t path, uint32_t flags, struct place *out)
{
    int error = walk_user(AT_FDCWD, path, flags, &out->dentry);

    if (error)
        return error;
    out->inode = out->dentry->inode;
    inode_hold(out->inode);
    return 0;
}

static int place_fd(uint64_t fd, struct place *out)
{
    struct file *file = fd_get((int)fd);

    if (!file)
        return -EBADF;
    out->inode = file->inode;
    out->dentry = file->dentry;
    if (out->inode)
        inode_hold(out->inode);
    if (out->dentry)
        dentry_hold(out->dentry);
    file_drop(file);
    return out->inode ? 0 : -EOPNOTSUPP;
}

static void place_end(struct place *place)
{
    if (place->dentry)
        dentry_drop(place->dentry);
    inode_drop(place->inode);
}

static bool begins(const char *name, const char *prefix)
{
    return memcmp(name, prefix, strlen(prefix)) == 0;
}

/* May current read (write) the attribute of this name? Unknown kinds: -EOPNOTSUPP. */
static int allowed(struct inode *inode, const char *name, bool write)
{
    if (write && inode_read_only(inode))
        return -EROFS;
    if (inode->mount->pseudo || (inode->ops && !is_directory(inode)))
        return -EOPNOTSUPP;
    if (begins(name, XATTR_TRUSTED_PREFIX)) {
        if (!capable(CAP_SYS_ADMIN))
            return write ? -EPERM : -ENODATA;
        return name[XATTR_TRUSTED_PREFIX_LEN] ? 0 : -EINVAL;
    }
    if (begins(name, XATTR_SECURITY_PREFIX)) {
        if (write && !capable(CAP_SYS_ADMIN))
            return -EPERM;
        return name[XATTR_SECURITY_PREFIX_LEN] ? 0 : -EINVAL;
    }
    if (!begins(name, XATTR_USER_PREFIX))
        return -EOPNOTSUPP;
    if (!is_regular(inode) && !is_directory(inode))
        return write ? -EPERM : -ENODATA;
    if (write && is_directory(inode) && (inode->mode & S_ISVTX) && !inode_owned(inode))
        return -EPERM;
    int error = inode_permission(inode, write ? 2 : 4);

    return error ? error : name[XATTR_USER_PREFIX_LEN] ? 0 : -EINVAL;
}

static int name_from_user(char name[XATTR_NAME_MAX + 1], uaddr_t from)
{
    int64_t length = string_from_user(name, from, XATTR_NAME_MAX + 1);

    if (length == -ENAMETOOLONG || length == 0)
        return -ERANGE;
    return length < 0 ? (int)length : 0;
}

static struct xattr **find(struct inode *inode, const char *name)
{
    struct xattr **link = (struct xattr **)&inode->attributes;

    while (*link && strcmp((*link)->name, name))
        link = &(*link)->next;
    return link;
}

static uint64_t total(struct inode *inode)
{
    uint64_t sum = 0;

    for (struct xattr *a = inode->attributes; a; a = a->next)
        sum += a->size + a->name_length;
    return sum;
}

void xattrs_free(struct inode *inode)
{
    while (inode->attributes) {
        struct xattr *first = inode->attributes;
        inode->attributes = first->next;
        heap_free(first);
    }
}

static int attribute_set(struct inode *inode, const char *name, uaddr_t value, uint32_t size,
                         uint64_t how)
{
    struct xattr **link = find(inode, name);
    struct xattr *old = *link;
    uint32_t length = (uint32_t)strlen(name);
    struct xattr *made;

    if (old && (how & XATTR_CREATE))
        return -EEXIST;
    if (!old && (how & XATTR_REPLACE))
        return -ENODATA;
    if (total(inode) + size + length > TOTAL_MAX)
        return -ENOSPC;
    made = heap_alloc(sizeof *made + length + 1 + size);
    if (!made)
        return -ENOMEM;
    made->size = size;
    made->name_length = length;
    memcpy(made->name, name, length + 1);
    if (size && copy_from_user(value_of(made), value, size)) {
        heap_free(made);
        return -EFAULT;
    }
    made->next = old ? old->next : NULL;
    *link = made;
    heap_free(old);
    inode_touch(inode, false);
    return 0;
}

static int64_t set(struct place *place, uaddr_t name_address, uaddr_t value, uint64_t size,
                   uint64_t how)
{
    char name[XATTR_NAME_MAX + 1];
    int error = name_from_user(name, name_address);

    if (!error && size > XATTR_SIZE_MAX)
        error = -E2BIG;
    if (!error)
        error = allowed(place->inode, name, true);
    if (!error)
        error = attribute_set(place->inode, name, value, (uint32_t)size, how);
    if (!error && place->dentry)
        notify_dentry(place->dentry, IN_ATTRIB);
    place_end(place);
    return error;
}

static int64_t get(struct place *place, uaddr_t name_address, uaddr_t value, uint64_t size)
{
    char name[XATTR_NAME_MAX + 1];
    int64_t result = name_from_user(name, name_address);

    if (!result)
        result = allowed(place->inode, name, false);
    if (!result) {
        struct xattr *found = *find(place->inode, name);

        result = !found                                                      ? -ENODATA
                 : size && found->size > size                                ? -ERANGE
                 : size && copy_to_user(value, value_of(found), found->size) ? -EFAULT
                                                                             : (int64_t)found->size;
    }
    place_end(place);
    return result;
}

static int64_t list(struct place *place, uaddr_t to, uint64_t size)
{
    uint64_t done = 0;
    int64_t error = 0;

    for (struct xattr *a = place->inode->attributes; a && !error; a = a->next) {
        uint64_t bytes = a->name_length + 1;

        if (begins(a->name, XATTR_TRUSTED_PREFIX) && !capable(CAP_SYS_ADMIN))
            continue;
        if (size && done + bytes > size)
            error = -ERANGE;
        else if (size && copy_to_user(to + done, a->name, bytes))
            error = -EFAULT;
        done += bytes;
    }
    place_end(place);
    return error ? error : (int64_t)done;
}

static int64_t remove(struct place *place, uaddr_t name_address)
{
    char name[XATTR_NAME_MAX + 1];
    int error = name_from_user(name, name_address);

    if (!error)
        error = allowed(place->inode, name, true);
    if (!error) {
        struct xattr **link = find(place->inode, name);
        struct xattr *found = *link;

        error = found ? 0 : -ENODATA;
        if (found) {
            *link = found->next;
            heap_free(found);
            inode_touch(place->inode, false);
            if (place->dentry)
                notify_dentry(place->dentry, IN_ATTRIB);
        }
    }
    place_end(place);
    return error;
}

/* The three families differ only in how they name the file. */
#define ATTRIBUTE_CALLS(prefix, find_place)                                                        \
    int64_t lx_##prefix##setxattr(uint64_t file, uint64_t name, uint64_t value, uint64_t size,     \
                                  uint64_t how)                                                    \
    {                                                                                              \
        struct place place;                                                                        \
        int error = how & ~3ul ? -EINVAL : find_place;                                             \
        return error ? error : set(&place, name, value, size, how);                                \
    }                                                                                              \
    int64_t lx_##prefix##getxattr(uint64_t file, uint64_t name, uint64_t value, uint64_t size)     \
    {                                                                                              \
        struct place place;                                                                        \
        int error = find_place;                                                                    \
        return error ? error : get(&place, name, value, size);                                     \
    }                                                                                              \
    int64_t lx_##prefix##listxattr(uint64_t file, uint64_t to, uint64_t size)                      \
    {                                                                                              \
        struct place place;                                                                        \
        int error = find_place;                                                                    \
        return error ? error : list(&place, to, size);                                             \
    }                                                                                              \
    int64_t lx_##prefix##removexattr(uint64_t file, uint64_t name)                                 \
    {                                                                                              \
        struct place place;                                                                        \
        int error = find_place;                                                                    \
        return error ? error : remove(&place, name);                                               \
    }

ATTRIBUTE_CALLS(, place_path(file, WALK_FOLLOW, &place))
ATTRIBUTE_CALLS(l, place_path(file, 0, &place))
ATTRIBUTE_CALLS(f, place_fd(file, &place))
