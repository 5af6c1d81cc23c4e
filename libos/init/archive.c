/* SPDX-License-Identifier: MIT */
/* archive.c - the boot archive's headers, strictly; see archive.h. */
#include "libos/init/archive.h"
#include <stdbool.h>
#include "lib/exo/string.h"

#define HEADER_BYTES   110
#define NAME_BYTES_MAX 8000
#define PAGE           4096u

/* Fields of eight hexadecimal digits after the six of the magic number. */
enum field {
    FIELD_MODE = 1,
    FIELD_FILE_BYTES = 6,
    FIELD_NAME_BYTES = 11
};

static bool hex_field(const uint8_t *header, enum field field, uint32_t *value)
{
    const uint8_t *digits = header + 6 + (unsigned)field * 8;
    uint32_t result = 0;

    for (int i = 0; i < 8; i++) {
        uint8_t c = digits[i];
        uint32_t digit;

        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10u;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10u;
        else
            return false;
        result = result << 4 | digit;
    }
    *value = result;
    return true;
}

static uint64_t align4(uint64_t offset)
{
    return (offset + 3) & ~3ull;
}

struct header {
    uint32_t file_bytes, name_bytes;
    char name[ARCHIVE_NAME_MAX];
};

static const char *read_header(struct header *out, uint64_t offset, uint64_t bytes,
                               archive_view *view, void *context)
{
    if (bytes - offset < HEADER_BYTES)
        return "the boot archive ends within a header: it is truncated";
    const uint8_t *at = view(context, offset, HEADER_BYTES);

    if (!at)
        return "the boot archive cannot be mapped";
    if (memcmp(at, "070701", 6) != 0)
        return "the boot archive is not in the cpio newc format";
    if (!hex_field(at, FIELD_FILE_BYTES, &out->file_bytes) ||
        !hex_field(at, FIELD_NAME_BYTES, &out->name_bytes))
        return "a header of the boot archive has a bad number";
    if (!out->name_bytes || out->name_bytes > NAME_BYTES_MAX ||
        out->name_bytes > bytes - offset - HEADER_BYTES)
        return "a header of the boot archive has a bad name length";
    at = view(context, offset + HEADER_BYTES, out->name_bytes);
    if (!at)
        return "the boot archive cannot be mapped";
    if (at[out->name_bytes - 1])
        return "a name in the boot archive does not end";
    uint64_t length = strnlen((const char *)at, out->name_bytes);

    if (length >= ARCHIVE_NAME_MAX)
        return "a name in the boot archive is longer than 63 bytes";
    memcpy(out->name, at, length + 1);
    return NULL;
}

const char *archive_read(struct archive *archive, uint64_t bytes, archive_view *view, void *context)
{
    uint64_t offset = 0;

    archive->count = 0;
    for (;;) {
        struct header header;

        if (offset > bytes)
            return "a member of the boot archive is longer than the archive: it is truncated";
        const char *wrong = read_header(&header, offset, bytes, view, context);

        if (wrong)
            return wrong;
        if (!strcmp(header.name, "TRAILER!!!"))
            return NULL;
        uint64_t start = align4(offset + HEADER_BYTES + header.name_bytes);

        if (start > bytes || header.file_bytes > bytes - start)
            return "a member of the boot archive is longer than the archive: it is truncated";
        if (header.file_bytes && start % PAGE)
            return "a member of the boot archive does not start on a page: build the archive with "
                   "./lorica";
        if (archive->count == ARCHIVE_MEMBERS_MAX)
            return "the boot archive has more than 64 members";
        struct archive_member *member = &archive->member[archive->count++];

        memcpy(member->name, header.name, sizeof member->name);
        member->offset = start;
        member->bytes = header.file_bytes;
        offset = align4(start + header.file_bytes);
    }
}

const struct archive_member *archive_find(const struct archive *archive, const char *name)
{
    for (uint32_t i = 0; i < archive->count; i++)
        if (!strcmp(archive->member[i].name, name))
            return &archive->member[i];
    return NULL;
}
