/* SPDX-License-Identifier: MIT */
/*
 * lie.c - a card that lies (C03): about indexes, ids, lengths, counts of buffers, interrupts, and what was in its hands.
 *
 * Each function does in place of an honest step what a lie makes of it. All by a seed, so that a run can be had again as
 * far as the guest does the same.
 */
#include "tests/device/device.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REWRITES    30000
#define REWRITTEN   96 /* bytes from the header on: all that a kernel looks at */
#define STORM_TURNS 16

static const char *const names[LIE_KINDS] = {"none",
#define LIE_NAME(name, text, effect) text,
                                             LIES(LIE_NAME)};

static uint32_t chance(struct lie *lie)
{
    lie->seed ^= lie->seed << 13;
    lie->seed ^= lie->seed >> 7;
    lie->seed ^= lie->seed << 17;
    return (uint32_t)(lie->seed >> 16);
}

bool lie_parse(struct lie *lie, const char *words)
{
    size_t bytes = strcspn(words, ",");
    char *end = (char *)words + bytes;

    lie->kind = LIE_NONE;
    for (uint32_t k = 1; k < LIE_KINDS; k++)
        if (strlen(names[k]) == bytes && !strncmp(names[k], words, bytes))
            lie->kind = (enum lie_kind)k;
    lie->seed = 1;
    lie->left = UINT32_MAX;
    if (*end)
        lie->seed = strtoull(end + 1, &end, 0);
    if (*end)
        lie->left = (uint32_t)strtoul(end + 1, &end, 0);
    if (*end)
        lie->after = (uint32_t)strtoul(end + 1, &end, 0);
    lie->seed = lie->seed * 0x9e3779b97f4a7c15 | 1;
    return lie->kind && !*end;
}

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

bool lie_order(struct lie *lie, const struct packet *packet)
{
    const uint8_t *at = packet->bytes + 12;

    if (packet->length < 24 || get16(at) != LIE_TYPE || get16(at + 2) != LIE_ORDER ||
        get16(at + 4) >= LIE_KINDS)
        return false;
    lie->kind = (enum lie_kind)get16(at + 4);
    lie->left = get16(at + 6);
    lie->seed = (get16(at + 8) << 16 | get16(at + 10)) * 0x9e3779b97f4a7c15 | 1;
    lie->after = 0;
    return true;
}

static bool about_sending(enum lie_kind kind)
{
    return kind >= LIE_SENT_NEVER && kind <= LIE_SENT_INDEX;
}

static bool about_receiving(enum lie_kind kind)
{
    return (kind && kind < LIE_SENT_NEVER) || kind == LIE_QUIET;
}

/* The lie that is due at a step of this kind; LIE_NONE: none. What ends a queue is rare in a mixture. */
static enum lie_kind due(struct lie *lie, bool (*about)(enum lie_kind))
{
    enum lie_kind kind = lie->kind;

    if (!kind || !lie->left)
        return LIE_NONE;
    if (lie->after) {
        lie->after--;
        return LIE_NONE;
    }
    if (kind == LIE_FUZZ) {
        static const uint8_t gentle[] = {LIE_LENGTH_0,     LIE_LENGTH_HEADER, LIE_LENGTH_ABOVE,
                                         LIE_LENGTH_HUGE,  LIE_BUFFERS_0,     LIE_BUFFERS_HUGE,
                                         LIE_BUFFERS_MORE, LIE_MIDDLE,        LIE_REWRITE,
                                         LIE_FLAGS,        LIE_QUIET,         LIE_ID_TWICE};

        if (chance(lie) % 3 == 0)
            return LIE_NONE;
        kind = chance(lie) % 200 ? (enum lie_kind)gentle[chance(lie) % sizeof gentle]
                                 : (enum lie_kind)(1 + chance(lie) % (LIE_FUZZ - 1));
    }
    if (!about(kind))
        return LIE_NONE;
    lie->left--;
    lie->told[kind]++;
    return kind;
}

/* Writes into a buffer that is the guest's again, while it may be reading there. */
static void rewrite(struct lie *lie, uint8_t *at, uint32_t bytes)
{
    uint8_t before[REWRITTEN];

    bytes = bytes < REWRITTEN ? bytes : REWRITTEN;
    memcpy(before, at, bytes);
    for (uint32_t i = 0; i < REWRITES; i++) {
        uint32_t byte = chance(lie) % bytes;

        ((volatile uint8_t *)at)[byte] = (uint8_t)chance(lie);
        if (i % 4 == 0)
            memcpy(at, before, bytes);
    }
}

/* An id that is not in the card's hands. */
static uint32_t free_id(struct lie *lie, const struct ring *ring, uint16_t but)
{
    uint16_t waiting = ring_waiting(ring);
    uint32_t id = chance(lie) % ring->size;

    for (uint32_t tries = 0; tries < ring->size; tries++, id = (id + 1) % ring->size) {
        bool there = id == but || waiting > ring->size;

        for (uint16_t i = 0; i < waiting && !there; i++)
            there = ring_head(ring, i) == id;
        if (!there)
            break;
    }
    return id;
}

static void jump(struct ring *ring, uint16_t by)
{
    __atomic_store_n(&ring->used->idx, (uint16_t)(ring->next_used + by), __ATOMIC_RELEASE);
}

