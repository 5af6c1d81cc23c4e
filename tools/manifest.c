/* SPDX-License-Identifier: MIT */
/*
 * manifest.c - writing manifests; init is the one that reads them strictly.
 */
#include "tools/manifest.h"
#include "abi/exo_manifest.h"
#include <stdlib.h>
#include <string.h>

static void manifest_value(struct buffer *manifest, const char *value)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%";

    if (*value && value[strspn(value, plain)] == 0) {
        buffer_add(manifest, value, strlen(value));
        return;
    }
    buffer_add(manifest, "\"", 1);
    for (; *value; value++) {
        unsigned char byte = (unsigned char)*value;

        if (byte == '"' || byte == '\\')
            buffer_format(manifest, "\\%c", byte);
        else if (byte == '\n')
            buffer_format(manifest, "\\n");
        else if (byte == '\t')
            buffer_format(manifest, "\\t");
        else if (byte < 0x20 || byte == 0x7f)
            buffer_format(manifest, "\\x%02x", byte);
        else
            buffer_add(manifest, value, 1);
    }
    buffer_add(manifest, "\"", 1);
}

void manifest_line(struct buffer *manifest, const char *key, const char *value)
{
    buffer_format(manifest, "  %s ", key);
    manifest_value(manifest, value);
    buffer_add(manifest, "\n", 1);
}

void manifest_pair(struct buffer *manifest, const char *key, const char *first, const char *second)
{
    buffer_format(manifest, "  %s %s ", key, first);
    manifest_value(manifest, second);
    buffer_add(manifest, "\n", 1);
}

void manifest_check_size(const struct buffer *manifest, const char *verb)
{
    static const char remedy[] = "pass them on standard input, or in a file (xargs)";
    size_t items = 0;

    for (const char *line = manifest->bytes; *line;) {
        size_t length = strcspn(line, "\n");

        items += text_starts(line, "  arg ") || text_starts(line, "  env ") ||
                 text_starts(line, "  option ");
        if (length > MANIFEST_LINE_MAX)
            fail(STATUS_NOT_EXECUTABLE,
                 "%s: an argument or variable is longer than %d bytes: %.40s...\n  try: %s", verb,
                 MANIFEST_LINE_MAX, line + 2, remedy);
        line += length + (line[length] == '\n');
    }
    if (items > MANIFEST_ITEMS_MAX)
        fail(STATUS_NOT_EXECUTABLE, "%s: more than %d arguments and variables\n  try: %s", verb,
             MANIFEST_ITEMS_MAX, remedy);
    if (manifest->length > MANIFEST_BYTES_MAX)
        fail(STATUS_NOT_EXECUTABLE,
             "%s: the arguments and variables are together longer than %d bytes\n  try: %s", verb,
             MANIFEST_BYTES_MAX, remedy);
}

/* The value of a line "KEY VALUE" with the given key, unquoted as far as paths need it; NULL
 * otherwise. Gives. */
static char *manifest_match(const char *line, size_t length, const char *key)
{
    size_t skip = 0, end;

    while (skip < length && (line[skip] == ' ' || line[skip] == '\t'))
        skip++;
    if (length - skip <= strlen(key) || strncmp(line + skip, key, strlen(key)))
        return NULL;
    skip += strlen(key);
    if (line[skip] != ' ' && line[skip] != '\t')
        return NULL;
    while (skip < length && (line[skip] == ' ' || line[skip] == '\t'))
        skip++;
    if (skip < length && line[skip] == '"') {
        const char *close = memchr(line + skip + 1, '"', length - skip - 1);

        return close ? text_format("%.*s", (int)(close - line - (long)skip - 1), line + skip + 1)
                     : NULL;
    }
    end = skip;
    while (end < length && !strchr(" \t#\r", line[end]))
        end++;
    return end > skip ? text_format("%.*s", (int)(end - skip), line + skip) : NULL;
}

char *manifest_member(const char *libos)
{
    const char *slash = strrchr(libos, '/');
    char *name = text_copy(slash ? slash + 1 : libos);

    if (slash && text_ends(name, ".elf"))
        name[strlen(name) - 4] = 0;
    return name;
}

char *manifest_rewrite(const char *text, struct manifest_use *use)
{
    struct buffer out = {0};
    unsigned line = 0;

    buffer_add(&out, "", 0);
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *libos = manifest_match(text, length, "libos");
        char *root = manifest_match(text, length, "root");
        char *instance = manifest_match(text, length, "instance");
        char *publish = manifest_match(text, length, "publish");

        line++;

        use->instances += instance != NULL;
        free(instance);
        if (libos && !text_list_has(&use->libos, libos))
            text_list_add(&use->libos, libos);
        if (root) {
            /* Each instance owns the frames of its root: two that name the same one get a copy each. */
            size_t index = use->root.count;

            text_list_add(&use->root, root);
            buffer_format(&out, "  root root%zu.cpio", index);
        } else if (publish && use->instances) {
            use->publish =
                reallocate(use->publish, (use->publish_count + 1) * sizeof *use->publish);
            use->publish[use->publish_count++] = (struct manifest_publish){
                .instance = use->instances - 1, .line = line, .text = publish};
        } else if (libos) {
            buffer_format(&out, "  libos %s", manifest_member(libos));
        } else {
            buffer_add(&out, text, length);
        }
        buffer_add(&out, "\n", 1);
        text += length + (text[length] == '\n');
    }
    return out.bytes;
}
