/* SPDX-License-Identifier: MIT */
/*
 * kv-ash.c - a key-value store whose `get` is answered in the kernel, where the packet arrives: memcached's text protocol over UDP.
 *
 * kv-ash [PORT]   serve on a port, 11211 if none is given; a datagram `quit` ends it
 * kv-ash test     no network: store a value, let the handler answer a packet, and say what happened
 *
 * Commands: get, gets (one or more keys), set, delete, stats, version; expiry times are taken and not obeyed. One request is one
 * datagram; long answers are cut into several, numbered as memcached does. The handler (apps/handlers/kv.c) answers `get` of one key out of
 * the table in its memory window (apps/kv_table.h); everything else, and what is not in the table, comes to the ring and is
 * answered here out of the whole store, and is put into the table for the next time.
 * Not here: TCP. A handler sees single packets; connections are the business of a stack, e.g. the Linux LibOS's (memcached itself).
 */
#include "apps/kv_table.h"
#include "lib/exo/format.h"
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/code.h"
#include "lib/exo/code_report.h"
#include "lib/exo/libos.h"
#include "lib/exo/net_service.h"

#define MEMORY_ADDRESS 0x10000000000
#define WINDOW_ADDRESS 0x11000000000
#define BUFFER_FRAMES  128
#define EVENT          1
#define FRAME_BYTES    8 /* memcached's header of each datagram */
#define DATAGRAM_BYTES 1400
#define STORE_ITEMS    512
#define VALUE_MAX      1400
#define TEXT_MAX       16384 /* of an answer */

__asm__(".section .rodata\n"
        "kv_object: .incbin \"build/apps/handlers/kv.o\"\n"
        "kv_object_end:\n"
        ".text\n");
extern const uint8_t kv_object[], kv_object_end[];

struct item {
    uint32_t key_bytes, flags, bytes; /* key_bytes 0: free */
    uint64_t version;
    char key[KV_KEY_MAX];
    uint8_t value[VALUE_MAX];
};

static struct exo_domain domain;
static struct exo_net net;
static struct exo_code code;
static struct kv_shared *shared;
static struct item store[STORE_ITEMS];
static uint64_t versions;
static uint64_t served; /* requests that came to the ring */
static char text[TEXT_MAX];
static uint32_t text_bytes;

/* --- The store, and the handler's table ------------------------------------------------------------------------- */

static uint32_t hash_of(const char *key, uint32_t bytes)
{
    uint32_t hash = KV_HASH_START;

    for (uint32_t i = 0; i < bytes; i++)
        hash = (hash ^ (uint8_t)key[i]) * KV_HASH_STEP;
    return hash;
}

static bool is_key(const struct item *item, const char *key, uint32_t bytes)
{
    return item->key_bytes == bytes && !memcmp(item->key, key, bytes);
}

/* The item with that key, or, if `make`, a free one for it; NULL: there is none. */
static struct item *item_find(const char *key, uint32_t bytes, bool make)
{
    uint32_t at = hash_of(key, bytes) % STORE_ITEMS;
    struct item *room = NULL;

    for (uint32_t i = 0; i < STORE_ITEMS; i++) { /* freed places are passed over: look at all */
        struct item *item = &store[(at + i) % STORE_ITEMS];

        if (is_key(item, key, bytes))
            return item;
        if (!room && !item->key_bytes)
            room = item;
    }
    return make ? room : NULL;
}

static uint32_t value_head(char *out, uint32_t room, const struct item *item)
{
    return (uint32_t)format(out, room, "VALUE %.*s %u %u\r\n", (int)item->key_bytes, item->key,
                            item->flags, item->bytes);
}

/* From now on the handler answers a `get` of this item with what it is now, if that is short enough. */
static void table_put(const struct item *item)
{
    uint32_t hash = hash_of(item->key, item->key_bytes);
    struct kv_entry *e = &shared->entry[hash % KV_ENTRIES];
    char head[80];
    uint32_t n = value_head(head, sizeof head, item);

    if (n + item->bytes + 7 > KV_ANSWER_MAX)
        return;
    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST); /* odd: being changed */
    e->hash = hash;
    e->key_bytes = item->key_bytes;
    memcpy(e->key, item->key, item->key_bytes);
    memcpy(e->answer, head, n);
    memcpy(e->answer + n, item->value, item->bytes);
    memcpy(e->answer + n + item->bytes, "\r\nEND\r\n", 7);
    e->answer_bytes = n + item->bytes + 7;
    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST);
}

