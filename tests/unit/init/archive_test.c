/* SPDX-License-Identifier: MIT */
/* archive_test.c - the boot archive reader on the host: good archives, damaged ones, and chance. */
#include "libos/init/archive.h"
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define PAGE 4096

static uint8_t image[20 * PAGE];
static size_t length;
static struct archive archive;

static void header(const char *name, size_t bytes, size_t name_bytes)
{
    char text[111];

    snprintf(text, sizeof text, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", 1,
             0100644, 0, 0, 1, 0, bytes, 0, 0, 0, 0, name_bytes, 0);
    memcpy(image + length, text, 110);
    memcpy(image + length + 110, name, strlen(name) + 1);
    length += 110 + name_bytes;
}

static void add(const char *name, size_t bytes)
{
    size_t start = (length + 110 + strlen(name) + 1 + PAGE - 1) / PAGE * PAGE;

    header(name, bytes, start - length - 110);
    memset(image + length, 'x', bytes);
    length = (length + bytes + 3) & ~3ul;
}

static void make(void)
{
    memset(image, 0, sizeof image);
    length = 0;
    add("init", 5000);
    add("manifest", 123);
    add("empty", 0);
    add("linux", 4096);
    header("TRAILER!!!", 0, 11);
    length = (length + 511) & ~511ul;
}

/* A fresh copy for each view, exactly as long as was asked for. */
static const uint8_t *view(void *context, uint64_t offset, uint64_t bytes)
{
    static uint8_t *copy;

    (void)context;
    free(copy);
    copy = NULL;
    if (bytes > 8192 || offset > length || bytes > length - offset)
        return NULL;
    copy = malloc(bytes ? bytes : 1);
    memcpy(copy, image + offset, bytes);
    return copy;
}

static const char *read_it(void)
{
    return archive_read(&archive, length, view, NULL);
}

static void good(void)
{
    make();
    CHECK(!read_it());
    CHECK(archive.count == 4);
    const struct archive_member *m = archive_find(&archive, "manifest");

    CHECK(m && m->bytes == 123 && m->offset % PAGE == 0 && image[m->offset] == 'x');
    CHECK(archive_find(&archive, "empty") && !archive_find(&archive, "empty")->bytes);
    CHECK(!archive_find(&archive, "manif"));
}

static void damaged(void)
{
    make();
    image[0] = '1';
    CHECK(strstr(read_it(), "newc"));
    make();
    image[6 + 6 * 8] = 'g'; /* file size */
    CHECK(strstr(read_it(), "bad number"));
    make();
    memcpy(image + 6 + 6 * 8, "FFFFFFFF", 8);
    CHECK(strstr(read_it(), "truncated"));
    make();
    memcpy(image + 6 + 11 * 8, "00000000", 8); /* name size */
    CHECK(strstr(read_it(), "name length"));
    make();
    memcpy(image + 6 + 11 * 8, "FFFFFFFF", 8);
    CHECK(strstr(read_it(), "name length"));
    make();
    memset(image + 110, 'n', 100);
    CHECK(strstr(read_it(), "longer than 63"));
    make();
    image[PAGE - 1] = 'n';
    CHECK(strstr(read_it(), "does not end"));
    make();
    memcpy(image + 6 + 11 * 8, "00000005", 8);
    CHECK(strstr(read_it(), "page"));
}

static void cut_short(void)
{
    make();
    size_t whole = length;

    for (size_t n = 0; n < whole - 512; n += 7) {
        length = n;
        CHECK(read_it() != NULL);
    }
    length = whole;
    CHECK(!read_it());
}

static void many(void)
{
    length = 0;
    memset(image, 0, sizeof image);
    for (int i = 0; i < ARCHIVE_MEMBERS_MAX + 1; i++)
        header("e", 0, 2);
    header("TRAILER!!!", 0, 11);
    CHECK(strstr(read_it(), "more than 64"));
}

static void chance(void)
{
    unsigned state = 7;

    for (int i = 0; i < 20000; i++) {
        make();
        for (int k = 0; k < 4; k++) {
            state = state * 1664525 + 1013904223;
            image[(state >> 4) % (k & 1 ? 220 : length)] = (uint8_t)(state >> 24);
        }
        const char *wrong = read_it();

        for (uint32_t m = 0; !wrong && m < archive.count; m++)
            CHECK(archive.member[m].offset <= length &&
                  archive.member[m].bytes <= length - archive.member[m].offset);
    }
}

int main(void)
{
    TEST(good);
    TEST(damaged);
    TEST(cut_short);
    TEST(many);
    TEST(chance);
    (void)view(NULL, UINT64_MAX, 0); /* frees the last copy */
    return TAP_END();
}
