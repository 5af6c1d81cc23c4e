/* SPDX-License-Identifier: MIT */
/*
 * kv-ash.c - a key-value store whose `get` is answered in the kernel, where the packet arrives: memcached's text protocol over UDP.
 *
 * kv-ash [PORT]   serve on a port, 11211 if none is given; `set KEY FLAGS TIME BYTES`, `get KEY`, `quit`
 * kv-ash test     no network: store a value, let the handler answer a packet, and say what happened
 * The table lies in the handler's memory window (apps/kv_table.h); what the handler (apps/handlers/kv.c) does not answer comes
 * to the ring as any packet. One request a datagram.
 */
#include "apps/kv_table.h"
#include "base/format.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/code.h"
#include "lib/exo/code_report.h"
#include "lib/exo/libos.h"
#include "lib/exo/net.h"

#define MEMORY_ADDRESS 0x10000000000
#define WINDOW_ADDRESS 0x11000000000
#define BUFFER_FRAMES  128
#define EVENT          1
#define HEADERS        50 /* Ethernet, IPv4 without options, UDP, memcached's 8 bytes */

__asm__(".section .rodata\n"
        "kv_object: .incbin \"build/apps/handlers/kv.o\"\n"
        "kv_object_end:\n"
        ".text\n");
extern const uint8_t kv_object[], kv_object_end[];

static struct exo_domain domain;
static struct exo_net net;
static struct exo_code code;
static struct kv_shared *shared;

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint32_t x)
{
    bytes[0] = (uint8_t)(x >> 8);
    bytes[1] = (uint8_t)x;
}

static void swap(uint8_t *a, uint8_t *b, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* --- The table -------------------------------------------------------------------------------------------------- */

/* The value, with the answer that a `get` is given, where the handler finds it. False: too long. */
static bool store(const char *key, uint32_t key_bytes, uint32_t flags, const uint8_t *value,
                  uint32_t bytes)
{
    char head[80];
    uint32_t hash = KV_HASH_START;

    if (!key_bytes || key_bytes >= KV_KEY_MAX)
        return false;
    for (uint32_t i = 0; i < key_bytes; i++)
        hash = (hash ^ (uint8_t)key[i]) * KV_HASH_STEP;
    uint32_t n = (uint32_t)format(head, sizeof head, "VALUE %.*s %u %u\r\n", (int)key_bytes, key,
                                  flags, bytes);

    if (n + bytes + 7 > KV_ANSWER_MAX)
        return false;
    struct kv_entry *e = &shared->entry[hash % KV_ENTRIES];

    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST); /* odd: being changed */
    e->hash = hash;
    e->key_bytes = key_bytes;
    memcpy(e->key, key, key_bytes);
    memcpy(e->answer, head, n);
    memcpy(e->answer + n, value, bytes);
    memcpy(e->answer + n + bytes, "\r\nEND\r\n", 7);
    e->answer_bytes = n + bytes + 7;
    __atomic_store_n(&e->sequence, e->sequence + 1, __ATOMIC_SEQ_CST);
    return true;
}

static const char *number(const char *at, const char *end, uint32_t *out)
{
    *out = 0;
    while (at < end && *at == ' ')
        at++;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        *out = *out * 10 + (uint32_t)(*at - '0');
    return at;
}

/* "set KEY FLAGS TIME BYTES\r\nVALUE\r\n": the answer. */
static const char *set(const char *text, uint32_t length)
{
    const char *end = text + length;
    const char *key = text + 4;
    const char *at = key;
    uint32_t flags, time, bytes;

    while (at < end && *at != ' ')
        at++;
    uint32_t key_bytes = (uint32_t)(at - key);

    at = number(number(number(at, end, &flags), end, &time), end, &bytes);
    if (end - at < 4 || at[0] != '\r' || at[1] != '\n' || bytes > (uint32_t)(end - at) - 4)
        return "CLIENT_ERROR bad data chunk\r\n";
    return store(key, key_bytes, flags, (const uint8_t *)at + 2, bytes)
               ? "STORED\r\n"
               : "SERVER_ERROR object too large for cache\r\n";
}

/* --- Packets that the handler left to us --------------------------------------------------------------------------- */

static void send(uint16_t buffer, uint32_t length)
{
    if (!exo_net_send(&net, buffer, 0, length, 0))
        exo_net_buffer_drop(&net, buffer);
}

static void answer_arp(const struct exo_net_packet *packet)
{
    uint16_t buffer;

    if (packet->length < 42 || packet->bytes[21] != 1)
        return;
    uint8_t *reply = exo_net_buffer(&net, &buffer);

    if (!reply)
        return;
    memcpy(reply, packet->bytes, 42);
    reply[21] = 2;
    memcpy(reply, packet->bytes + 6, 6);
    swap(reply + 22, reply + 32, 10);
    send(buffer, 42);
}