/* The handler knows nothing of this key any more. */
static void table_drop(const char *key, uint32_t bytes)
{
    uint32_t hash = hash_of(key, bytes);
    struct kv_entry *e = &shared->entry[hash % KV_ENTRIES];

    if (e->hash != hash || e->key_bytes != bytes || memcmp(e->key, key, bytes) != 0)
        return;
    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST);
    e->key_bytes = 0;
    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST);
}

/* --- Requests ------------------------------------------------------------------------------------------------------ */

/* A request's text: [at, end) is not looked at yet. */
struct reader {
    const char *at, *end;
};

static void say(const char *bytes, uint32_t count)
{
    if (count > TEXT_MAX - text_bytes)
        count = TEXT_MAX - text_bytes;
    memcpy(text + text_bytes, bytes, count);
    text_bytes += count;
}

static void say_text(const char *words)
{
    say(words, (uint32_t)strlen(words));
}

/* The next word of the line, in *word; its length, 0: there is none. */
static uint32_t next_word(struct reader *r, const char **word)
{
    while (r->at < r->end && *r->at == ' ')
        r->at++;
    *word = r->at;
    while (r->at < r->end && (uint8_t)*r->at > ' ')
        r->at++;
    return (uint32_t)(r->at - *word);
}

static bool next_key(struct reader *r, const char **key, uint32_t *bytes)
{
    *bytes = next_word(r, key);
    return *bytes && *bytes < KV_KEY_MAX;
}

static bool next_number(struct reader *r, uint32_t *out)
{
    const char *word;
    uint32_t bytes = next_word(r, &word);

    *out = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        if (word[i] < '0' || word[i] > '9' || *out > 100000000)
            return false;
        *out = *out * 10 + (uint32_t)(word[i] - '0');
    }
    return bytes;
}

static bool end_of_line(struct reader *r)
{
    if (r->end - r->at < 2 || r->at[0] != '\r' || r->at[1] != '\n')
        return false;
    r->at += 2;
    return true;
}

/* "set KEY FLAGS TIME BYTES\r\nVALUE\r\n" */
static void set(struct reader *r)
{
    uint32_t key_bytes, flags, time, bytes;
    const char *key;

    if (!next_key(r, &key, &key_bytes) || !next_number(r, &flags) || !next_number(r, &time) ||
        !next_number(r, &bytes) || !end_of_line(r)) {
        say_text("CLIENT_ERROR bad command line format\r\n");
        return;
    }
    if (r->end - r->at < (int64_t)bytes + 2 || r->at[bytes] != '\r' || r->at[bytes + 1] != '\n') {
        say_text("CLIENT_ERROR bad data chunk\r\n");
        return;
    }
    struct item *item = bytes <= VALUE_MAX ? item_find(key, key_bytes, true) : NULL;

    if (!item) {
        say_text(bytes <= VALUE_MAX ? "SERVER_ERROR out of memory storing object\r\n"
                                    : "SERVER_ERROR object too large for cache\r\n");
        return;
    }
    table_drop(key, key_bytes);
    item->key_bytes = key_bytes;
    item->flags = flags;
    item->bytes = bytes;
    item->version = ++versions;
    memcpy(item->key, key, key_bytes);
    memcpy(item->value, r->at, bytes);
    table_put(item);
    say_text("STORED\r\n");
}

static void get(struct reader *r, bool with_version)
{
    char head[96];
    uint32_t bytes;
    const char *key;
    uint32_t keys = 0;

    for (; next_key(r, &key, &bytes); keys++) {
        const struct item *item = item_find(key, bytes, false);

        if (!item)
            continue;
        uint32_t n = value_head(head, sizeof head, item);

        if (with_version)
            n = n - 2 +
                (uint32_t)format(head + n - 2, sizeof head - n, " %lu\r\n",
                                 (unsigned long)item->version);
        if (text_bytes + n + item->bytes + 7 > TEXT_MAX) {
            text_bytes = 0;
            say_text("SERVER_ERROR out of memory writing get response\r\n");
            return;
        }
        say(head, n);
        say((const char *)item->value, item->bytes);
        say_text("\r\n");
        table_put(item);
    }
    say_text(keys && !bytes && end_of_line(r) ? "END\r\n" : "ERROR\r\n");
}

