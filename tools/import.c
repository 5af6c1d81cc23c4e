/* SPDX-License-Identifier: MIT */
/*
 * import.c - trees from directories, archives and Debian packages.
 *
 * Contents of a directory's files stay where they are until the archive is written; those of tar
 * archives and packages are held in memory.
 */
#define _GNU_SOURCE
#include "tools/import.h"
#include "tools/text.h"
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define IMPORT_BLOCK 65536

/* Files of the calling user are root's inside, as if the tree had been made there. */
static void import_status(struct node *node, const struct stat *status)
{
    node->mode = status->st_mode;
    node->uid = status->st_uid == geteuid() ? 0 : status->st_uid;
    node->gid = status->st_gid == getegid() ? 0 : status->st_gid;
    node->mtime = (uint32_t)status->st_mtime;
    if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
        node->rdev_major = major(status->st_rdev);
        node->rdev_minor = minor(status->st_rdev);
    }
}

static void import_symlink(struct node *node, const char *path)
{
    char target[4096];
    ssize_t length = readlink(path, target, sizeof target - 1);

    if (length < 0)
        fail(STATUS_FAILED, "cannot read the link %s: %s", path, strerror(errno));
    target[length] = 0;
    node->bytes = text_copy(target);
    node->size = (uint64_t)length;
}

static void import_directory(struct node *root, struct node *into, const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    if (!directory)
        fail(STATUS_FAILED, "cannot read %s: %s", path, strerror(errno));
    while ((entry = readdir(directory))) {
        struct stat status;
        struct node *node;
        char *below, *inside, *above;

        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        below = text_format("%s/%s", path, entry->d_name);
        if (lstat(below, &status) < 0)
            fail(STATUS_FAILED, "cannot read %s: %s", below, strerror(errno));
        if (S_ISSOCK(status.st_mode))
            continue;
        above = tree_path(into);
        inside = text_format("%s/%s", above, entry->d_name);
        node = tree_place(root, inside, status.st_mode);
        import_status(node, &status);
        if (S_ISLNK(status.st_mode)) {
            import_symlink(node, below);
        } else if (S_ISREG(status.st_mode)) {
            if (access(below, R_OK) < 0)
                fail(STATUS_FAILED, "cannot read %s: %s", below, strerror(errno));
            node->host_path = text_copy(below);
            node->size = (uint64_t)status.st_size;
        } else if (S_ISDIR(status.st_mode)) {
            import_directory(root, node, below);
        }
        free(above);
        free(inside);
        free(below);
    }
    closedir(directory);
}

/* All bytes of the current entry. */
static void import_contents(struct archive *archive, struct node *node, const char *source)
{
    struct buffer bytes = {0};
    char *block = allocate(IMPORT_BLOCK);
    la_ssize_t count;

    while ((count = archive_read_data(archive, block, IMPORT_BLOCK)) > 0)
        buffer_add(&bytes, block, (size_t)count);
    if (count < 0)
        fail(STATUS_FAILED, "%s is damaged: %s", source, archive_error_string(archive));
    free(block);
    node->bytes = bytes.bytes;
    node->size = bytes.length;
}

static void import_entry(struct node *root, struct archive *archive, struct archive_entry *entry,
                         const char *source)
{
    const char *path = archive_entry_pathname(entry), *hard = archive_entry_hardlink(entry);
    uint32_t mode = archive_entry_mode(entry);
    struct node *node, *other = NULL;

    if (hard) {
        other = tree_find(root, root, hard, 0);
        if (!other)
            fail(STATUS_FAILED, "%s is damaged: %s is a hard link to %s, which is not before it",
                 source, path, hard);
        mode = other->mode;
    }
    node = path ? tree_place(root, path, mode) : NULL;
    if (!node)
        fail(STATUS_FAILED, "%s: cannot place the entry %s (a path with .. or through a file)",
             source, path ? path : "(without a name)");
    if (S_ISDIR(mode))
        node->mode = mode;
    if (other) {
        struct node copy = *other;

        node->bytes = copy.bytes;
        node->size = copy.size;
        node->uid = copy.uid;
        node->gid = copy.gid;
        node->mtime = copy.mtime;
        return;
    }
    node->uid = (uint32_t)archive_entry_uid(entry);
    node->gid = (uint32_t)archive_entry_gid(entry);
    node->mtime = (uint32_t)archive_entry_mtime(entry);
    node->rdev_major = (uint32_t)archive_entry_rdevmajor(entry);
    node->rdev_minor = (uint32_t)archive_entry_rdevminor(entry);
    if (S_ISLNK(mode)) {
        node->bytes = text_copy(archive_entry_symlink(entry));
        node->size = strlen(node->bytes);
    } else if (S_ISREG(mode)) {
        import_contents(archive, node, source);
    }
}

