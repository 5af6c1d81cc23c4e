/* SPDX-License-Identifier: MIT */
/*
 * manifest.h - the manifest (docs/boot-image.md): which instances to start, with what.
 *
 * Pure and strict: an unknown key, a missing value or a bad number is an error with line and
 * column. Linked into host tests too.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/exo_manifest.h"

#define MANIFEST_REST UINT64_MAX

enum manifest_list {
    MANIFEST_ARG,
    MANIFEST_ENV,
    MANIFEST_OPTION
};
enum manifest_restart {
    RESTART_NO,
    RESTART_ON_FAILURE,
    RESTART_ALWAYS
};

struct manifest_instance {
    const char *name;
    const char *libos;
    const char *root; /* NULL: none */
    const char *cwd;
    uint64_t memory_bytes; /* MANIFEST_REST: what is left */
    uint32_t share;
    enum manifest_restart restart;
    uint32_t tty_mask;
    uint16_t rows, columns;
};

/* One arg, env or option line, in the order of the file. */
struct manifest_item {
    uint32_t instance;
    enum manifest_list list;
    const char *text;
    const char *value; /* option: the value; else NULL */
};

struct manifest {
    uint32_t count;
    struct manifest_instance instance[MANIFEST_INSTANCES_MAX];
    struct manifest_item *items; /* of the caller */
    uint32_t item_count, item_limit;
    uint32_t error_line, error_column; /* from 1 */
    char error[160];
};

/*
 * manifest_parse - read a manifest.
 *
 * manifest  filled in; items and item_limit are set by the caller
 * text      the file and a NUL after it, text[bytes]; strings are unescaped in place, so the caller
 * keeps it bytes     its length
 *
 * Returns  true; or false with error, error_line and error_column set
 * Bound    linear in bytes
 */
bool manifest_parse(struct manifest *manifest, char *text, size_t bytes);
