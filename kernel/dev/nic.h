/* SPDX-License-Identifier: MIT */
/*
 * nic.h - the one network card: what kernel/net asks of its driver (virtio_net.c).
 *
 * It has one or more pairs of queues; pairs have nothing in common. All functions but nic_start take the number of one and
 * REQUIRE(net_lock shared by that gate). What the card writes is checked in the driver: packets that it
 * hands out lie in buffers of the driver's, lengths are those of such a buffer.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_net.h"

#define NIC_COPY_MAX   1536 /* bytes of a packet that a slot can hold itself */
#define NIC_PIECES_MAX 3

struct nic_received {
    uint8_t *
        packet; /* from the Ethernet header on; writable, fits a buffer of a ring behind its headroom */
    uint32_t length; /* of the part that lies there */
    uint32_t more;   /* bytes of it in further buffers of the driver's */
    bool verified;   /* its TCP or UDP checksum is right */
    uint32_t pieces;
    struct {
        const uint8_t *bytes;
        uint32_t length;
    } piece[EXO_NET_MERGED_MAX - 1]; /* with `more` */
};

/* One packet to send: `copied` bytes that the driver holds, then pieces that the card reads where they are. */
struct nic_slot {
    uint8_t *bytes; /* NIC_COPY_MAX, of the driver */
    uint32_t copied;
    uint32_t piece_count;
    struct {
        uint64_t address; /* physical */
        uint32_t length;
    } piece[NIC_PIECES_MAX];
    uint16_t checksum_start, checksum_offset; /* start 0: complete already */
    uint16_t segment;                         /* payload bytes of a segment; 0: one packet */
    uint16_t header_bytes;                    /* with segment: before the payload */
    bool ipv6;                                /* with segment */
    uint16_t head;                            /* the driver's: its first descriptor */
    /* For kernel/net, while the card has it. */
    uint32_t ring;
    uint32_t first, count; /* descriptors of the ring */
    uint64_t serial;
};

/*
 * nic_start - find and start the card, with as many pairs of queues as it has, CPUs, or EXO_NET_QUEUES_MAX.
 *
 * interrupt  called on CPU 0 when pair 0 has something
 * others     called on CPU n when pair n > 0 has
 *
 * Returns  false: there is none. Boot, when all CPUs are there.
 */
bool nic_start(struct exo_net_card *card, void (*interrupt)(void), void (*others)(void));

/* nic_next - the next received packet, the driver's until nic_recycle; false: there is none. */
bool nic_next(uint32_t pair, struct nic_received *received);
/* nic_waits - has something been received? */
bool nic_waits(uint32_t pair);
/* nic_recycle - the card may fill the last packet's buffer again; nic_recycle_more: its further ones, before that. */
void nic_recycle(uint32_t pair);
void nic_recycle_more(uint32_t pair, struct nic_received *received);
/* nic_listen - interrupts from now on; true: something came before that. Else nic_quiet. */
bool nic_listen(uint32_t pair, bool sent_too);
void nic_quiet(uint32_t pair);

/* nic_slot_take - a slot to fill in; NULL: the card has them all. nic_send hands it over, nic_flush tells the card. */
struct nic_slot *nic_slot_take(uint32_t pair);
void nic_send(uint32_t pair, struct nic_slot *slot);
void nic_slot_drop(uint32_t pair, struct nic_slot *slot);
void nic_flush(uint32_t pair);
/* nic_slots_free - has the driver a slot at all? */
bool nic_slots_free(uint32_t pair);
/* nic_slots_low - does the card have most of the slots? */
bool nic_slots_low(uint32_t pair);
/* nic_sent - a slot that the card is done with: look at it, then nic_slot_drop it. NULL: none. */
struct nic_slot *nic_sent(uint32_t pair);
