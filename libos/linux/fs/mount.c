/* SPDX-License-Identifier: MIT */
/*
 * mount.c - mounting and unmounting: tmpfs, proc, sysfs, mqueue, and directories in a second place.
 *
 * A mounted proc, sysfs, devtmpfs or mqueue is the one there is, in one more place: a bind mount. The root
 * of a bind mount is a dentry of its own for the same inode.
 * LIMIT: below a bind mount `..` and paths lead through the place where the directory was first, because a
 * dentry has one parent. Sizes given to a tmpfs are not enforced: memory is one for all.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include <linux/mount.h>

#define MAGIC_TMPFS     0x01021994
#define MNT_FORCE       1u
#define MNT_DETACH      2u
#define MNT_EXPIRE      4u
#define UMOUNT_NOFOLLOW 8u
/* Flags that are kept and obeyed, and those that mean nothing to files in memory. */
#define KEPT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define MOOT_FLAGS                                                                                 \
    (MS_SYNCHRONOUS | MS_DIRSYNC | MS_NOATIME | MS_NODIRATIME | MS_SILENT | MS_RELATIME |          \
     MS_STRICTATIME | MS_LAZYTIME | MS_MANDLOCK)

bool mount_forbids(const struct inode *inode, uint32_t flag)
{
    return inode->mount->flags & flag;
}

static char *copy_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = heap_alloc(bytes);

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

/* --- New mounts --- */

struct tmpfs_options {
    uint32_t mode, uid, gid;
};

static uint64_t number(const char *text, uint32_t base)
{
    uint64_t value = 0;

    while (*text >= '0' && *text < '0' + (int)base)
        value = value * base + (uint64_t)(*text++ - '0');
    return value;
}

/* mode=, uid=, gid=; size= and its kin are accepted. Others: -EINVAL. text is taken apart. */
static int options_parse(char *text, struct tmpfs_options *options)
{
    while (*text) {
        char *end = text;

        while (*end && *end != ',')
            end++;
        char *next = *end ? end + 1 : end;

        *end = '\0';
        if (!memcmp(text, "mode=", 5))
            options->mode = (uint32_t)number(text + 5, 8) & 07777;
        else if (!memcmp(text, "uid=", 4))
            options->uid = (uint32_t)number(text + 4, 10);
        else if (!memcmp(text, "gid=", 4))
            options->gid = (uint32_t)number(text + 4, 10);
        else if (*text && memcmp(text, "size=", 5) && memcmp(text, "nr_inodes=", 10) &&
                 memcmp(text, "nr_blocks=", 10) && memcmp(text, "huge=", 5))
            return -EINVAL;
        text = next;
    }
    return 0;
}

static int mount_tmpfs(struct dentry *point, const char *source, char *options, uint32_t flags)
{
    struct tmpfs_options o = {.mode = 01777};
    struct mount *mount;
    char *name = copy_text(source);
    int error = name ? options_parse(options, &o) : -ENOMEM;

    if (!error)
        error = mount_add(point, name, "tmpfs", MAGIC_TMPFS, false, o.mode, &mount);
    if (error) {
        heap_free(name);
        return error;
    }
    mount->own_source = name;
    mount->flags = flags;
    mount->root->inode->uid = o.uid;
    mount->root->inode->gid = o.gid;
    return 0;
}

/* What is at `from` (its mounts not included) appears at `point`, too. */
static int mount_bind(struct dentry *point, struct dentry *from, const char *source)
{
    struct mount *mount;
    char *name;

    if (is_directory(from->inode) != is_directory(point->inode))
        return -ENOTDIR;
    mount = heap_zalloc(sizeof *mount);
    name = copy_text(source);
    if (mount && name) {
        inode_hold(from->inode);
        mount->root = dentry_new(NULL, "/", 1, from->inode);
    }
    if (!mount || !name || !mount->root) {
        heap_free(mount);
        heap_free(name);
        return -ENOMEM;
    }
    *mount = (struct mount){.root = mount->root,
                            .source = name,
                            .own_source = name,
                            .type = from->inode->mount->type,
                            .options = "rw,relatime",
                            .device = from->inode->mount->device,
                            .magic = from->inode->mount->magic,
                            .pseudo = from->inode->mount->pseudo,
                            .bound = true};
    mount_attach(mount, point);
    return 0;
}

/* The first mount of this type, for file systems of which there is one. */
static struct mount *mount_of_type(const char *type)
{
    list_for_each (node, &mount_list) {
        struct mount *mount = list_item(node, struct mount, node);

        if (!mount->bound && mount->point && !strcmp(mount->type, type))
            return mount;
    }
    return NULL;
}

