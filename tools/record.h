/* SPDX-License-Identifier: MIT */
/*
 * record.h - whole records out of the bytes that a LibOS sends (libos/linux/observe/record.h).
 */
#pragma once
#include "libos/linux/observe/record.h"
#include "tools/text.h"

struct record_reader {
    struct buffer partial;
    int broken; /* a malformed record came: nothing more is read */
};

typedef void (*record_taker)(void *context, const struct record *record, const uint8_t *body,
                             size_t length);

/*
 * record_read - take the bytes, and hand on each record that is whole.
 *
 * Returns 0, or -1 when a record was malformed now or before
 */
int record_read(struct record_reader *reader, const void *bytes, size_t length, record_taker take,
                void *context);
