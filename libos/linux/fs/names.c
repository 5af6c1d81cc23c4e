/* SPDX-License-Identifier: MIT */
/*
 * names.c - making, removing and moving names.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/fs/notify.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include <linux/fs.h>

int may_create(struct dentry *directory)
{
    if (directory->inode->mount->pseudo)
        return -ENOENT;
    if (!directory->attached && directory->parent != directory)
        return -ENOENT; /* removed meanwhile */
    return inode_permission(directory->inode, 3);
}

int may_remove(struct dentry *directory, struct dentry *victim, bool want_directory)
{
    int error = directory->inode->mount->pseudo ? -EPERM : inode_permission(directory->inode, 3);

    if (error)
        return error;
    if ((directory->inode->mode & S_ISVTX) && !inode_owned(directory->inode) &&
        !inode_owned(victim->inode))
        return -EPERM;
    if (want_directory && !is_directory(victim->inode))
        return -ENOTDIR;
    if (!want_directory && is_directory(victim->inode))
        return -EISDIR;
    if (victim->mounted || victim->root_of)
        return -EBUSY;
    return 0;
}

/* The parent and last name of a program's path; text (the heap's) must be freed after use, *error
 * 0. */
static char *parent_of(int dirfd, uaddr_t path, struct walk *state, struct last *last, int *error)
{
    char *text = path_take(path, error);

    if (!text)
        return NULL;
    *error = walk_parent(dirfd, text, state, last);
    if (*error) {
        path_give(text);
        return NULL;
    }
    return text;
}

/* Makes one new name; link is the text of a symbolic link. */
static int make(int dirfd, uaddr_t path, uint32_t mode, uint32_t rdev, const char *link)
{
    struct walk state;
    struct last last;
    struct dentry *made;
    struct dentry *there;
    int error = 0;
    char *text = parent_of(dirfd, path, &state, &last, &error);
    char *copy = NULL;

    if (!text)
        return error;
    if (last.kind != LAST_NAME) {
        error = -EEXIST;
    } else {
        error = lookup_name(last.parent, &last, &there);
        if (!error)
            dentry_drop(there);
        error = error == 0 ? -EEXIST : error == -ENOENT ? 0 : error;
    }
    if (!error && last.slash && (mode & S_IFMT) != S_IFDIR)
        error = -ENOENT;
    if (!error)
        error = may_create(last.parent);
    if (!error && link) {
        copy = heap_alloc(strlen(link) + 1);
        if (copy)
            memcpy(copy, link, strlen(link) + 1);
        else
            error = -ENOMEM;
    }
    if (!error)
        error = dentry_create(last.parent, last.name, last.length, mode, &made);
    if (!error) {
        if (link) {
            made->inode->u.link = copy;
            made->inode->size = strlen(copy);
            copy = NULL;
        }
        made->inode->rdev = rdev;
        device_bind(made->inode);
        notify_name(last.parent->inode, last.name, last.length,
                    IN_CREATE | (is_directory(made->inode) ? IN_ISDIR : 0), 0);
        dentry_drop(made);
    }
    heap_free(copy);
    dentry_drop(last.parent);
    path_give(text);
    return error;
}

int64_t lx_mkdirat(uint64_t dirfd, uint64_t path, uint64_t mode)
{
    uint32_t bits = (uint32_t)mode & 01777 & ~current()->process->fs->umask;
    return make((int)dirfd, path, S_IFDIR | bits, 0, NULL);
}

int64_t lx_mkdir(uint64_t path, uint64_t mode)
{
    return lx_mkdirat((uint64_t)AT_FDCWD, path, mode);
}

int64_t lx_mknodat(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t rdev)
{
    uint32_t type = (uint32_t)mode & S_IFMT;
    uint32_t bits = (uint32_t)mode & 07777 & ~current()->process->fs->umask;

    if (!type)
        type = S_IFREG;
    if (type == S_IFDIR)
        return -EPERM;
    if (type != S_IFREG && type != S_IFIFO && type != S_IFSOCK && type != S_IFCHR &&
        type != S_IFBLK)
        return -EINVAL;
    if ((type == S_IFCHR || type == S_IFBLK) && !capable(CAP_MKNOD))
        return -EPERM;
    return make((int)dirfd, path, type | bits,
                type == S_IFCHR || type == S_IFBLK ? (uint32_t)rdev : 0, NULL);
}

