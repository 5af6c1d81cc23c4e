/* SPDX-License-Identifier: MIT */
/*
 * object_test.c - object files as clang writes them: read, linked, verified, run in the interpreter and as machine code; then the
 * same files damaged in every way.
 *
 *   object_test FOLDER    of samples/NAME.o
 */
#include "apps/echo_table.h"
#include "apps/kv_table.h"
#include "interpret.h"
#include "lib/exo/code_object.h"
#include "native.h"
#include "tap.h"
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES 65536
#define DAMAGED      4000 /* per object */

static const char *folder = "build/tests/unit/code/samples";
static char image[1 << 20];
static uint64_t image_bytes;
static struct exo_code_object object;
static struct exo_code_linked linked;
static struct exo_code_entry entry;
static _Alignas(8) uint8_t scratch[4 << 20];
static struct code_check check;

/* One run's memory; [0] interpreted, [1] compiled. */
static struct world {
    struct code_run run;
    uint8_t packet[2048], reply[2048], memory[MEMORY_BYTES];
    struct exo_code_extent own[512];
} world[2];

static bool read_file(const char *name)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.o", folder, name);
    file = fopen(path, "rb");
    if (!file)
        return false;
    image_bytes = fread(image, 1, sizeof image, file);
    fclose(file);
    return true;
}

static enum code_progress verify(void)
{
    struct code_subject subject = {
        .insn = (const struct code_insn *)linked.insns,
        .count = linked.count,
        .type = entry.type,
        .memory_bytes = code_types[entry.type].access[EXO_CODE_MEMORY] ? MEMORY_BYTES : 0,
        .rodata_bytes = linked.rodata_bytes};
    enum code_progress progress = code_check_begin(&check, &subject, scratch, sizeof scratch);

    while (progress == CODE_MORE)
        progress = code_check_step(&check, 4096);
    return progress;
}

/* Reads, links and verifies a sample; initial variables are in both worlds' memory. */
static bool load(const char *name)
{
    uint32_t where;

    if (!read_file(name))
        return false;
    const char *wrong = exo_code_object_read(&object, image, image_bytes);

    if (!wrong && !exo_code_object_program(&object, 0, &entry))
        wrong = "has no program";
    if (!wrong)
        wrong = exo_code_object_link(&object, &entry, &linked, &where);
    if (wrong)
        printf("# %s: %s\n", name, wrong);
    if (wrong || verify() != CODE_DONE)
        return false;
    for (int w = 0; w < 2; w++) {
        memset(&world[w], 0, sizeof world[w]);
        for (uint32_t i = 1; i < object.section_count; i++)
            if (object.section[i].region == EXO_CODE_MEMORY && object.section[i].bytes)
                memcpy(world[w].memory + object.section[i].offset, object.section[i].bytes,
                       object.section[i].size);
    }
    return true;
}

static uint32_t transport = 34; /* where the transport header is said to be */

static void windows(struct world *w, uint32_t length)
{
    const struct code_type *type = &code_types[entry.type];

    memset(w->run.window, 0, sizeof w->run.window);
    if (type->access[EXO_CODE_PACKET_REGION])
        w->run.window[EXO_CODE_PACKET_REGION] = (struct code_window){w->packet, length};
    if (type->access[EXO_CODE_INPUT])
        w->run.window[EXO_CODE_INPUT] = (struct code_window){w->memory, length};
    if (type->access[EXO_CODE_REPLY])
        w->run.window[EXO_CODE_REPLY] = (struct code_window){w->reply, 1536};
    if (type->access[EXO_CODE_MEMORY])
        w->run.window[EXO_CODE_MEMORY] = (struct code_window){w->memory, MEMORY_BYTES};
    w->run.window[EXO_CODE_RODATA] = (struct code_window){linked.rodata, linked.rodata_bytes};
    ((struct exo_code_packet *)w->run.context)->length = length;
    ((struct exo_code_packet *)w->run.context)->flags = 14 | transport << 16;
    w->run.own = w->own;
    w->run.own_max = 512;
    code_run_begin(&w->run, type);
}