static int mount_new(struct dentry *point, const char *source, const char *type, char *options,
                     uint32_t flags)
{
    struct mount *one;

    if (!is_directory(point->inode))
        return -ENOTDIR;
    if (!strcmp(type, "tmpfs") || !strcmp(type, "ramfs"))
        return mount_tmpfs(point, source, options, flags);
    if (strcmp(type, "proc") && strcmp(type, "sysfs") && strcmp(type, "devtmpfs") &&
        strcmp(type, "mqueue"))
        return (int)unimplemented(-ENODEV, "mount of type %s", type);
    one = mount_of_type(type);
    if (!one)
        return -ENODEV;
    if (flags & MS_RDONLY)
        return (int)unimplemented(-EINVAL, "mount of %s read-only", type);
    return mount_bind(point, one->root, source);
}

static int remount(struct dentry *point, uint32_t flags)
{
    struct mount *mount = point->root_of;

    if (!mount)
        return -EINVAL;
    if (mount->bound && (flags & KEPT_FLAGS))
        return (int)unimplemented(-EINVAL, "mount: other flags for a bind mount, 0x%x", flags);
    mount->flags = flags & KEPT_FLAGS;
    return 0;
}

static int move(struct dentry *point, struct dentry *from)
{
    struct mount *mount = from->root_of;

    if (!mount || !mount->point)
        return -EINVAL;
    for (struct dentry *d = point; d; d = dentry_up(d))
        if (d == from)
            return -ELOOP;
    mount->point->mounted = NULL;
    names_removed++;
    dentry_drop(mount->point);
    list_remove(&mount->node);
    mount_attach(mount, point);
    return 0;
}

static int mount_at(struct dentry *point, const char *source, const char *type, char *options,
                    uint32_t flags)
{
    struct dentry *from = NULL;
    int error;

    if (flags & MS_REMOUNT)
        return remount(point, flags);
    if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) {
        /* Mounts are private to the instance: that is what these make them. */
        if (flags & (MS_SHARED | MS_SLAVE))
            return (int)unimplemented(-EINVAL, "mount: propagation, flags 0x%x", flags);
        return point->root_of ? 0 : -EINVAL;
    }
    if (!(flags & (MS_BIND | MS_MOVE)))
        return mount_new(point, source, type, options, flags & KEPT_FLAGS);
    error = *source ? walk(AT_FDCWD, source, WALK_FOLLOW, &from) : -EINVAL;
    if (error)
        return error;
    error = flags & MS_MOVE ? move(point, from) : mount_bind(point, from, source);
    dentry_drop(from);
    return error;
}

/* A text of the program that may be missing, in a path buffer. */
static int text_take(uaddr_t from, char **out)
{
    int error = 0;

    if (from) {
        *out = path_take(from, &error);
        return error;
    }
    *out = path_buffer();
    if (!*out)
        return -ENOMEM;
    **out = '\0';
    return 0;
}

int64_t lx_mount(uint64_t source, uint64_t target, uint64_t type, uint64_t flags64,
                 uint64_t argument)
{
    uint32_t flags = (uint32_t)flags64;
    char *text[3] = {NULL, NULL, NULL};
    struct dentry *point = NULL;
    int error;

    if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
        flags &= ~(uint32_t)MS_MGC_MSK;
    error = text_take(type, &text[0]);
    if (!error)
        error = text_take(source, &text[1]);
    if (!error)
        error = text_take(argument, &text[2]);
    if (!error)
        error = walk_user(AT_FDCWD, target, WALK_FOLLOW, &point);
    if (!error && !capable(CAP_SYS_ADMIN))
        error = -EPERM;
    if (!error && flags & ~(uint32_t)(KEPT_FLAGS | MOOT_FLAGS | MS_REMOUNT | MS_BIND | MS_MOVE |
                                      MS_REC | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
        error = (int)unimplemented(-EINVAL, "mount flags 0x%x", flags);
    if (!error)
        error = mount_at(point, text[1], text[0], text[2], flags);
    if (point)
        dentry_drop(point);
    for (int i = 0; i < 3; i++)
        path_give(text[i]);
    return error;
}

/* --- Unmounting --- */

static bool inside(const struct dentry *dentry, const struct mount *mount)
{
    return dentry && (mount->bound ? dentry == mount->root : dentry->inode->mount == mount);
}

static bool process_uses(const struct process *process, const struct mount *mount)
{
    if (process->zombie)
        return false;
    if (inside(process->fs->root, mount) || inside(process->fs->cwd, mount) ||
        inside(process->exe, mount))
        return true;
    for (uint32_t fd = 0; process->files && fd < process->files->size; fd++)
        if (process->files->file[fd] && inside(process->files->file[fd]->dentry, mount))
            return true;
    for (uint32_t i = 0; process->space && i < process->space->count; i++)
        if (process->space->area[i].file && inside(process->space->area[i].file->dentry, mount))
            return true;
    return false;
}

static bool is_used(const struct mount *mount)
{
    list_for_each (node, &mount_list) {
        const struct mount *other = list_item(node, struct mount, node);

        if (other != mount && other->point && inside(other->point, mount))
            return true;
    }
    list_for_each (node, &process_list)
        if (process_uses(list_item(node, struct process, all), mount))
            return true;
    return false;
}

/* Frees a tree that nobody uses, from the leaves. */
static void tree_free(struct dentry *root)
{
    struct dentry *at = root;

    for (;;) {
        struct directory *dir = &at->inode->u.dir;

        if (is_directory(at->inode) && !list_empty(&dir->children)) {
            at = list_item(dir->children.next, struct dentry, sibling);
            continue;
        }
        if (at == root)
            return;
        struct dentry *parent = at->parent;

        at->inode->links =
            is_directory(at->inode) ? 2 : 1; /* unmounted, not deleted: for watches */
        dentry_detach(at);
        at = parent;
    }
}

static int unmount(struct mount *mount, uint32_t flags)
{
    bool used;

    if (!mount->point)
        return flags & MNT_DETACH ? -EINVAL : -EBUSY; /* the root of everything */
    used = is_used(mount);
    if (used && !(flags & MNT_DETACH))
        return -EBUSY;
    mount->point->mounted = NULL;
    names_removed++;
    dentry_drop(mount->point);
    mount->point = NULL;
    list_remove(&mount->node);
    if (used)
        return 0; /* LIMIT: what is detached while in use stays in memory */
    notify_inode(mount->root->inode, IN_UNMOUNT);
    if (!mount->bound)
        tree_free(mount->root);
    mount->root->root_of = NULL;
    dentry_drop(mount->root);
    heap_free(mount->own_source);
    heap_free(mount);
    return 0;
}

int64_t lx_umount2(uint64_t target, uint64_t flags)
{
    struct dentry *dentry;
    struct mount *mount;
    int error;

    if (flags & ~(uint64_t)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW) ||
        (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH)))
        return -EINVAL;
    error = walk_user(AT_FDCWD, target, flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW, &dentry);
    if (error)
        return error;
    mount = dentry->root_of;
    dentry_drop(dentry);
    if (!mount)
        return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (flags & MNT_EXPIRE && !mount->expired) {
        mount->expired = true;
        return is_used(mount) ? -EBUSY : -EAGAIN;
    }
    return unmount(mount, (uint32_t)flags);
}