int64_t lx_mknod(uint64_t path, uint64_t mode, uint64_t rdev)
{
    return lx_mknodat((uint64_t)AT_FDCWD, path, mode, rdev);
}

int64_t lx_symlinkat(uint64_t target, uint64_t dirfd, uint64_t path)
{
    int error = 0;
    char *text = path_take(target, &error);

    if (!text)
        return error;
    error = *text ? make((int)dirfd, path, S_IFLNK | 0777, 0, text) : -ENOENT;
    path_give(text);
    return error;
}

int64_t lx_symlink(uint64_t target, uint64_t path)
{
    return lx_symlinkat(target, (uint64_t)AT_FDCWD, path);
}

int64_t lx_linkat(uint64_t old_dir, uint64_t old, uint64_t new_dir, uint64_t new, uint64_t flags)
{
    struct walk state;
    struct last last;
    struct dentry *from;
    struct dentry *there;
    struct dentry *made;
    char *text;
    int error;

    if (flags & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    error = walk_user((int)old_dir, old,
                      (flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) |
                          (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
                      &from);
    if (error)
        return error;
    text = parent_of((int)new_dir, new, &state, &last, &error);
    if (!text) {
        dentry_drop(from);
        return error;
    }
    error = last.kind == LAST_NAME ? lookup_name(last.parent, &last, &there) : -EEXIST;
    if (!error)
        dentry_drop(there);
    error = error == 0 ? -EEXIST : error == -ENOENT ? 0 : error;
    if (!error && last.slash)
        error = -ENOENT;
    if (!error && last.parent->inode->mount != from->inode->mount)
        error = -EXDEV;
    if (!error)
        error = may_create(last.parent);
    if (!error && is_directory(from->inode))
        error = -EPERM;
    if (!error && !from->inode->links && !from->linkable)
        error =
            -ENOENT; /* every name is gone; those of O_TMPFILE without O_EXCL may get their first */
    if (!error) {
        inode_hold(from->inode);
        made = dentry_new(last.parent, last.name, last.length, from->inode);
        error = made ? 0 : -ENOMEM;
    }
    if (!error) {
        dentry_attach(made, last.parent);
        dentry_drop(made);
        from->inode->links++;
        inode_touch(from->inode, false);
        inode_touch(last.parent->inode, true);
        notify_inode(from->inode, IN_ATTRIB);
        notify_name(last.parent->inode, last.name, last.length, IN_CREATE, 0);
    }
    dentry_drop(last.parent);
    path_give(text);
    dentry_drop(from);
    return error;
}

int64_t lx_link(uint64_t old, uint64_t new)
{
    return lx_linkat((uint64_t)AT_FDCWD, old, (uint64_t)AT_FDCWD, new, 0);
}

/* Takes an attached name away for good. */
static void remove_name(struct dentry *victim)
{
    struct dentry *parent = victim->parent;
    struct inode *inode = victim->inode;

    inode_touch(parent->inode, true);
    inode_touch(inode, false);
    if (is_directory(inode))
        inode->links = 0;
    else if (inode->links)
        inode->links--;
    if (!is_directory(inode))
        notify_inode(inode, IN_ATTRIB);
    dentry_detach(victim);
}

int64_t lx_unlinkat(uint64_t dirfd, uint64_t path, uint64_t flags)
{
    bool directory = flags & AT_REMOVEDIR;
    struct walk state;
    struct last last;
    struct dentry *victim;
    int error = 0;
    char *text;

    if (flags & ~(uint64_t)AT_REMOVEDIR)
        return -EINVAL;
    text = parent_of((int)dirfd, path, &state, &last, &error);
    if (!text)
        return error;
    if (last.kind != LAST_NAME) {
        error = !directory                 ? -EISDIR
                : last.kind == LAST_DOT    ? -EINVAL
                : last.kind == LAST_DOTDOT ? -ENOTEMPTY
                                           : -EBUSY;
    } else {
        error = lookup_name(last.parent, &last, &victim);
    }
    if (!error) {
        error = may_remove(last.parent, victim, directory);
        if (!error && !directory && last.slash)
            error = -ENOTDIR;
        if (error == -EISDIR && !last.slash && !directory)
            error = -EISDIR;
        if (!error && directory && victim->inode->u.dir.child_count)
            error = -ENOTEMPTY;
        if (!error)
            remove_name(victim);
        dentry_drop(victim); /* may be its end, which is told before the end of the name */
        if (!error)
            notify_name(last.parent->inode, last.name, last.length,
                        IN_DELETE | (directory ? IN_ISDIR : 0), 0);
    }
    dentry_drop(last.parent);
    path_give(text);
    return error;
}

int64_t lx_unlink(uint64_t path)
{
    return lx_unlinkat((uint64_t)AT_FDCWD, path, 0);
}

int64_t lx_rmdir(uint64_t path)
{
    return lx_unlinkat((uint64_t)AT_FDCWD, path, AT_REMOVEDIR);
}

/* --- Rename --- */

static bool is_below(struct dentry *dentry, struct dentry *above)
{
    for (;;) {
        if (dentry == above)
            return true;
        if (dentry->parent == dentry)
            return false;
        dentry = dentry->parent;
    }
}

static int rename_check(struct last *from, struct dentry *moved, struct last *to,
                        struct dentry *there, uint32_t flags)
{
    bool directory = is_directory(moved->inode);
    int error = may_remove(from->parent, moved, directory);

    if (error)
        return error;
    if (there && (flags & RENAME_NOREPLACE))
        return -EEXIST;
    if (!there && (flags & RENAME_EXCHANGE))
        return -ENOENT;
    if (!directory && (from->slash || (to->slash && !(flags & RENAME_EXCHANGE))))
        return -ENOTDIR;
    if ((flags & RENAME_EXCHANGE) && !is_directory(there->inode) && to->slash)
        return -ENOTDIR;
    if (from->parent->inode->mount != to->parent->inode->mount)
        return -EXDEV;
    if (directory && is_below(to->parent, moved))
        return -EINVAL;
    if (!there)
        return may_create(to->parent);
    if (is_below(from->parent, there))
        return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    if (there->inode == moved->inode)
        return 0;
    error = may_remove(to->parent, there,
                       flags & RENAME_EXCHANGE ? is_directory(there->inode) : directory);
    if (!error && !(flags & RENAME_EXCHANGE) && directory && there->inode->u.dir.child_count)
        error = -ENOTEMPTY;
    return error;
}

/* Gives an attached dentry another place and name; name is a copy on the heap's or a caller's
 * stable text. */
static int move_name(struct dentry *dentry, struct dentry *parent, const char *name,
                     uint32_t length)
{
    struct dentry *old = dentry->parent;
    int error;

    dentry_hold(dentry);
    dentry_detach(dentry);
    error = dentry_rename(dentry, name, length);
    dentry_attach(dentry, error ? old : parent);
    dentry_drop(dentry);
    return error;
}

static int exchange(struct dentry *a, struct dentry *b)
{
    struct dentry *parent_a = a->parent;
    char name[NAME_LIMIT + 1];
    uint32_t length = a->length;
    int error;

    memcpy(name, a->name, length + 1u);
    dentry_hold(parent_a);
    error = move_name(a, b->parent, b->name,
                      b->length); /* for a moment two names are the same: never looked up */
    if (!error)
        error = move_name(b, parent_a, name, length);
    dentry_drop(parent_a);
    return error;
}

/* Both directories hear of a move, then what was moved. */
static void notify_move(const struct last *from, const struct last *to, struct dentry *moved)
{
    uint32_t kind = is_directory(moved->inode) ? IN_ISDIR : 0;
    uint32_t cookie = notify_cookie();

    notify_name(from->parent->inode, from->name, from->length, IN_MOVED_FROM | kind, cookie);
    notify_name(to->parent->inode, to->name, to->length, IN_MOVED_TO | kind, cookie);
    notify_inode(moved->inode, IN_MOVE_SELF);
}

/* RENAME_WHITEOUT: a character device 0:0 stays where the name was, for file systems in layers. */
static int whiteout(const struct last *from)
{
    struct dentry *made;
    int error = dentry_create(from->parent, from->name, from->length, S_IFCHR, &made);

    if (error)
        return error;
    device_bind(made->inode);
    dentry_drop(made);
    return 0;
}

static int rename_names(struct last *from, struct last *to, uint32_t flags)
{
    struct dentry *moved;
    struct dentry *there = NULL;
    int error;

    if (from->kind != LAST_NAME)
        return -EBUSY;
    if (to->kind != LAST_NAME)
        return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    error = lookup_name(from->parent, from, &moved);
    if (error)
        return error;
    error = lookup_name(to->parent, to, &there);
    if (error == -ENOENT)
        error = 0;
    if (!error)
        error = rename_check(from, moved, to, there, flags);
    if (!error && there && there->inode == moved->inode) {
        error = 0; /* two names of one file: nothing happens, not even to the names */
    } else if (!error && there && (flags & RENAME_EXCHANGE)) {
        error = exchange(moved, there);
        if (!error) {
            notify_move(from, to, moved);
            notify_move(to, from, there);
        }
    } else if (!error) {
        if (there)
            remove_name(there);
        inode_touch(from->parent->inode, true);
        inode_touch(to->parent->inode, true);
        inode_touch(moved->inode, false);
        error = move_name(moved, to->parent, to->name, to->length);
        if (!error)
            notify_move(from, to, moved);
        if (!error && (flags & RENAME_WHITEOUT))
            error = whiteout(from);
    }
    if (there)
        dentry_drop(there);
    dentry_drop(moved);
    return error;
}

int64_t lx_renameat2(uint64_t old_dir, uint64_t old, uint64_t new_dir, uint64_t new, uint64_t flags)
{
    struct walk *state;
    struct last from;
    struct last to;
    char *old_text;
    char *new_text = NULL;
    int error = 0;

    if ((flags & ~(uint64_t)(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) ||
        ((flags & RENAME_EXCHANGE) && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT))))
        return -EINVAL;
    if ((flags & RENAME_WHITEOUT) && !capable(CAP_MKNOD))
        return -EPERM;
    state = heap_alloc(2 * sizeof *state);
    if (!state)
        return -ENOMEM;
    old_text = parent_of((int)old_dir, old, &state[0], &from, &error);
    if (old_text) {
        new_text = parent_of((int)new_dir, new, &state[1], &to, &error);
        if (new_text) {
            error = rename_names(&from, &to, (uint32_t)flags);
            dentry_drop(to.parent);
            path_give(new_text);
        }
        dentry_drop(from.parent);
        path_give(old_text);
    }
    heap_free(state);
    return error;
}

int64_t lx_renameat(uint64_t old_dir, uint64_t old, uint64_t new_dir, uint64_t new)
{
    return lx_renameat2(old_dir, old, new_dir, new, 0);
}

int64_t lx_rename(uint64_t old, uint64_t new)
{
    return lx_renameat2((uint64_t)AT_FDCWD, old, (uint64_t)AT_FDCWD, new, 0);
}

/* --- Links --- */

int64_t lx_readlinkat(uint64_t dirfd, uint64_t path, uint64_t buffer, uint64_t size)
{
    struct dentry *dentry;
    int64_t result;
    char *text;

    if ((int64_t)(int32_t)size <= 0)
        return -EINVAL;
    result = walk_user((int)dirfd, path, WALK_EMPTY, &dentry);
    if (result)
        return result;
    text = is_link(dentry->inode) ? path_buffer() : NULL;
    if (!is_link(dentry->inode))
        result = is_empty_path(path) ? -ENOENT : -EINVAL;
    else if (!text)
        result = -ENOMEM;
    else
        result = link_text(dentry->inode, text, PATH_LIMIT);
    if (result >= 0) {
        result = min_of(result, (int64_t)(int32_t)size);
        if (copy_to_user(buffer, text, (uint64_t)result))
            result = -EFAULT;
    }
    path_give(text);
    dentry_drop(dentry);
    return result;
}

int64_t lx_readlink(uint64_t path, uint64_t buffer, uint64_t size)
{
    if ((int64_t)(int32_t)size <= 0)
        return -EINVAL;
    if (is_empty_path(path))
        return -ENOENT;
    return lx_readlinkat((uint64_t)AT_FDCWD, path, buffer, size);
}
