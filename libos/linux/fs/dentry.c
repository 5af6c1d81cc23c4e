/* SPDX-License-Identifier: MIT */
/*
 * dentry.c - the tree of names: children of a directory, paths, mounts.
 *
 * Children are in a list by position (the order and the offsets that getdents shows) and, from
 * HASH_FROM children on, in a hash table that doubles as it fills.
 */
#include "libos/linux/fs/vfs.h"

#define HASH_FROM 8

struct list mount_list = {&mount_list, &mount_list};
struct dentry *root_dentry;
static uint32_t next_device = 0x20;
uint64_t names_removed, names_added;

uint32_t name_hash(const char *name, uint32_t length)
{
    uint32_t hash = NAME_HASH_START;

    for (uint32_t i = 0; i < length; i++)
        hash = name_hash_step(hash, name[i]);
    return hash;
}

struct dentry *dentry_new(struct dentry *parent, const char *name, uint32_t length,
                          struct inode *inode)
{
    struct dentry *dentry = heap_alloc(sizeof *dentry + length + 1);

    if (!dentry) {
        inode_drop(inode);
        return NULL;
    }
    memset(dentry, 0, sizeof *dentry);
    dentry->count = 1;
    dentry->inode = inode;
    dentry->length = (uint8_t)length;
    dentry->name = dentry->own_name;
    memcpy(dentry->name, name, length);
    dentry->name[length] = '\0';
    dentry->hash = name_hash(name, length);
    list_init(&dentry->sibling);
    dentry->parent = parent ? parent : dentry;
    if (parent)
        dentry_hold(parent);
    return dentry;
}

/* Takes the hold on inode. */
struct dentry *dentry_nameless(const char *name, struct inode *inode)
{
    struct dentry *dentry = dentry_new(NULL, name, (uint32_t)strlen(name), inode);

    if (dentry)
        dentry->nameless = true;
    return dentry;
}

void dentry_hold(struct dentry *dentry)
{
    dentry->count++;
}

void dentry_drop(struct dentry *dentry)
{
    while (dentry && --dentry->count == 0) {
        struct dentry *parent = dentry->parent;

        inode_drop(dentry->inode);
        if (parent == dentry)
            parent = NULL;
        if (dentry->name != dentry->own_name)
            heap_free(dentry->name);
        heap_free(dentry);
        dentry = parent;
    }
}

int dentry_rename(struct dentry *dentry, const char *name, uint32_t length)
{
    char *copy = heap_alloc(length + 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, name, length);
    copy[length] = '\0';
    if (dentry->name != dentry->own_name)
        heap_free(dentry->name);
    dentry->name = copy;
    dentry->length = (uint8_t)length;
    dentry->hash = name_hash(copy, length);
    return 0;
}

static void hash_insert(struct directory *dir, struct dentry *dentry)
{
    struct dentry **bucket = &dir->bucket[dentry->hash & dir->bucket_mask];

    dentry->hash_next = *bucket;
    *bucket = dentry;
}

/* Staying with the smaller table when memory is short is correct, only slower. */
static void hash_grow(struct directory *dir)
{
    uint32_t buckets = dir->bucket ? (dir->bucket_mask + 1) * 4 : 32;
    struct dentry **bucket = heap_zalloc(buckets * sizeof *bucket);

    if (!bucket)
        return;
    heap_free(dir->bucket);
    dir->bucket = bucket;
    dir->bucket_mask = buckets - 1;
    list_for_each (node, &dir->children)
        hash_insert(dir, list_item(node, struct dentry, sibling));
}

int dentry_attach(struct dentry *dentry, struct dentry *parent)
{
    struct directory *dir = &parent->inode->u.dir;

    if (dentry->parent != parent) {
        struct dentry *old = dentry->parent;
        dentry_hold(parent);
        dentry->parent = parent;
        if (old != dentry)
            dentry_drop(old);
    }
    names_added++;
    dentry_hold(dentry);
    dentry->attached = true;
    dentry->position = dir->next_position++;
    list_add_tail(&dir->children, &dentry->sibling);
    dir->child_count++;
    if (dir->bucket)
        hash_insert(dir, dentry);
    if (dir->child_count > (dir->bucket ? 2 * (dir->bucket_mask + 1) : HASH_FROM))
        hash_grow(dir);
    if (is_directory(dentry->inode))
        parent->inode->links++;
    return 0;
}

void dentry_detach(struct dentry *dentry)
{
    struct directory *dir = &dentry->parent->inode->u.dir;

    names_removed++;
    if (dir->bucket) {
        struct dentry **link = &dir->bucket[dentry->hash & dir->bucket_mask];
        while (*link != dentry)
            link = &(*link)->hash_next;
        *link = dentry->hash_next;
    }
    list_remove(&dentry->sibling);
    dir->child_count--;
    dentry->attached = false;
    if (is_directory(dentry->inode))
        dentry->parent->inode->links--;
    dentry_drop(dentry);
}

static bool same_bytes(const char *a, const char *b, uint32_t length)
{
    for (; length >= 8; length -= 8, a += 8, b += 8) {
        uint64_t x, y;
        __builtin_memcpy(&x, a, 8);
        __builtin_memcpy(&y, b, 8);
        if (x != y)
            return false;
    }
    while (length && *a++ == *b++)
        length--;
    return !length;
}