static void set_buffers(const struct spread *s, uint32_t count)
{
    uint16_t buffers = (uint16_t)count;

    memcpy(s->first + offsetof(struct virtio_net_hdr_mrg_rxbuf, num_buffers), &buffers,
           sizeof buffers);
}

static uint32_t false_length(struct lie *lie, enum lie_kind kind)
{
    switch (kind) {
    case LIE_LENGTH_HEADER:
        return 1 + chance(lie) % HEADER_BYTES;
    case LIE_LENGTH_ABOVE:
        return 2047 + chance(lie) % 3 * (chance(lie) % 63000);
    case LIE_LENGTH_HUGE:
        return UINT32_MAX - chance(lie) % 3 * (chance(lie) % 5000);
    default:
        return 0;
    }
}

bool lie_receive(struct card *card, struct ring *ring, const struct spread *s)
{
    struct lie *lie = &card->lie;
    enum lie_kind kind = due(lie, about_receiving);
    uint32_t length = s->length[0], id = s->head[0];

    switch (kind) {
    case LIE_NONE:
    case LIE_INDEX_NEVER:
        return kind;
    case LIE_ID_RANGE:
        id = chance(lie) % 2 ? ring->size + chance(lie) % 3 * chance(lie)
                             : UINT32_MAX - chance(lie) % 2;
        break;
    case LIE_ID_FREE:
        id = free_id(lie, ring, s->head[0]);
        break;
    case LIE_ID_TWICE:
        ring_used(ring, id, length);
        break;
    case LIE_ID_OTHER:
        id = ring_waiting(ring) ? ring_head(ring, 0) : id;
        break;
    case LIE_LENGTH_0:
    case LIE_LENGTH_HEADER:
    case LIE_LENGTH_ABOVE:
    case LIE_LENGTH_HUGE:
        length = false_length(lie, kind);
        break;
    case LIE_BUFFERS_0: /* of several it would make packets of their own */
        set_buffers(s, s->count == 1 ? 0 : s->count);
        break;
    case LIE_BUFFERS_HUGE:
        set_buffers(s, UINT16_MAX - chance(lie) % 2 * (chance(lie) % 65000));
        break;
    case LIE_BUFFERS_MORE:
        set_buffers(s, s->count + 1 + chance(lie) % 3);
        break;
    case LIE_MIDDLE:
        set_buffers(s, s->count + 1);
        break;
    case LIE_FLAGS:
        ring->used->flags = (uint16_t)chance(lie);
        break;
    default:
        break;
    }
    bool last = s->count > 1 && (kind == LIE_LENGTH_ABOVE || kind == LIE_LENGTH_HUGE);

    ring_used(ring, id, last ? s->length[0] : length);
    for (uint32_t i = 1; i < s->count; i++)
        ring_used(ring, s->head[i], last && i == s->count - 1 ? length : s->length[i]);
    if (kind == LIE_INDEX_AHEAD)
        jump(ring, (uint16_t)(ring->size + 1 + chance(lie) % 20000));
    else if (kind == LIE_INDEX_BACK)
        jump(ring, (uint16_t)(-2 - (int)(chance(lie) % 50)));
    else
        ring_publish(ring);
    if (kind != LIE_QUIET)
        ring_interrupt(ring, chance(lie) % 2);
    if (kind == LIE_REWRITE)
        rewrite(lie, s->first, s->length[0]);
    if (kind == LIE_MIDDLE && ring_waiting(ring) && ring_waiting(ring) <= ring->size) {
        ring_used(ring, ring_head(ring, 0), 1 + chance(lie) % 2000);
        ring->next_avail++;
        ring_publish(ring);
        ring_interrupt(ring, true);
    }
    return true;
}

bool lie_sent(struct card *card, struct ring *ring, uint16_t head)
{
    struct lie *lie = &card->lie;
    enum lie_kind kind = due(lie, about_sending);

    switch (kind) {
    case LIE_NONE:
    case LIE_SENT_NEVER:
        return kind;
    case LIE_SENT_TWICE:
        ring_used(ring, head, 0);
        ring_used(ring, head, 0);
        break;
    case LIE_SENT_OTHER:
        ring_used(ring, free_id(lie, ring, head), chance(lie));
        break;
    case LIE_SENT_RANGE:
        ring_used(ring, ring->size + chance(lie) % 3 * chance(lie), 0);
        break;
    default:
        ring_used(ring, head, 0);
        break;
    }
    if (kind == LIE_SENT_INDEX) /* for good: the driver looks late */
        ring->next_used = (uint16_t)(ring->next_used + ring->size + 1 + chance(lie) % 20000);
    ring_publish(ring);
    ring_interrupt(ring, true);
    return true;
}

bool lie_storm(struct card *card)
{
    struct lie *lie = &card->lie;

    if (lie->kind != LIE_STORM || !lie->left)
        return false;
    for (uint32_t i = 0; i < STORM_TURNS && lie->left; i++, lie->left--) {
        lie->told[LIE_STORM]++;
        for (uint32_t r = 0; r < 2 * card->pairs; r++)
            if (ring_ready(&card->ring[r]))
                ring_interrupt(&card->ring[r], true);
    }
    return true;
}

void lie_report(const struct lie *lie)
{
    bool any = false;

    for (uint32_t k = 1; k < LIE_KINDS; k++) {
        if (lie->told[k])
            (void)printf("%s %s %lu", any ? "," : "lies:", names[k], lie->told[k]);
        any = any || lie->told[k];
    }
    if (any)
        (void)printf("\n");
}
