/* SPDX-License-Identifier: MIT */
/*
 * archive.h - reading the boot archive: cpio "newc" whose file data are page aligned
 * (docs/boot-image.md).
 *
 * Pure; the bytes come through a callback, so that only headers have to be mapped. Linked into host
 * tests too. Source: cpio(5), "New ASCII Format".
 */
#pragma once
#include <stdint.h>

#define ARCHIVE_MEMBERS_MAX 64
#define ARCHIVE_NAME_MAX    64

struct archive_member {
    char name[ARCHIVE_NAME_MAX];
    uint64_t offset; /* of its data, a multiple of 4096 if it is a regular file */
    uint64_t bytes;
};

struct archive {
    uint32_t count;
    struct archive_member member[ARCHIVE_MEMBERS_MAX];
};

/* A view of [offset, offset + bytes), valid until the next call; NULL when it cannot be had. bytes
 * <= 8192. */
typedef const uint8_t *archive_view(void *context, uint64_t offset, uint64_t bytes);

/*
 * archive_read - list the members of an archive of `bytes` bytes.
 *
 * Returns  NULL, or what is wrong, in words; members before the fault are listed
 * Bound    ARCHIVE_MEMBERS_MAX members
 */
const char *archive_read(struct archive *archive, uint64_t bytes, archive_view *view,
                         void *context);

/* archive_find - the member of this name; NULL: none. */
const struct archive_member *archive_find(const struct archive *archive, const char *name);
