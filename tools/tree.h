/* SPDX-License-Identifier: MIT */
/*
 * tree.h - a file tree in memory: what becomes an instance's root file system.
 *
 * Trees are made from a directory, a tar archive, Debian packages or an archive of our own
 * (import.h), changed, and written as one cpio archive (cpio.h). Nothing is ever unpacked on this
 * machine's file system, so a path in an archive cannot escape anywhere.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct node {
    char *name;
    struct node *parent;
    struct node **child; /* directories: sorted by name */
    size_t child_count;
    uint32_t mode; /* type and permissions as in st_mode */
    uint32_t uid, gid, mtime;
    uint32_t rdev_major, rdev_minor;
    uint64_t size;     /* regular files: bytes; symbolic links: length of target */
    const void *bytes; /* contents or link target; NULL: in host_path */
    char *host_path;   /* file of this machine that holds the contents */
    int keep;          /* configure.c: belongs into the finished root */
};

/* A tree of one empty directory, mode 0755, owned by root. Gives. */
struct node *tree_new(void);

/* The child of a directory with that name, or NULL. */
struct node *tree_child(const struct node *directory, const char *name, size_t length);

/*
 * tree_find - the node at a path, symbolic links resolved inside the tree.
 *
 * from    where a relative path starts
 * follow  whether a link in the last place is followed as well
 *
 * Returns NULL when there is none, or when links go round in circles.
 */
struct node *tree_find(struct node *root, struct node *from, const char *path, int follow);

/*
 * tree_place - the node at a path, for a new entry: made, or emptied when there is one.
 *
 * path  relative to the root with or without leading "/" or "./"; directories on the way are made
 * (0755), links on the way are followed inside the tree. An existing directory (or a link to one)
 * stays when mode is a directory's; that is how packages made for /bin land in /usr/bin. mode  type
 * and permissions
 *
 * Returns NULL when the path is empty, contains "..", or leads through something that is no
 * directory
 */
struct node *tree_place(struct node *root, const char *path, uint32_t mode);

/* Conveniences over tree_place with contents; text is shared, not copied. */
void tree_file(struct node *root, const char *path, uint32_t permissions, const char *text);
void tree_link(struct node *root, const char *path, const char *target);
void tree_directory(struct node *root, const char *path, uint32_t permissions);

/* Take an entry, and what is below it, out of its directory. */
void tree_remove(struct node *node);

/* The path from the root, without a leading "/". Gives. */
char *tree_path(const struct node *node);
