/* SPDX-License-Identifier: MIT */
/*
 * import.h - trees from directories, tar archives and Debian packages.
 */
#pragma once
#include "tools/tree.h"

/*
 * import_path - the tree that `--root` names.
 *
 * path  a directory, or a tar or cpio archive (plain, gzip, xz, bzip2, zstd)
 *
 * Files of the calling user belong to root in the tree. Anything else than the two ends the process
 * with a message (125). Gives.
 */
struct node *import_path(const char *path);

/*
 * Add the files of a Debian package to a tree, and those of its control archive to another one (may be NULL). A broken
 * package ends the process with a message.
 */
void import_package(struct node *root, struct node *control, const char *path);

/* Add the entries of an archive in memory to a tree; `source` names it in messages. The bytes are copied. */
void import_bytes(struct node *root, const void *bytes, size_t length, const char *source);