/* Both ways; they must agree. */
static uint64_t run(uint32_t length)
{
    struct machine machine = {.run = &world[0].run, .check = &check};
    uint32_t bytes;

    windows(&world[0], length);
    windows(&world[1], length);
    uint64_t result = interpret(&machine);

    code_run_end(&world[0].run, check.type, result);
    uint64_t native = native_run(&check, &world[1].run, 4711, &bytes);

    CHECK(!machine.violation && world[0].run.abort == world[1].run.abort && result == native);
    CHECK(!memcmp(world[0].memory, world[1].memory, MEMORY_BYTES) &&
          !memcmp(world[0].reply, world[1].reply, sizeof world[0].reply));
    return native;
}

static void packet_set(const void *bytes, uint32_t length)
{
    for (int w = 0; w < 2; w++)
        memcpy(world[w].packet, bytes, length);
}

/* What samples/inline.c computes, in this compiler's words. */
static uint64_t twice(uint64_t x, const uint8_t *p)
{
    static const uint8_t table[16] = {1, 2, 3, 4, 5, 6, 7, 8};

    return x + x + p[3] + table[x & 15];
}

static void functions_are_expanded(void)
{
    uint8_t packet[64] = {9, 1, 2, 77};
    uint64_t expected = 0, counters[2];

    CHECK(load("inline"));
    for (uint32_t i = 0; i < 20; i++) {
        packet[0] = (uint8_t)(i * 3);
        packet[3] = (uint8_t)(200 - i);
        packet_set(packet, 64);
        CHECK(run(40 + i) == EXO_CODE_CONSUMED);
        uint64_t y = twice(packet[0] + 1u, packet);

        expected += y + twice(y, packet) + packet[0] + 5 + 40 + i;
    }
    CHECK(run(7) == EXO_CODE_DELIVER);
    uint32_t offset = 0;

    for (uint32_t i = 1; i < object.section_count; i++)
        if (object.section[i].name[0] && !strcmp(object.section[i].name, ".bss"))
            offset = object.section[i].offset;
    memcpy(counters, world[1].memory + offset, sizeof counters);
    CHECK(counters[0] == 20 && counters[1] == expected);
}

static const uint8_t udp_packet[50] = {1,  1,    1, 1,   1,   1,   2,   2,   2,    2,    2,  2, 8,
                                       0,  0x45, 0, 0,   36,  0,   0,   0,   0,    64,   17, 0, 0,
                                       10, 0,    2, 2,   10,  0,   2,   15,  0x12, 0x34, 0,  7, 0,
                                       16, 0,    0, 'h', 'e', 'l', 'l', 'o', '!',  '!',  '!'};

static void echo_answers(void)
{
    uint8_t other[50];

    CHECK(load("udp_echo"));
    packet_set(udp_packet, 50);
    CHECK(run(50) == EXO_CODE_CONSUMED && world[1].run.send_count == 1 &&
          world[1].run.send[0].length == 50);
    const uint8_t *r = world[1].reply;

    CHECK(!memcmp(r, udp_packet + 6, 6)); /* its sender is put in by the kernel */
    CHECK(!memcmp(r + 26, udp_packet + 30, 4) && !memcmp(r + 30, udp_packet + 26, 4));
    CHECK(r[35] == 7 && r[36] == 0x12 && !memcmp(r + 42, "hello!!!", 8));
    for (uint32_t length = 0; length < 42; length++)
        CHECK(run(length) == EXO_CODE_DELIVER && world[1].run.send_count == 0);
    transport = 38; /* options */
    CHECK(run(50) == EXO_CODE_DELIVER);
    transport = 0; /* a fragment */
    CHECK(run(50) == EXO_CODE_DELIVER);
    transport = 34;
    memcpy(other, udp_packet, 50);
    other[39] = 12;
    memcpy(other + 42, "quit", 4);
    packet_set(other, 50);
    CHECK(run(50) == EXO_CODE_DELIVER);
    other[45] = 'e';
    packet_set(other, 50);
    CHECK(run(50) == EXO_CODE_CONSUMED);
    CHECK(((struct echo_shared *)world[1].memory)->answered == 2);
    CHECK(check.guarded == 0);
}

