/* SPDX-License-Identifier: MIT */
/*
 * segment_check.h - what must hold of cutting (cut.h) and merging (merge.h) TCP segments, whatever the bytes are.
 *
 * Everything is decided from a source of bytes: random ones in segment_test.c, libFuzzer's in segment_fuzz.c. Sums and
 * rules are written down a second time here, slowly.
 */
#pragma once
#include "libos/linux/net/lwip/cut.h"
#include "libos/linux/net/lwip/merge.h"
#include "lib/exo/checksum.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX   2048
#define PAYLOAD_MAX 70000
#define LINK        14u

struct source {
    const uint8_t *bytes;
    size_t left;
    uint64_t state; /* goes on when there are no more */
};

static inline uint32_t pick(struct source *from, uint32_t below)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        uint8_t byte;

        if (from->left) {
            byte = *from->bytes++;
            from->left--;
        } else {
            from->state = from->state * 6364136223846793005u + 1442695040888963407u;
            byte = (uint8_t)(from->state >> 56);
        }
        value = value << 8 | byte;
    }
    return below ? value % below : value;
}

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                               \
            return 0;                                                                              \
        }                                                                                          \
    } while (0)

static inline uint32_t be16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t be32(const uint8_t *at)
{
    return be16(at) << 16 | be16(at + 2);
}

static inline void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