/* --- pivot_root --- */

static int pivot(struct dentry *new, struct dentry *put)
{
    struct mount *top = root_dentry->root_of;
    struct mount *mount = new->root_of;
    struct dentry *old = root_dentry;
    struct dentry *d = put;

    if (new->inode->mount == top || put->inode->mount == top)
        return -EBUSY;
    if (!mount || current()->process->fs->root != old)
        return -EINVAL;
    while (d && d != new)
        d = dentry_up(d);
    if (!d || put == new)
        return -EINVAL;
    mount->point->mounted = NULL;
    names_removed++;
    dentry_drop(mount->point);
    mount->point = NULL;
    root_dentry = new;
    list_remove(&top->node);
    mount_attach(top, put);
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->zombie)
            continue;
        struct dentry **place[2] = {&process->fs->root, &process->fs->cwd};

        for (int i = 0; i < 2; i++) {
            if (*place[i] != old)
                continue;
            dentry_hold(new);
            dentry_drop(old);
            *place[i] = new;
        }
    }
    return 0;
}

int64_t lx_pivot_root(uint64_t new_root, uint64_t put_old)
{
    struct dentry *new;
    struct dentry *put;
    int error;

    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    error = walk_user(AT_FDCWD, new_root, WALK_FOLLOW | WALK_DIRECTORY, &new);
    if (error)
        return error;
    error = walk_user(AT_FDCWD, put_old, WALK_FOLLOW | WALK_DIRECTORY, &put);
    if (!error) {
        error = pivot(new, put);
        dentry_drop(put);
    }
    dentry_drop(new);
    return error;
}

/* --- Handles of files: no file system here gives any --- */

int64_t lx_name_to_handle_at(uint64_t dirfd, uint64_t path, uint64_t handle, uint64_t mount_id,
                             uint64_t flags)
{
    struct dentry *dentry;
    uint32_t bytes;
    int error;

    (void)mount_id;
    if (flags & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    error = walk_user((int)dirfd, path,
                      (flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) |
                          (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
                      &dentry);
    if (error)
        return error;
    dentry_drop(dentry);
    if (get_user_u32(&bytes, handle))
        return -EFAULT;
    return -EOPNOTSUPP;
}

int64_t lx_open_by_handle_at(uint64_t mount_fd, uint64_t handle, uint64_t flags)
{
    struct file *file;
    uint32_t bytes;

    (void)flags;
    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (get_user_u32(&bytes, handle))
        return -EFAULT;
    if (!bytes || bytes > 128)
        return -EINVAL;
    file = (int)mount_fd == AT_FDCWD ? NULL : fd_get_any((int)mount_fd);
    if (!file && (int)mount_fd != AT_FDCWD)
        return -EBADF;
    if (file)
        file_drop(file);
    return -ESTALE;
}
