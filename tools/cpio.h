/* SPDX-License-Identifier: MIT */
/*
 * cpio.h - newc archives with page-aligned file data: what docs/boot-image.md describes.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "tools/tree.h"

#define CPIO_PAGE 4096u

struct cpio {
    int fd;
    uint64_t offset; /* bytes written, those in `pending` included */
    uint32_t inode;  /* of the last member */
    int pack;        /* files are packed where that helps (pack.h); set after cpio_open */
    size_t pending_length;
    char *pending;
};

/* Start an archive in an empty file. The descriptor is borrowed until cpio_close. */
void cpio_open(struct cpio *cpio, int fd);

/* Add a regular file with these contents. */
void cpio_bytes(struct cpio *cpio, const char *name, const void *bytes, uint64_t length);

/* Add a regular file with the contents of an open file, from its start to its end. */
void cpio_fd(struct cpio *cpio, const char *name, int fd);

/* Add all entries below a tree's root, parents first, in the order of their names. */
void cpio_tree(struct cpio *cpio, const struct node *root);

/* Write the end mark and what is still pending. All failures to write end the process (125). */
void cpio_close(struct cpio *cpio);

/* A whole archive of a tree: the file is made anew. Failures end the process (125). */
void cpio_file(const char *path, const struct node *root);

/*
 * cpio_read - the tree in an archive made by cpio_tree.
 *
 * bytes, length  the archive; shared: contents of the tree point into it
 *
 * Returns the tree (gives), or NULL when the bytes are no such archive
 */
struct node *cpio_read(const char *bytes, size_t length);
