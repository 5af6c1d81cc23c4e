/* SPDX-License-Identifier: MIT */
/*
 * archive.c - the tree that an instance starts with, from a cpio archive in the newc format.
 *
 * Files stay in the archive: their inodes point into it (pages.c). Data that does not start on a
 * page boundary (an archive of another tool) is copied. Packed members stay packed (packed.h). Everything read from the archive is checked
 * against its end. Format: "cpio - archive formats", section "New ASCII Format".
 */
#include "libos/linux/fs/packed.h"
#include "libos/linux/fs/vfs.h"

#define HEADER_BYTES 110
#define ALIGN4(x)    (((x) + 3) & ~3ul)

struct member {
    uint32_t number, mode, uid, gid, links, mtime, size, dev_major, dev_minor, rdev_major,
        rdev_minor, name_size, check;
    const char *name; /* ends with a NUL inside the archive */
    const uint8_t *bytes;
};

/* Hard links: members with the same number; the one with data may come last. */
struct linked {
    struct linked *next;
    uint32_t number, dev;
    struct inode *inode;
};

#define LINK_BUCKETS 256
struct loader {
    struct mount *mount;
    struct linked *linked[LINK_BUCKETS];
    struct dentry *last_directory; /* held: most members are in the same one as the one before */
    char last_path[PATH_LIMIT];
    uint32_t last_length;
};