/* RFC 1071 as it is written there. */
static inline uint32_t slow_sum(const uint8_t *bytes, uint32_t count, uint32_t sum)
{
    for (uint32_t i = 0; i < count; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < count ? bytes[i + 1] : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static inline uint32_t slow_tcp_sum(const uint8_t *ip, uint32_t tcp_bytes)
{
    uint32_t v4 = ip[0] >> 4 == 4;
    uint32_t sum = 6 + tcp_bytes;

    sum = v4 ? slow_sum(ip + 12, 8, sum) : slow_sum(ip + 8, 32, sum);
    return slow_sum(ip + (v4 ? 20 : 40), tcp_bytes, sum);
}

/* Headers of a segment; returns their length. Ports and addresses of one of two flows. */
static inline uint32_t headers(struct source *from, uint8_t *ip, uint32_t sequence, uint32_t flags)
{
    uint32_t v6 = pick(from, 4) == 0;
    uint32_t at = v6 ? 40 : 20;
    uint32_t tcp_bytes = pick(from, 2) ? 20 : pick(from, 2) ? 32 : 20 + 4 * pick(from, 11);
    uint8_t *tcp = ip + at;

    memset(ip, 0, at + tcp_bytes);
    if (v6) {
        ip[0] = 0x60;
        ip[6] = 6;
        ip[7] = 64;
        memset(ip + 8, 0x20, 32);
    } else {
        ip[0] = 0x45;
        put16(ip + 4, pick(from, 2) ? 0xfffe : pick(from, 65536));
        ip[8] = 64;
        ip[9] = 6;
        memset(ip + 12, 10, 8);
    }
    put16(tcp, 80);
    put16(tcp + 2, 1024 + (pick(from, 16) == 0));
    put32(tcp + 4, sequence);
    put32(tcp + 8, pick(from, 0));
    tcp[12] = (uint8_t)(tcp_bytes / 4 << 4);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, pick(from, 65536));
    for (uint32_t i = 20; i < tcp_bytes; i++)
        tcp[i] = (uint8_t)pick(from, 256);
    if (tcp_bytes == 32 && pick(from, 4))
        memcpy(tcp + 20, "\1\1\x08\x0a", 4);
    return at + tcp_bytes;
}

/* A big segment, cut: each part is right, together they are the whole. Merged again they are the big one, as far as that is allowed. */
static inline int cut_holds(struct source *from)
{
    static uint8_t payload[PAYLOAD_MAX], frame[LINK + CUT_HEADER_MAX + PAYLOAD_MAX];
    static uint8_t kept[LINK + CUT_HEADER_MAX + PAYLOAD_MAX];
    struct cut cut;
    uint32_t sequence = pick(from, 2) ? 0u - pick(from, 70000) : pick(from, 0);
    uint32_t flags = 0x10 | (pick(from, 2) ? 8 : 0) | (pick(from, 4) ? 0 : 1);
    uint32_t bytes = pick(from, 3) ? pick(from, 65000) : pick(from, 3000);
    uint32_t unit = pick(from, 4) ? 1 + pick(from, 9000) : 1 + pick(from, 40);
    bool card = pick(from, 4) == 0;

    if (bytes / unit > 2000)
        bytes = unit * 2000;
    for (uint32_t i = 0; i < bytes; i += 1 + i % 7)
        payload[i] = (uint8_t)pick(from, 256);
    memset(cut.header, 0, sizeof cut.header);
    uint32_t header_bytes = headers(from, cut.header, sequence, flags);
    bool v6 = cut.header[0] >> 4 == 6;
    uint32_t ip_bytes = v6 ? 40 : 20;
    uint8_t original[CUT_HEADER_MAX];
    uint32_t at = 0;
    uint32_t count = 0;
    struct merge run;
    uint32_t runs = 0;

    memcpy(original, cut.header, sizeof original);
    MUST(cut_begin(&cut, bytes, unit));
    MUST(cut.header_bytes == header_bytes);
    do {
        uint32_t part = cut.part;
        uint8_t *ip = frame + LINK;
        const uint8_t *tcp = ip + ip_bytes;

        MUST(part <= unit && at + part <= bytes && (part == unit || at + part == bytes));
        memset(frame, 0xee, LINK + header_bytes);
        memcpy(ip + header_bytes, payload + at, part);
        cut_header(&cut, ip, card ? NULL : payload + at);
        MUST(frame[LINK - 1] == 0xee);
        uint32_t tcp_bytes = header_bytes - ip_bytes + part;

        if (v6) {
            MUST(be16(ip + 4) == tcp_bytes && !memcmp(ip, original, 4) &&
                 !memcmp(ip + 6, original + 6, 34));
        } else {
            MUST(be16(ip + 2) == tcp_bytes + 20 &&
                 be16(ip + 4) == ((be16(original + 4) + count) & 0xffff));
            MUST(slow_sum(ip, 20, 0) == 0xffff);
            MUST(!memcmp(ip, original, 2) && !memcmp(ip + 6, original + 6, 4) &&
                 !memcmp(ip + 12, original + 12, 8));
        }
        MUST(!memcmp(tcp, original + ip_bytes, 4) && be32(tcp + 4) == sequence + at);
        MUST(!memcmp(tcp + 8, original + ip_bytes + 8, 5) &&
             !memcmp(tcp + 14, original + ip_bytes + 14, 2));
        MUST(tcp[13] == (at + part == bytes ? flags : (flags & ~9u)));
        MUST(!memcmp(tcp + 18, original + ip_bytes + 18, header_bytes - ip_bytes - 18));
        if (card) { /* what a card does: the sum over all, with the field as it is */
            uint32_t sum = ~slow_sum(tcp, tcp_bytes, 0) & 0xffff;

            put16(ip + ip_bytes + 16, sum);
        }
        MUST(slow_tcp_sum(ip, tcp_bytes) == 0xffff);

        struct merge_segment segment;

        MUST(merge_read(&segment, frame, LINK, LINK + header_bytes + part + pick(from, 6)));
        MUST(segment.payload == part && segment.sequence == sequence + at &&
             merge_verify(&segment, true));
        /* The first of a run stays where it is, as in a ring. */
        if (!runs || merge_add(&run, &segment) == MERGE_NOT) {
            if (runs) /* only for a reason */
                MUST((tcp[13] & 1) || run.payload + part > 60000 || !part);
            memcpy(kept, frame, LINK + header_bytes + part);
            MUST(merge_read(&segment, kept, LINK, LINK + header_bytes + part));
            merge_begin(&run, &segment);
            runs++;
        } else {
            MUST(run.first.tcp[13] == (run.first.flags & 0xff) &&
                 !memcmp(run.first.tcp + 14, tcp + 14, 2));
        }
        at += part;
        count++;
    } while (cut_next(&cut));
    MUST(at == bytes && count == (bytes ? (bytes + unit - 1) / unit : 1));
    MUST(run.first.sequence + run.payload == sequence + bytes);
    return 1;
}

/* Frames of arbitrary bytes, most of them nearly right, one after the other: what is merged may be merged. */
static inline int merge_holds(struct source *from)
{
    static uint8_t memory[2][FRAME_MAX];
    struct merge run = {0};
    struct merge_segment last = {0};
    uint32_t expected = pick(from, 0);
    uint32_t which = 0;
    bool any = false;

    for (uint32_t n = 2 + pick(from, 6); n; n--) {
        uint8_t *frame = memory[which];
        uint32_t bytes = pick(from, 3) ? pick(from, 1400) : 0;
        uint32_t flags = pick(from, 4) ? 0x10 : pick(from, 256);
        uint32_t header_bytes =
            headers(from, frame + LINK, pick(from, 5) ? expected : expected + pick(from, 9), flags);
        uint8_t *ip = frame + LINK;
        uint32_t total = header_bytes + bytes;
        struct merge_segment segment;

        memset(ip + header_bytes, 0x55, bytes);
        if (ip[0] == 0x45)
            put16(ip + 2, total);
        else
            put16(ip + 4, total - 40);
        if (pick(from, 2)) /* options as those before, so that something is merged */
            put32(ip + (ip[0] == 0x45 ? 20 : 40) + 8,
                  any ? run.first.acknowledged + pick(from, 3) : 1);
        if (pick(from, 3) == 0)
            ip[pick(from, header_bytes)] = (uint8_t)pick(from, 256);
        uint32_t have = pick(from, 8) ? LINK + total : pick(from, LINK + total + 1);

        /* The quick way, on a copy of the run's frame. */
        static uint8_t copy[FRAME_MAX];
        struct merge again = run;
        bool quick = false;

        if (any) {
            memcpy(copy, run.first.ip, 160);
            again.first.ip = copy;
            again.first.tcp = copy + run.first.ip_bytes;
            quick = merge_again(&again, ip, have - LINK, true);
            MUST(quick || (again.count == run.count && !memcmp(copy, run.first.ip, 160)));
        }
        if (!merge_read(&segment, frame, LINK, have)) {
            MUST(!quick);
            continue;
        }
        MUST(have >= LINK + segment.ip_bytes + segment.tcp_bytes + segment.payload &&
             segment.tcp_bytes >= 20);
        MUST(segment.ip == ip && segment.tcp == ip + segment.ip_bytes &&
             segment.flags == segment.tcp[13]);
        MUST(ip[0] == 0x45 ? ip[9] == 6 && !(be16(ip + 6) & 0x3fff)
                           : ip[0] >> 4 == 6 && ip[6] == 6);
        uint32_t tcp_bytes = segment.tcp_bytes + segment.payload;

        MUST(merge_verify(&segment, true) == (slow_tcp_sum(ip, tcp_bytes) == 0xffff &&
                                              (ip[0] != 0x45 || slow_sum(ip, 20, 0) == 0xffff)));
        enum merge_answer answer = MERGE_NOT;

        if (any) {
            struct merge before = run;

            answer = merge_add(&run, &segment);
            if (answer == MERGE_NOT) {
                MUST(!memcmp(&before, &run, sizeof run));
            } else {
                const uint8_t *a = before.first.ip;

                MUST(before.first.ip_bytes == segment.ip_bytes &&
                     !memcmp(before.first.tcp, segment.tcp, 4));
                MUST(segment.ip_bytes == 20 ? !memcmp(a + 12, ip + 12, 8)
                                            : !memcmp(a + 8, ip + 8, 32));
                MUST(segment.sequence == before.first.sequence + before.payload &&
                     run.count == before.count + 1);
                MUST((segment.flags & ~8u) == 0x10 && (before.first.flags & ~8u) == 0x10);
                MUST((int32_t)(segment.acknowledged - before.first.acknowledged) >= 0);
                MUST(run.first.acknowledged == segment.acknowledged &&
                     be32(run.first.tcp + 8) == segment.acknowledged);
                MUST(be16(run.first.tcp + 14) == be16(segment.tcp + 14));
            }
            if (answer == MERGE_APPEND) {
                MUST(before.payload && segment.payload &&
                     run.payload == before.payload + segment.payload && run.payload <= 60000);
                MUST(run.first.ip == before.first.ip &&
                     before.first.tcp_bytes == segment.tcp_bytes);
                MUST(!memcmp(before.first.tcp + 20, segment.tcp + 20, segment.tcp_bytes - 20));
                MUST(run.first.tcp[13] == (before.first.flags | segment.flags));
            } else if (answer == MERGE_REPLACE) {
                MUST(!before.payload && !segment.payload && !run.payload &&
                     segment.acknowledged != before.first.acknowledged);
                MUST(run.first.ip == segment.ip);
            }
            MUST(!quick ||
                 (answer == MERGE_REPLACE && merge_verify(&segment, true) &&
                  again.count == run.count && again.first.acknowledged == run.first.acknowledged &&
                  !memcmp(again.first.tcp, segment.tcp, segment.tcp_bytes)));
        }
        if (answer == MERGE_NOT)
            merge_begin(&run, &segment);
        if (answer != MERGE_APPEND)
            which = 1 - which; /* the run's headers are in this frame */
        any = true;
        last = segment;
        expected = run.first.sequence + run.payload;
    }
    (void)last;
    return 1;
}