static void answer(const struct exo_net_packet *packet, const char *text)
{
    uint32_t length = HEADERS + (uint32_t)strlen(text);
    uint16_t buffer;
    uint8_t *reply = exo_net_buffer(&net, &buffer);

    if (!reply)
        return;
    memcpy(reply, packet->bytes, HEADERS);
    memcpy(reply + HEADERS, text, length - HEADERS);
    swap(reply, reply + 6, 6);
    swap(reply + 26, reply + 30, 4);
    swap(reply + 34, reply + 36, 2);
    put16(reply + 16, length - 14);
    put16(reply + 38, length - 34);
    put16(reply + 24, 0);
    put16(reply + 40, 0); /* UDP: none */
    put16(reply + 24, (uint16_t)~exo_net_sum(reply + 14, 20, 0));
    send(buffer, length);
}

/* Returns whether it was `quit`. */
static bool serve(const struct exo_net_packet *packet, uint16_t port)
{
    const uint8_t *bytes = packet->bytes;

    if (packet->network && get16(bytes + packet->network - 2) == EXO_NET_ARP) {
        answer_arp(packet);
        return false;
    }
    if (packet->length <= HEADERS || packet->transport != 34 || bytes[14] != 0x45 ||
        bytes[23] != 17 || get16(bytes + 36) != port)
        return false;
    uint32_t end = 34u + get16(bytes + 38);
    const char *text = (const char *)bytes + HEADERS;
    uint32_t length = (end < packet->length ? end : packet->length) - HEADERS;

    if (end <= HEADERS)
        return false;
    if (length >= 4 && !strncmp(text, "set ", 4))
        answer(packet, set(text, length));
    else if (length >= 4 && !strncmp(text, "get ", 4))
        answer(packet, "END\r\n"); /* the handler would have found it */
    else if (length >= 4 && !strncmp(text, "quit", 4))
        answer(packet, "BYE\r\n");
    else
        answer(packet, "ERROR\r\n");
    return length >= 4 && !strncmp(text, "quit", 4);
}

static void serve_all(const struct instance_start *start, uint16_t port)
{
    struct exo_net_memory memory;
    struct exo_net_packet packet;
    bool quit = false;
    int64_t error = exo_net_memory_make(&domain, MEMORY_ADDRESS, BUFFER_FRAMES, &memory);

    if (!error)
        error = exo_net_open(&net, &memory, start->env, EVENT);
    for (uint32_t i = 0; !error && i < net.config->claim_count; i++)
        error = exo_net_handler(EXO_SLOT, net.config->claim[i].row, code.id);
    if (error < 0)
        exo_fail("kv-ash: the network cannot be opened: error %ld", (long)-error);
    shared->port = (uint16_t)(port << 8 | port >> 8);
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
    1, 1,  1,  1, 1, 1,  2, 2, 2,   2,   2,   2,   8,   0,    0x45, 0,    0,    50,  0,    0,   0,
    0, 64, 17, 0, 0, 10, 0, 2, 2,   10,  0,   2,   15,  0x12, 0x34, 0x2b, 0xcb, 0,   30,   0,   0,
    0, 1,  0,  0, 0, 1,  0, 0, 'g', 'e', 't', ' ', 'c', 'o',  'l',  'o',  'u',  'r', '\r', '\n'};

static int test(void)
{
    static uint8_t output[EXO_PAGE_SIZE];
    static uint8_t packet[sizeof question];
    struct exo_code_test run = {.input = (uint64_t)packet,
                                .input_bytes = sizeof packet,
                                .output = (uint64_t)output,
                                .output_bytes = sizeof output};
    int64_t error;

    memcpy(packet, question, sizeof packet);
    shared->port = 0x2b | 0xcb << 8;
    (void)store("colour", 6, 0, (const uint8_t *)"blue", 4);
    error = exo_code_test(EXO_SLOT, code.id, &run);
    exo_print("kv-ash: hit: error %ld, verdict %lu, %u bytes: %.*s", (long)error,
              (unsigned long)run.result, run.output_bytes, (int)run.output_bytes - HEADERS,
              (const char *)output + HEADERS);
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
    uint32_t port = 11211;

    exo_domain_init(&domain);
    if (exo_arg(0) && !strcmp(exo_arg(0), "test"))
        return test_twice();
    if (exo_arg(0))
        (void)number(exo_arg(0), exo_arg(0) + strlen(exo_arg(0)), &port);
    if (!exo_net_config())
        exo_fail("kv-ash: no network: give the instance an address, or run `kv-ash test`");
    load_handler();
    serve_all(start, (uint16_t)port);
    exo_print("kv-ash: %lu answered in the kernel, %lu not\n", (unsigned long)shared->hits,
              (unsigned long)shared->misses);
    exo_code_end(&code, &domain);
    return 0;
}