static uint32_t hash_of(const char *key)
{
    uint32_t hash = KV_HASH_START;

    for (; *key; key++)
        hash = (hash ^ (uint8_t)*key) * KV_HASH_STEP;
    return hash;
}

static void put(const char *key, const char *answer)
{
    uint32_t hash = hash_of(key);

    for (int w = 0; w < 2; w++) {
        struct kv_entry *e = &((struct kv_shared *)world[w].memory)->entry[hash % KV_ENTRIES];

        e->hash = hash;
        e->key_bytes = (uint32_t)strlen(key);
        memcpy(e->key, key, e->key_bytes);
        e->answer_bytes = (uint32_t)strlen(answer);
        memcpy(e->answer, answer, e->answer_bytes);
        e->sequence += 2;
    }
}

static uint32_t short_by; /* bytes that the datagram says it is shorter than its frame */

static uint32_t get(const char *text)
{
    uint8_t packet[300];
    uint32_t length = 50 + (uint32_t)strlen(text);

    memcpy(packet, udp_packet, 42);
    memset(packet + 42, 0, 8);
    packet[47] = 1; /* of one datagram */
    packet[39] = (uint8_t)(16 + strlen(text) - short_by);
    memcpy(packet + 50, text, strlen(text));
    packet_set(packet, length);
    return (uint32_t)run(length);
}

static void kv_answers(void)
{
    static const char answer[] = "VALUE colour 0 4\r\nblue\r\nEND\r\n";
    struct kv_shared *shared = (struct kv_shared *)world[1].memory;

    CHECK(load("kv"));
    for (int w = 0; w < 2; w++)
        ((struct kv_shared *)world[w].memory)->port = 7 << 8;
    put("colour", answer);
    CHECK(get("get colour\r\n") == EXO_CODE_CONSUMED);
    CHECK(world[1].run.send_count == 1 && world[1].run.send[0].length == 50 + strlen(answer));
    CHECK(!memcmp(world[1].reply + 50, answer, strlen(answer)));
    uint32_t sum = 0;

    for (int i = 14; i < 34; i += 2)
        sum += (uint32_t)(world[1].reply[i] << 8 | world[1].reply[i + 1]);
    CHECK((sum & 0xffff) + (sum >> 16) == 0xffff); /* the IPv4 header's sum */
    CHECK(get("get colours\r\n") == EXO_CODE_DELIVER && get("get colou\r\n") == EXO_CODE_DELIVER);
    CHECK(get("set colour 0 0 1\r\n") == EXO_CODE_DELIVER && get("get \r\n") == EXO_CODE_DELIVER);
    CHECK(get("get aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n") == EXO_CODE_DELIVER);
    CHECK(shared->hits == 1 && shared->misses == 4); /* `get ` alone is too short to look at */
    /* Several keys, no end of the line, something behind it: not for the handler. */
    CHECK(get("get colour colour\r\n") == EXO_CODE_DELIVER &&
          get("get colour") == EXO_CODE_DELIVER);
    CHECK(get("get colour\r") == EXO_CODE_DELIVER && get("get colour\rx") == EXO_CODE_DELIVER);
    CHECK(get("get colour\r\nget colour\r\n") == EXO_CODE_DELIVER && shared->hits == 1);
    short_by = 4; /* the frame is padded, the line's end lies in the padding */
    CHECK(get("get colour\r\n") == EXO_CODE_DELIVER && shared->hits == 1);
    short_by = 0;
    CHECK(get("get colour\r\n") == EXO_CODE_CONSUMED && shared->hits == 2);
    shared->entry[hash_of("colour") % KV_ENTRIES].sequence++; /* being changed */
    ((struct kv_shared *)world[0].memory)->entry[hash_of("colour") % KV_ENTRIES].sequence++;
    CHECK(get("get colour\r\n") == EXO_CODE_DELIVER);
}

