/* SPDX-License-Identifier: MIT */
/*
 * manifest.h - the text that tells init what to start (docs/boot-image.md).
 */
#pragma once
#include "tools/text.h"

/* Append "key value" with the value quoted as far as it needs to be. */
void manifest_line(struct buffer *manifest, const char *key, const char *value);

/* Append `env NAME=VALUE`, `option NAME VALUE` and the like: a key with two values. */
void manifest_pair(struct buffer *manifest, const char *key, const char *first, const char *second);

/* The boot archive's member for a LibOS: a name is its own, a path's is the file's name without
 * ".elf". Gives. */
char *manifest_member(const char *libos);

/*
 * manifest_check_size - refuse a manifest made from a command line that init would find too large.
 *
 * verb  for the message; the process ends with 126, as a shell does when the arguments are too long
 */
void manifest_check_size(const struct buffer *manifest, const char *verb);

/* What a manifest written by a user refers to. */
struct manifest_use {
    struct text_list libos; /* members named by `libos`, each once */
    struct text_list
        root; /* values of `root` as the user wrote them: paths, `default`, `packages:a,b` */
    unsigned instances; /* `instance` lines */
    struct manifest_publish {
        unsigned instance, line;
        char *text; /* HOST:GUEST[/udp] */
    } * publish;
    size_t publish_count;
};

/*
 * manifest_rewrite - turn a user's manifest into init's.
 *
 * text  the file; `root` lines get the names of the archives that the tool will make (root0.cpio,
 * ...); and `libos` lines those of members; `publish` lines are the tool's and become empty; all other lines stay as they are, so that init's line
 * numbers are the user's use   filled in with what has to be put into the boot archive
 *
 * Gives.
 */
char *manifest_rewrite(const char *text, struct manifest_use *use);