static bool hex(const uint8_t *at, uint32_t *out)
{
    uint32_t value = 0;

    for (int i = 0; i < 8; i++) {
        uint8_t c = at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? c - 'a' + 10u
                         : c >= 'A' && c <= 'F' ? c - 'A' + 10u
                                                : 16;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

/* Reads the member at *offset and moves past it. NULL, or what is wrong. */
static const char *member_read(const uint8_t *archive, uint64_t bytes, uint64_t *offset,
                               struct member *out)
{
    const uint8_t *head = archive + *offset;
    uint32_t field[13];
    uint64_t name_end;
    uint64_t end;

    if (bytes - *offset < HEADER_BYTES)
        return "ends inside a header";
    if (memcmp(head, "070701", 6) != 0 && memcmp(head, "070702", 6) != 0)
        return "has no newc header where one must be";
    for (int i = 0; i < 13; i++)
        if (!hex(head + 6 + 8 * i, &field[i]))
            return "has a header with a field that is no number";
    *out = (struct member){field[0], field[1], field[2], field[3],  field[4],  field[5], field[6],
                           field[7], field[8], field[9], field[10], field[11], field[12], NULL, NULL};
    if (head[5] != '1') /* there the field is a sum */
        out->check = 0;
    name_end = ALIGN4(*offset + HEADER_BYTES + out->name_size);
    end = ALIGN4(name_end + out->size);
    if (!out->name_size || name_end > bytes || name_end + out->size > bytes)
        return "ends inside a member";
    out->name = (const char *)head + HEADER_BYTES;
    if (out->name[out->name_size - 1] != '\0')
        return "has a name without an end";
    out->bytes = archive + name_end;
    *offset = min_of(end, bytes);
    return NULL;
}

/* The directory of `path` (length bytes), made if missing; borrowed: the tree or the loader holds
 * it. */
static struct dentry *directory_for(struct loader *loader, const char *path, uint32_t length)
{
    struct dentry *at = loader->mount->root;
    uint32_t i = 0;

    if (loader->last_directory && length == loader->last_length &&
        !memcmp(path, loader->last_path, length))
        return loader->last_directory;
    while (i < length) {
        uint32_t start = i;
        struct dentry *child;
        while (i < length && path[i] != '/')
            i++;
        uint32_t part = i++ - start;
        if (!part || (part == 1 && path[start] == '.'))
            continue;
        if (part > NAME_LIMIT || (part == 2 && path[start] == '.' && path[start + 1] == '.'))
            return NULL;
        child = dentry_child(at, path + start, part);
        if (!child) {
            if (dentry_create(at, path + start, part, S_IFDIR | 0755, &child))
                return NULL;
            dentry_drop(child);
        }
        if (!is_directory(child->inode))
            return NULL;
        at = child;
    }
    loader->last_directory = at;
    loader->last_length = length;
    memcpy(loader->last_path, path, length);
    return at;
}

static int content(struct inode *inode, const struct member *member)
{
    if (!member->size)
        return 0;
    if (member->check == PACKED_MARK) {
        int error = packed_new(member->bytes, member->size, &inode->u.pages.packed);

        inode->size = error ? 0 : inode->u.pages.packed->size;
        return error;
    }
    if (!((uint64_t)member->bytes & (PAGE_SIZE - 1))) {
        inode->u.pages.archive = member->bytes;
        inode->u.pages.archive_bytes = member->size;
        inode->size = member->size;
        return 0;
    }
    return pages_write(inode, member->bytes, 0, member->size, 0) == (int64_t)member->size ? 0
                                                                                          : -ENOSPC;
}

static int link_content(struct inode *inode, const struct member *member)
{
    char *text;

    if (member->size >= PATH_LIMIT || memchr(member->bytes, '\0', member->size))
        return -EINVAL;
    text = heap_alloc(member->size + 1);
    if (!text)
        return -ENOMEM;
    memcpy(text, member->bytes, member->size);
    text[member->size] = '\0';
    inode->u.link = text;
    inode->size = member->size;
    return 0;
}

static struct linked **linked_find(struct loader *loader, const struct member *member)
{
    struct linked **at = &loader->linked[member->number % LINK_BUCKETS];
    uint32_t dev = member->dev_major << 16 ^ member->dev_minor;

    while (*at && ((*at)->number != member->number || (*at)->dev != dev))
        at = &(*at)->next;
    return at;
}

/* Another name of a file that is there: true; *error set. */
static bool add_link(struct loader *loader, struct dentry *directory, const char *name,
                     uint32_t length, const struct member *member, int *error)
{
    struct linked **at = linked_find(loader, member);
    struct dentry *dentry;

    *error = 0;
    if (!*at)
        return false;
    inode_hold((*at)->inode);
    (*at)->inode->links++;
    dentry = dentry_new(directory, name, length, (*at)->inode);
    if (!dentry) {
        *error = -ENOMEM;
        return true;
    }
    dentry_attach(dentry, directory);
    dentry_drop(dentry);
    if (member->size && !(*at)->inode->size)
        *error = content((*at)->inode, member);
    return true;
}

static int remember_link(struct loader *loader, const struct member *member, struct inode *inode)
{
    struct linked **at = linked_find(loader, member);
    struct linked *linked = heap_alloc(sizeof *linked);

    if (!linked)
        return -ENOMEM;
    *linked =
        (struct linked){*at, member->number, member->dev_major << 16 ^ member->dev_minor, inode};
    *at = linked;
    return 0;
}

static void owner_and_times(struct inode *inode, const struct member *member)
{
    inode->mode = (inode->mode & S_IFMT) | (member->mode & 07777);
    inode->uid = member->uid;
    inode->gid = member->gid;
    inode->access_ns = inode->modify_ns = inode->change_ns = (int64_t)member->mtime * 1000000000;
}

static int member_add(struct loader *loader, const struct member *member)
{
    const char *path = member->name;
    uint32_t length = (uint32_t)strlen(path);
    uint32_t type = member->mode & S_IFMT;
    struct dentry *directory;
    struct dentry *dentry;
    uint32_t slash;
    int error;

    while (length && path[length - 1] == '/')
        length--;
    for (slash = length; slash && path[slash - 1] != '/'; slash--)
        ;
    if (!length || (length - slash == 1 && path[slash] == '.')) {
        owner_and_times(loader->mount->root->inode, member);
        return 0;
    }
    if (length >= PATH_LIMIT || length - slash > NAME_LIMIT ||
        (length - slash == 2 && !memcmp(path + slash, "..", 2)))
        return -EINVAL;
    directory = directory_for(loader, path, slash ? slash - 1 : 0);
    if (!directory)
        return -ENOTDIR;
    path += slash;
    length -= slash;
    if (dentry_child(directory, path, length)) {
        dentry = dentry_child(directory, path, length);
        if (type != S_IFDIR || !is_directory(dentry->inode))
            return -EEXIST;
        owner_and_times(dentry->inode, member);
        return 0;
    }
    if (type == S_IFREG && member->links > 1 &&
        add_link(loader, directory, path, length, member, &error))
        return error;
    if (type != S_IFREG && type != S_IFDIR && type != S_IFLNK && type != S_IFCHR &&
        type != S_IFBLK && type != S_IFIFO && type != S_IFSOCK)
        return -EINVAL;
    error = dentry_create(directory, path, length, type, &dentry);
    if (error)
        return error;
    dentry_drop(dentry); /* the tree holds it */
    if (type == S_IFLNK) {
        error = link_content(dentry->inode, member);
        if (error)
            dentry->inode->u.link = NULL;
    } else if (type == S_IFREG) {
        error = content(dentry->inode, member);
    }
    if (!error && type == S_IFREG && member->links > 1)
        error = remember_link(loader, member, dentry->inode);
    dentry->inode->rdev = type == S_IFCHR || type == S_IFBLK
                              ? member->rdev_major << 8 | (member->rdev_minor & 0xff)
                              : 0;
    device_bind(dentry->inode);
    owner_and_times(dentry->inode, member);
    if (error)
        dentry_detach(dentry);
    return error;
}

int archive_load(struct mount *mount, const uint8_t *archive, uint64_t bytes)
{
    struct loader *loader = heap_zalloc(sizeof *loader);
    struct member member;
    uint64_t offset = 0;
    int error = 0;

    if (!loader)
        return -ENOMEM;
    loader->mount = mount;
    while (!error) {
        uint64_t at = offset;
        const char *wrong = member_read(archive, bytes, &offset, &member);
        if (wrong) {
            log_line("root archive: %s (at byte %lu of %lu); make it with the lorica command or "
                     "`cpio -H newc`",
                     wrong, (unsigned long)at, (unsigned long)bytes);
            error = -EINVAL;
        } else if (!strcmp(member.name, "TRAILER!!!")) {
            break;
        } else {
            error = member_add(loader, &member);
            if (error)
                log_line("root archive: member %s (at byte %lu) cannot be added: error %d",
                         member.name, (unsigned long)at, -error);
        }
    }
    for (uint32_t i = 0; i < LINK_BUCKETS; i++) {
        while (loader->linked[i]) {
            struct linked *next = loader->linked[i]->next;
            heap_free(loader->linked[i]);
            loader->linked[i] = next;
        }
    }
    heap_free(loader);
    return error;
}
