/* SPDX-License-Identifier: MIT */
/*
 * archive.c - host program: writes a boot archive (docs/boot-image.md) from files.
 *
 *   archive OUTPUT NAME=FILE...
 *
 * The file data start on pages: the name field is padded with NULs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE   4096u
#define HEADER 110u

static FILE *output;
static uint64_t offset;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "archive: %s: %s\n", name, what);
    exit(1);
}

static void put(const void *bytes, size_t count)
{
    if (fwrite(bytes, 1, count, output) != count)
        fail("cannot write", "output");
    offset += count;
}

static void pad(uint64_t boundary)
{
    while (offset % boundary)
        put("", 1);
}

static void put_header(const char *name, size_t bytes, size_t name_bytes)
{
    static unsigned inode = 1;
    char header[HEADER + 32];

    snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
             inode++, bytes ? 0100755 : 0, 0, 0, 1, 0, (unsigned)bytes, 0, 0, 0, 0,
             (unsigned)name_bytes, 0);
    put(header, HEADER);
    put(name, strlen(name) + 1);
}

static void add(const char *argument)
{
    const char *equals = strchr(argument, '=');
    char name[64];

    if (!equals || equals - argument >= (long)sizeof name)
        fail("not NAME=FILE", argument);
    snprintf(name, sizeof name, "%.*s", (int)(equals - argument), argument);
    FILE *file = fopen(equals + 1, "rb");

    if (!file || fseek(file, 0, SEEK_END))
        fail("cannot read", equals + 1);
    long bytes = ftell(file);
    char *data = malloc(bytes > 0 ? (size_t)bytes : 1);

    rewind(file);
    if (!data || bytes < 0 || fread(data, 1, (size_t)bytes, file) != (size_t)bytes)
        fail("cannot read", equals + 1);
    fclose(file);
    uint64_t start = (offset + HEADER + strlen(name) + 1 + PAGE - 1) / PAGE * PAGE;

    put_header(name, (size_t)bytes, start - offset - HEADER);
    pad(PAGE);
    put(data, (size_t)bytes);
    pad(4);
    free(data);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: archive OUTPUT NAME=FILE...\n", stderr);
        return 2;
    }
    output = fopen(argv[1], "wb");
    if (!output)
        fail("cannot write", argv[1]);
    for (int i = 2; i < argc; i++)
        add(argv[i]);
    put_header("TRAILER!!!", 0, strlen("TRAILER!!!") + 1);
    pad(512);
    if (fclose(output))
        fail("cannot write", argv[1]);
    return 0;
}
