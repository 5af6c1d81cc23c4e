/* SPDX-License-Identifier: MIT */
/*
 * cpio.c - writing and reading newc archives with page-aligned file data.
 *
 * The name field of a regular file is padded with NULs until header and name end on a page
 * boundary; ordinary cpio readers stop at the first NUL and skip `namesize` bytes. Links and
 * directories are not padded, nor are packed files (pack.h), which are not used in place.
 *
 * Not here: hard links. Each name of a file with several names gets a copy of its own; package and
 * image trees have few, and the reader in the machine stays simple.
 */
#define _GNU_SOURCE
#include "tools/cpio.h"
#include "abi/exo_packed.h"
#include "tools/pack.h"
#include "tools/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPIO_HEADER       110u
#define CPIO_PENDING_SIZE (256u * 1024)
#define CPIO_NAME_MAX     4096u
#define CPIO_FILE_MAX     0xffffffffull

void cpio_open(struct cpio *cpio, int fd)
{
    *cpio = (struct cpio){.fd = fd, .pending = allocate(CPIO_PENDING_SIZE)};
}

static void cpio_flush(struct cpio *cpio)
{
    size_t done = 0;

    while (done < cpio->pending_length) {
        ssize_t count = write(cpio->fd, cpio->pending + done, cpio->pending_length - done);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail(STATUS_FAILED, "cannot write an archive: %s", strerror(errno));
        done += (size_t)count;
    }
    cpio->pending_length = 0;
}

static void cpio_write(struct cpio *cpio, const void *bytes, uint64_t length)
{
    const char *from = bytes;

    while (length) {
        size_t room = CPIO_PENDING_SIZE - cpio->pending_length;
        size_t part = length < room ? (size_t)length : room;

        memcpy(cpio->pending + cpio->pending_length, from, part);
        cpio->pending_length += part;
        cpio->offset += part;
        from += part;
        length -= part;
        if (cpio->pending_length == CPIO_PENDING_SIZE)
            cpio_flush(cpio);
    }
}

static void cpio_zeros(struct cpio *cpio, uint64_t alignment)
{
    static const char zeros[CPIO_PAGE];
    uint64_t over = cpio->offset % alignment;

    if (over)
        cpio_write(cpio, zeros, alignment - over);
}

/* Header and name. `of` gives mode, owner, time and device; size is that of the data that follow; mark: 0, or PACKED_MARK.
 */
static void cpio_header(struct cpio *cpio, const char *name, const struct node *of, uint64_t size,
                        uint32_t mark)
{
    uint64_t name_size = strlen(name) + 1;
    uint64_t end = cpio->offset + CPIO_HEADER + name_size;
    char header[CPIO_HEADER + 1];
    int page = S_ISREG(of->mode) && size > 0 && !mark;

    if (size > CPIO_FILE_MAX)
        fail(STATUS_FAILED, "%s is %llu bytes long; files in a root can have 4 GiB at most", name,
             (unsigned long long)size);
    if (page)
        name_size += (CPIO_PAGE - end % CPIO_PAGE) % CPIO_PAGE;
    snprintf(header, sizeof header, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
             ++cpio->inode, of->mode, of->uid, of->gid, S_ISDIR(of->mode) ? 2u : 1u, of->mtime,
             (uint32_t)size, 0u, 0u, of->rdev_major, of->rdev_minor, (uint32_t)name_size, mark);
    cpio_write(cpio, header, CPIO_HEADER);
    cpio_write(cpio, name, strlen(name) + 1);
    cpio_zeros(cpio, page ? CPIO_PAGE : 4);
}

void cpio_bytes(struct cpio *cpio, const char *name, const void *bytes, uint64_t length)
{
    struct node plain = {.mode = S_IFREG | 0644};

    cpio_header(cpio, name, &plain, length, 0);
    cpio_write(cpio, bytes, length);
    cpio_zeros(cpio, 4);
}

/* Copy `size` bytes from the start of fd behind what is already written. */
static void cpio_copy(struct cpio *cpio, const char *name, int fd, uint64_t size)
{
    off_t from = 0;

    cpio_flush(cpio);
    while ((uint64_t)from < size) {
        ssize_t count = sendfile(cpio->fd, fd, &from, (size_t)(size - (uint64_t)from));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail(STATUS_FAILED, "cannot copy %s into the archive: %s", name, strerror(errno));
        if (count == 0)
            fail(STATUS_FAILED, "%s became shorter while it was copied; run the command again",
                 name);
        cpio->offset += (uint64_t)count;
    }
    cpio_zeros(cpio, 4);
}

void cpio_fd(struct cpio *cpio, const char *name, int fd)
{
    struct node plain = {.mode = S_IFREG | 0644};
    struct stat status;

    if (fstat(fd, &status) < 0)
        fail(STATUS_FAILED, "cannot read %s: %s", name, strerror(errno));
    cpio_header(cpio, name, &plain, (uint64_t)status.st_size, 0);
    cpio_copy(cpio, name, fd, (uint64_t)status.st_size);
}