static void import_entries(struct node *root, struct archive *archive, const char *source)
{
    struct archive_entry *entry;
    int result;

    while ((result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
           result == ARCHIVE_WARN)
        import_entry(root, archive, entry, source);
    if (result != ARCHIVE_EOF)
        fail(STATUS_FAILED, "%s is damaged: %s", source, archive_error_string(archive));
}

static struct archive *import_reader(void)
{
    struct archive *archive = archive_read_new();

    archive_read_support_filter_all(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_cpio(archive);
    return archive;
}

static struct node *import_tar(const char *path)
{
    struct archive *archive = import_reader();
    struct node *root = tree_new();

    if (archive_read_open_filename(archive, path, IMPORT_BLOCK) != ARCHIVE_OK)
        fail(STATUS_FAILED,
             "--root %s: neither a directory nor a tar or cpio archive (%s)\n"
             "  try: a directory, or a file from `tar -c`; gzip, xz, bzip2 and zstd are fine",
             path, archive_error_string(archive));
    import_entries(root, archive, path);
    archive_read_free(archive);
    if (!root->child_count)
        fail(STATUS_FAILED, "--root %s: the archive is empty or no tar archive", path);
    if (tree_child(root, "manifest.json", 13) || tree_child(root, "oci-layout", 10))
        fail(STATUS_FAILED,
             "--root %s: this is an image made of layers, not a file tree\n"
             "  try: docker export $(docker create IMAGE) > root.tar",
             path);
    return root;
}

struct node *import_path(const char *path)
{
    struct stat status;
    struct node *root;

    if (stat(path, &status) < 0)
        fail(STATUS_FAILED, "--root %s: %s", path, strerror(errno));
    if (S_ISREG(status.st_mode))
        return import_tar(path);
    if (!S_ISDIR(status.st_mode))
        fail(STATUS_FAILED, "--root %s: neither a directory nor a tar archive", path);
    root = tree_new();
    import_status(root, &status);
    import_directory(root, root, path);
    if (!root->child_count)
        fail(STATUS_FAILED, "--root %s: the directory is empty", path);
    return root;
}

void import_bytes(struct node *root, const void *bytes, size_t length, const char *source)
{
    struct archive *archive = import_reader();

    if (archive_read_open_memory(archive, bytes, length) != ARCHIVE_OK)
        fail(STATUS_FAILED, "%s is damaged: %s", source, archive_error_string(archive));
    import_entries(root, archive, source);
    archive_read_free(archive);
}

/* The current member of a package, itself an archive, in memory. */
static void import_member(struct node *root, struct archive *outer, const char *path)
{
    struct node member = {0};

    import_contents(outer, &member, path);
    import_bytes(root, member.bytes, (size_t)member.size, path);
    free((void *)(uintptr_t)member.bytes);
}

void import_package(struct node *root, struct node *control, const char *path)
{
    struct archive *outer = archive_read_new();
    struct archive_entry *entry;
    int seen = 0;

    archive_read_support_format_ar(outer);
    if (archive_read_open_filename(outer, path, IMPORT_BLOCK) != ARCHIVE_OK)
        fail(STATUS_FAILED, "cannot read the package %s: %s", path, archive_error_string(outer));
    while (!seen && archive_read_next_header(outer, &entry) == ARCHIVE_OK)
        if (text_starts(archive_entry_pathname(entry), "data.tar")) {
            import_member(root, outer, path);
            seen = 1;
        } else if (control && text_starts(archive_entry_pathname(entry), "control.tar")) {
            import_member(control, outer, path);
        }
    if (!seen)
        fail(STATUS_FAILED, "%s is no Debian package: it has no data archive", path);
    archive_read_free(outer);
}