static void delete (struct reader *r)
{
    uint32_t bytes;
    const char *key;

    if (!next_key(r, &key, &bytes) || !end_of_line(r)) {
        say_text("CLIENT_ERROR bad command line format\r\n");
        return;
    }
    struct item *item = item_find(key, bytes, false);

    if (item) {
        table_drop(key, bytes);
        item->key_bytes = 0;
    }
    say_text(item ? "DELETED\r\n" : "NOT_FOUND\r\n");
}

static void stats(void)
{
    char line[160];
    uint32_t n = (uint32_t)format(
        line, sizeof line,
        "STAT handler_hits %lu\r\nSTAT handler_misses %lu\r\nSTAT ring_requests %lu\r\nEND\r\n",
        (unsigned long)shared->hits, (unsigned long)shared->misses, (unsigned long)served);

    say(line, n);
}

/* Puts the answer into `text`. Returns whether it was `quit`. */
static bool request(const char *bytes, uint32_t count)
{
    struct reader r = {.at = bytes, .end = bytes + count};
    const char *word;
    uint32_t n = next_word(&r, &word);
    bool quit = n == 4 && !memcmp(word, "quit", 4);

    text_bytes = 0;
    served++;
    if (n == 3 && !memcmp(word, "set", 3))
        set(&r);
    else if (n == 3 && !memcmp(word, "get", 3))
        get(&r, false);
    else if (n == 4 && !memcmp(word, "gets", 4))
        get(&r, true);
    else if (n == 6 && !memcmp(word, "delete", 6))
        delete (&r);
    else if (n == 5 && !memcmp(word, "stats", 5))
        stats();
    else if (n == 7 && !memcmp(word, "version", 7))
        say_text("VERSION kv-ash\r\n");
    else
        say_text(quit ? "BYE\r\n" : "ERROR\r\n");
    return quit;
}

/* --- Datagrams that the handler left to us --------------------------------------------------------------------------- */

/* Returns whether it was `quit`. */
static bool serve(const struct exo_net_packet *packet, uint16_t port)
{
    static uint8_t out[FRAME_BYTES + DATAGRAM_BYTES];
    uint32_t bytes;
    const uint8_t *payload = exo_net_udp_to(packet, port, &bytes);

    if (!payload) {
        (void)exo_net_answer_arp(&net, packet);
        return false;
    }
    /* Requests of several datagrams are none, as in memcached. */
    if (bytes <= FRAME_BYTES || payload[2] || payload[3] || payload[4] || payload[5] != 1)
        return false;
    bool quit = request((const char *)payload + FRAME_BYTES, bytes - FRAME_BYTES);
    uint32_t count = (text_bytes + DATAGRAM_BYTES - 1) / DATAGRAM_BYTES;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = i * DATAGRAM_BYTES;
        uint32_t part = text_bytes - from < DATAGRAM_BYTES ? text_bytes - from : DATAGRAM_BYTES;

        memcpy(out, payload, 2);
        memset(out + 2, 0, FRAME_BYTES - 2);
        out[3] = (uint8_t)i;
        out[5] = (uint8_t)count;
        memcpy(out + FRAME_BYTES, text + from, part);
        (void)exo_net_udp_answer(&net, packet, out, FRAME_BYTES + part);
    }
    return quit;
}

static void serve_all(const struct instance_start *start, uint16_t port)
{
    struct exo_net_memory memory;
    struct exo_net_packet packet;
    bool quit = false;
    int64_t error = exo_net_memory_make(&domain, MEMORY_ADDRESS, BUFFER_FRAMES, &memory);

    shared->port = (uint16_t)(port << 8 | port >> 8);
    if (!error)
        error = exo_net_open(&net, &memory, start->env, EVENT);
    if (error >= 0)
        error = exo_net_divert(&net, port, code.id);
    if (error < 0)
        exo_fail("kv-ash: the network cannot be opened: error %ld", (long)-error);
    exo_print("kv-ash: port %u\n", port);
    while (!quit) {
        while (!quit && exo_net_receive(&net, &packet)) {
            quit = serve(&packet, port);
            exo_net_give_back(&net, &packet);
        }
        (void)exo_net_flush(&net);
        if (!quit && !exo_net_arrived(&net))
            exo_net_wait(&net, EXO_FOREVER);
    }
}