/* The member in its packed form, if that is wanted and helps; 0: it has to be added as it is. */
static int cpio_packed(struct cpio *cpio, const char *path, const struct node *node,
                       const void *bytes, uint64_t length)
{
    char *packed;
    size_t size = cpio->pack ? pack_bytes(bytes, length, &packed) : 0;

    if (!size)
        return 0;
    cpio_header(cpio, path, node, size, PACKED_MARK);
    cpio_write(cpio, packed, size);
    cpio_zeros(cpio, 4);
    free(packed);
    return 1;
}

static int cpio_packed_fd(struct cpio *cpio, const char *path, const struct node *node, int fd,
                          uint64_t length)
{
    char *bytes;
    uint64_t done = 0;
    int packed;

    if (!cpio->pack || length > CPIO_FILE_MAX)
        return 0;
    bytes = allocate((size_t)length + 1); /* not mapped: a file that is cut meanwhile must not be a fault */
    while (done < length) {
        ssize_t count = pread(fd, bytes + done, (size_t)(length - done), (off_t)done);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            fail(STATUS_FAILED, "cannot read %s: %s", node->host_path,
                 count ? strerror(errno) : "it became shorter meanwhile");
        done += (uint64_t)count;
    }
    packed = cpio_packed(cpio, path, node, bytes, length);
    free(bytes);
    return packed;
}

static void cpio_host_file(struct cpio *cpio, const char *path, const struct node *node)
{
    int fd = open(node->host_path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0)
        fail(STATUS_FAILED, "cannot read %s: %s", node->host_path, strerror(errno));
    if (!cpio_packed_fd(cpio, path, node, fd, (uint64_t)status.st_size)) {
        cpio_header(cpio, path, node, (uint64_t)status.st_size, 0);
        cpio_copy(cpio, node->host_path, fd, (uint64_t)status.st_size);
    }
    close(fd);
}

static void cpio_below(struct cpio *cpio, const struct node *directory, const char *prefix)
{
    for (size_t i = 0; i < directory->child_count; i++) {
        const struct node *node = directory->child[i];
        char *path = text_format("%s%s%s", prefix, *prefix ? "/" : "", node->name);

        if (strlen(path) >= CPIO_NAME_MAX)
            fail(STATUS_FAILED, "a path in the root is longer than %u bytes: %.60s...",
                 CPIO_NAME_MAX - 1, path);
        if (node->host_path) {
            cpio_host_file(cpio, path, node);
        } else {
            if (!S_ISREG(node->mode) || !cpio_packed(cpio, path, node, node->bytes, node->size)) {
                cpio_header(cpio, path, node, node->size, 0);
                cpio_write(cpio, node->bytes, node->size);
            }
            cpio_zeros(cpio, 4);
        }
        if (S_ISDIR(node->mode))
            cpio_below(cpio, node, path);
        free(path);
    }
}

void cpio_tree(struct cpio *cpio, const struct node *root)
{
    cpio_below(cpio, root, "");
}

void cpio_close(struct cpio *cpio)
{
    struct node none = {0};

    cpio_header(cpio, "TRAILER!!!", &none, 0, 0);
    cpio_zeros(cpio, 512);
    cpio_flush(cpio);
    free(cpio->pending);
}

/* One of the header's fields of eight hexadecimal digits; -1 when it is none. */
static int64_t cpio_field(const char *header, unsigned index)
{
    char digits[9] = {0}, *end;
    unsigned long value;

    memcpy(digits, header + 6 + index * 8, 8);
    value = strtoul(digits, &end, 16);
    return *end ? -1 : (int64_t)value;
}

struct node *cpio_read(const char *bytes, size_t length)
{
    struct node *root = tree_new();
    size_t at = 0;

    while (at + CPIO_HEADER <= length && !memcmp(bytes + at, "070701", 6)) {
        int64_t field[13];
        const char *name = bytes + at + CPIO_HEADER;
        struct node *node;

        for (unsigned i = 0; i < 13; i++)
            if ((field[i] = cpio_field(bytes + at, i)) < 0)
                return NULL;
        at = (at + CPIO_HEADER + (size_t)field[11] + 3) & ~(size_t)3;
        if (field[12]) /* a packed member: the trees that are read back here have none */
            return NULL;
        if (!field[11] || at > length || (size_t)field[6] > length - at ||
            !memchr(name, 0, (size_t)field[11]))
            return NULL;
        if (!strcmp(name, "TRAILER!!!"))
            return root;
        node = tree_place(root, name, (uint32_t)field[1]);
        if (!node)
            return NULL;
        node->mode = (uint32_t)field[1];
        node->uid = (uint32_t)field[2];
        node->gid = (uint32_t)field[3];
        node->mtime = (uint32_t)field[5];
        node->size = (uint64_t)field[6];
        node->rdev_major = (uint32_t)field[9];
        node->rdev_minor = (uint32_t)field[10];
        node->bytes = bytes + at;
        at = (at + (size_t)field[6] + 3) & ~(size_t)3;
    }
    return NULL;
}

void cpio_file(const char *path, const struct node *root)
{
    struct cpio cpio;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        fail(STATUS_FAILED, "cannot write %s: %s", path, strerror(errno));
    cpio_open(&cpio, fd);
    cpio_tree(&cpio, root);
    cpio_close(&cpio);
    close(fd);
}