static bool named(const struct dentry *dentry, uint32_t hash, const char *name, uint32_t length)
{
    return dentry->hash == hash && dentry->length == length &&
           same_bytes(dentry->name, name, length);
}

struct dentry *dentry_child(struct dentry *directory, const char *name, uint32_t length)
{
    return dentry_child_hashed(directory, name_hash(name, length), name, length);
}

struct dentry *dentry_child_hashed(struct dentry *directory, uint32_t hash, const char *name,
                                   uint32_t length)
{
    struct directory *dir = &directory->inode->u.dir;

    if (dir->bucket) {
        struct dentry *dentry = dir->bucket[hash & dir->bucket_mask];
        while (dentry && !named(dentry, hash, name, length))
            dentry = dentry->hash_next;
        return dentry;
    }
    list_for_each (node, &dir->children) {
        struct dentry *dentry = list_item(node, struct dentry, sibling);
        if (named(dentry, hash, name, length))
            return dentry;
    }
    return NULL;
}

int dentry_create(struct dentry *directory, const char *name, uint32_t length, uint32_t mode,
                  struct dentry **out)
{
    struct inode *inode = inode_new(directory->inode->mount, mode);
    struct dentry *dentry;

    if (!inode)
        return -ENOMEM;
    if (!is_directory(inode))
        inode->links = 1;
    if (directory->inode->mode & S_ISGID) {
        inode->gid = directory->inode->gid;
        if (is_directory(inode))
            inode->mode |= S_ISGID;
    }
    dentry = dentry_new(directory, name, length, inode);
    if (!dentry)
        return -ENOMEM;
    dentry_attach(dentry, directory);
    inode_touch(directory->inode, true);
    *out = dentry;
    return 0;
}

/* --- Mounts --- */

struct dentry *mount_top(struct dentry *dentry)
{
    while (dentry->mounted)
        dentry = dentry->mounted->root;
    return dentry;
}

void mount_attach(struct mount *mount, struct dentry *point)
{
    mount->root->attached = true;
    mount->root->root_of = mount;
    mount->point = point;
    if (point) {
        dentry_hold(point);
        point->mounted = mount;
        names_removed++;
    }
    list_add_tail(&mount_list, &mount->node);
}

int mount_add(struct dentry *point, const char *source, const char *type, uint32_t magic,
              bool pseudo, uint32_t root_mode, struct mount **out)
{
    struct mount *mount = heap_zalloc(sizeof *mount);
    struct inode *inode;

    if (!mount)
        return -ENOMEM;
    mount->source = source;
    mount->type = type;
    mount->options = "rw,relatime";
    mount->magic = magic;
    mount->pseudo = pseudo;
    mount->device = next_device++;
    mount->next_number = 1;
    inode = inode_new(mount, S_IFDIR | root_mode);
    if (inode)
        mount->root = dentry_new(NULL, "/", 1, inode);
    if (!inode || !mount->root) {
        heap_free(mount);
        return -ENOMEM;
    }
    mount_attach(mount, point);
    if (out)
        *out = mount;
    return 0;
}

/* --- Paths --- */

/* Writes backwards from the end of buffer; true unless it does not fit. */
static bool prepend(char *buffer, size_t *at, const char *text, size_t length)
{
    if (*at < length)
        return false;
    *at -= length;
    memcpy(buffer + *at, text, length);
    return true;
}

/* Up through the mounts; NULL at the top of everything. */
static struct dentry *step_up(struct dentry *dentry)
{
    while (dentry->parent == dentry) {
        if (!dentry->root_of || !dentry->root_of->point)
            return NULL;
        dentry = dentry->root_of->point;
    }
    return dentry;
}

struct dentry *dentry_up(struct dentry *dentry)
{
    struct dentry *d = step_up(dentry);

    return d ? d->parent : NULL;
}

/* The path as seen from root; a place outside root shows its full path with "(unreachable)" in
 * front. */
int dentry_path_below(struct dentry *dentry, struct dentry *root, char *buffer, size_t size)
{
    size_t at = size;
    bool fits = size > 0 && prepend(buffer, &at, "", 1);
    struct dentry *d = dentry;

    if (dentry->nameless) {
        if (dentry->length + 1u > size)
            return -ENAMETOOLONG;
        memcpy(buffer, dentry->name, dentry->length + 1u);
        return dentry->length;
    }
    if (!dentry->attached && dentry->parent != dentry && !dentry->inode->mount->pseudo)
        fits = fits && prepend(buffer, &at, " (deleted)", 10);
    if (d == root)
        fits = fits && prepend(buffer, &at, "/", 1);
    while (fits && d != root) {
        d = step_up(d);
        if (!d)
            break;
        if (d == root)
            break;
        fits = prepend(buffer, &at, d->name, d->length) && prepend(buffer, &at, "/", 1);
        d = d->parent;
    }
    if (fits && buffer[at] == '\0')
        fits = prepend(buffer, &at, "/", 1);
    if (fits && !d && root != root_dentry)
        fits = prepend(buffer, &at, "(unreachable)", 13);
    if (!fits)
        return -ENAMETOOLONG;
    memmove(buffer, buffer + at, size - at);
    return (int)(size - at - 1);
}

int dentry_path(struct dentry *dentry, char *buffer, size_t size)
{
    return dentry_path_below(dentry, current()->process->fs->root, buffer, size);
}