/* --- Without a network ------------------------------------------------------------------------------------------- */

static const uint8_t question[] = {
    1, 1,  1,  1, 1, 1,  2, 2, 2,   2,   2,   2,   8,   0,    0x45, 0,    0,    48,  0,    0,   0,
    0, 64, 17, 0, 0, 10, 0, 2, 2,   10,  0,   2,   15,  0x12, 0x34, 0x2b, 0xcb, 0,   28,   0,   0,
    0, 1,  0,  0, 0, 1,  0, 0, 'g', 'e', 't', ' ', 'c', 'o',  'l',  'o',  'u',  'r', '\r', '\n'};
#define TEXT_AT 50 /* behind Ethernet, IP, UDP and the header of memcached */

static int test(void)
{
    static const char store_it[] = "set colour 0 0 4\r\nblue\r\n";
    static uint8_t output[EXO_PAGE_SIZE];
    static uint8_t packet[sizeof question];
    struct exo_code_test run = {.input = (uint64_t)packet,
                                .input_bytes = sizeof packet,
                                .output = (uint64_t)output,
                                .output_bytes = sizeof output};
    int64_t error;

    memcpy(packet, question, sizeof packet);
    shared->port = 0x2b | 0xcb << 8;
    (void)request(store_it, sizeof store_it - 1);
    error = exo_code_test(EXO_SLOT, code.id, &run);
    exo_print("kv-ash: hit: error %ld, verdict %lu, %u bytes: %.*s", (long)error,
              (unsigned long)run.result, run.output_bytes, (int)run.output_bytes - TEXT_AT,
              (const char *)output + TEXT_AT);
    packet[58] = 'x';
    run.output_bytes = sizeof output;
    error = exo_code_test(EXO_SLOT, code.id, &run);
    exo_print("kv-ash: miss: error %ld, verdict %lu, %u bytes\n", (long)error,
              (unsigned long)run.result, run.output_bytes);
    return shared->hits == 1 && shared->misses == 1 ? 0 : 1;
}

static void load_handler(void)
{
    struct exo_code_report report = {0};
    const char *wrong = NULL;
    enum exo_code_detail detail;
    int64_t error =
        exo_code_load_object(&code, &domain, kv_object, (uint64_t)(kv_object_end - kv_object), "kv",
                             WINDOW_ADDRESS, 0, &report, &wrong);

    if (error == -EXO_E_CODE)
        exo_fail("kv-ash: the handler is refused at instruction %u: %s", report.insn,
                 exo_code_error(report.error, &detail));
    if (error)
        exo_fail("kv-ash: the handler cannot be loaded: %s (error %ld)", wrong ? wrong : "",
                 (long)-error);
    shared = code.window;
    exo_print("kv-ash: handler of %u instructions: %u accesses proved, %u guarded, at most %u\n",
              report.insns, report.proved, report.guarded, report.cost + report.fuel);
}

/* Everything but the page tables of the window comes back: the second time, all. */
static int test_twice(void)
{
    load_handler();
    exo_code_end(&code, &domain);
    uint64_t before = domain.frames.free_count;

    load_handler();
    int status = test();

    exo_code_end(&code, &domain);
    return status || before != domain.frames.free_count;
}

int exo_main(const struct instance_start *start)
{
    uint16_t port = 11211;

    exo_domain_init(&domain);
    if (exo_arg(1) && !strcmp(exo_arg(1), "test"))
        return test_twice();
    if (exo_arg(1))
        port = (uint16_t)exo_arg_number(1, 65535, "port");
    if (!exo_net_config())
        exo_fail("kv-ash: no network: give the instance an address, or run `kv-ash test`");
    load_handler();
    serve_all(start, (uint16_t)port);
    exo_print("kv-ash: %lu answered in the kernel, %lu not; %lu requests here\n",
              (unsigned long)shared->hits, (unsigned long)shared->misses, (unsigned long)served);
    exo_code_end(&code, &domain);
    return 0;
}