static void inodes_own_their_blocks(void)
{
    CHECK(load("inode"));
    for (int w = 0; w < 2; w++) {
        uint32_t *words = (uint32_t *)world[w].memory;

        words[0] = 0x8000; /* inode 0: blocks 100 and 101, indirect 7 */
        words[2] = 100;
        words[3] = 101;
        words[14] = 7;
        words[31 * 32] = 1; /* inode 31: block 9 in its last pointer */
        words[31 * 32 + 13] = 9;
        words[5 * 32 + 2] = 1234; /* inode 5 is free */
    }
    CHECK(run(4096) == 0 && world[1].run.own_count == 4);
    CHECK(world[1].own[0].first == 100 && world[1].own[1].first == 101 &&
          world[1].own[2].first == 7 && world[1].own[2].type == 1 && world[1].own[3].first == 9);
    CHECK(run(4095) == 0 && world[1].run.own_count == 3); /* the last inode is cut off */
    CHECK(run(0) == 0 && world[1].run.own_count == 0);
}

static void lines_are_found(void)
{
    struct exo_code_line line;
    uint32_t found = 0;

    CHECK(load("udp_echo"));
    for (uint32_t i = 0; i < linked.count; i++)
        if (exo_code_object_line(&object, linked.origin[i], &line))
            found +=
                line.line > 10 && line.line < 80 && strstr(line.file, "udp_echo.c") && line.text[0];
    CHECK(found == linked.count);
    CHECK(!exo_code_object_line(&object, 63u << 24, &line));
    CHECK(!exo_code_object_line(&object, UINT32_MAX, &line));
}

static uint64_t seed = 1;

static uint32_t chance(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed % n);
}

/* Whatever is in the file: nothing is read outside of it (the sanitizers see to that), nothing hangs. */
static void try_image(uint64_t bytes)
{
    uint32_t where;
    struct exo_code_line line;
    char *copy = malloc(bytes ? bytes : 1); /* so that reading past the end is seen */

    memcpy(copy, image, bytes);
    if (!exo_code_object_read(&object, copy, bytes)) {
        for (uint32_t i = 0; i < 8 && exo_code_object_program(&object, i, &entry); i++) {
            (void)strlen(entry.name);
            if (exo_code_object_link(&object, &entry, &linked, &where))
                continue;
            (void)verify();
            for (uint32_t k = 0; k < linked.count; k += 7)
                if (exo_code_object_line(&object, linked.origin[k], &line))
                    (void)(strlen(line.file) + strlen(line.text));
        }
    }
    free(copy);
}

static void damaged_files_do_no_harm(void)
{
    static const char *const names[] = {"inline", "udp_echo", "kv", "inode"};
    static char original[sizeof image];
    uint64_t tried = 0;

    for (uint32_t n = 0; n < 4; n++) {
        CHECK(read_file(names[n]));
        memcpy(original, image, image_bytes);
        for (uint64_t length = 0; length < image_bytes; length += 1 + chance(97), tried++)
            try_image(length);
        for (uint32_t i = 0; i < DAMAGED; i++, tried++) {
            memcpy(image, original, image_bytes);
            for (uint32_t k = 1 + chance(4); k; k--) {
                uint64_t at = chance((uint32_t)image_bytes);

                if (chance(3) ==
                    0) /* the headers of sections are at the end, the file's at the start */
                    at = chance(2) ? chance(64)
                                   : image_bytes - 1 - chance(64 * 40 < image_bytes ? 64 * 40 : 64);
                image[at] = chance(2) ? (char)chance(256) : (char)(image[at] ^ 1 << chance(8));
            }
            try_image(image_bytes);
        }
    }
    printf("# %lu damaged object files\n", (unsigned long)tried);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        folder = argv[1];
    if (!read_file("inline")) {
        printf("ok 1 - object files # SKIP clang is not installed\n1..1\n");
        return 0;
    }
    TEST(functions_are_expanded);
    TEST(echo_answers);
    TEST(kv_answers);
    TEST(inodes_own_their_blocks);
    TEST(lines_are_found);
    TEST(damaged_files_do_no_harm);
    return TAP_END();
}
