/* SPDX-License-Identifier: MIT */
/*
 * record.c - whole records out of the bytes that a LibOS sends.
 */
#include "tools/record.h"
#include <string.h>

int record_read(struct record_reader *reader, const void *bytes, size_t length, record_taker take,
                void *context)
{
    size_t at = 0;

    if (reader->broken)
        return -1;
    buffer_add(&reader->partial, bytes, length);
    while (reader->partial.length - at >= sizeof(struct record)) {
        struct record record;

        memcpy(&record, reader->partial.bytes + at, sizeof record);
        if (record.length < sizeof record || record.length > RECORD_MAX || record.length % 8) {
            reader->broken = 1;
            return -1;
        }
        if (reader->partial.length - at < record.length)
            break;
        take(context, &record, (const uint8_t *)reader->partial.bytes + at + sizeof record,
             record.length - sizeof record);
        at += record.length;
    }
    if (at)
        buffer_drop(&reader->partial, at);
    return 0;
}
