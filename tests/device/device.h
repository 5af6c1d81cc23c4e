/* SPDX-License-Identifier: MIT */
/*
 * device.h - a virtio network card as a host program: what its parts share.
 *
 * vhost_net.c runs it; card.c speaks vhost-user with QEMU; ring.c moves packets through the guest's virtqueues; offload.c
 * finishes checksums and cuts segments; wire.c is the other side; lie.c makes a liar of it.
 * A packet always carries a virtio header, zero if it is complete.
 */
#pragma once
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tests/device/lies.h"

#define PACKET_MAX   65600 /* an IP packet of 65,535 bytes, Ethernet header and tag */
#define HEADER_BYTES 12    /* virtio 1.0: with the count of buffers */
#define PAIRS_MAX    8
#define RINGS_MAX    (2 * PAIRS_MAX)
#define REGIONS_MAX  8
#define FLOWS        1024

struct packet {
    struct virtio_net_hdr_mrg_rxbuf header;
    uint8_t bytes[PACKET_MAX];
    uint32_t length;
};
_Static_assert(sizeof(struct virtio_net_hdr_mrg_rxbuf) == HEADER_BYTES, "header");

/* A stretch of the guest's memory. */
struct region {
    uint64_t guest, user, bytes; /* its addresses there and in QEMU */
    uint8_t *at;
    void *map;
    size_t map_bytes;
};

/* A split virtqueue. The guest can write all that is behind its pointers at any time. */
struct ring {
    uint32_t size;
    uint64_t desc_user, avail_user, used_user;
    struct vring_desc *desc; /* NULL: not started */
    volatile struct vring_avail *avail;
    volatile struct vring_used *used;
    uint16_t next_avail, next_used;
    int kick, call;
    bool enabled;
    uint64_t packets;
};

enum steering {
    STEER_AUTO, /* to the pair on which the flow was sent last, as VIRTIO 1.2 has it (5.1.6.5.5) */
    STEER_HASH,
    STEER_ROUND,
};

struct lie {
    enum lie_kind kind;
    uint64_t seed;
    uint32_t left, after; /* how many more lies; how many honest steps before them */
    uint64_t told[LIE_KINDS];
};

struct card {
    const char *path;
    struct lie lie;
    int listener, control;
    uint64_t offered, features, protocol_features;
    uint32_t pairs;
    struct region region[REGIONS_MAX];
    uint32_t region_count;
    struct ring ring[RINGS_MAX]; /* even: the guest receives */
    enum steering steering;
    uint8_t flow[FLOWS]; /* pair + 1 */
    uint32_t turn, send_turn;
    bool starved;                             /* a packet waits for buffers */
    uint64_t received, sent, dropped, faults; /* faults: what the guest did and may not */
};

enum wire_kind {
    WIRE_DATAGRAM,
    WIRE_TAP,
};

struct wire {
    enum wire_kind kind;
    int fd;
    char peer[108];
    bool connected;
    bool headers; /* each frame with its virtio header in front */
    uint64_t received, sent, dropped;
};

enum delivery {
    DELIVERED, /* or dropped, and counted */
    LATER,
};

/* --- card.c ------------------------------------------------------------------------------------------------ */

/* card_listen - makes the socket that QEMU connects to; exits if it cannot. */
void card_listen(struct card *card);
/* card_message - takes one message from QEMU (or the connection). False: QEMU has gone. */
bool card_message(struct card *card);
/* card_memory - guest memory [address, address + bytes), or NULL. */
void *card_memory(const struct card *card, uint64_t address, uint64_t bytes);
/* card_can - was this feature negotiated? */
static inline bool card_can(const struct card *card, unsigned feature)
{
    return card->features >> feature & 1;
}

/* --- ring.c ------------------------------------------------------------------------------------------------ */

/* card_take - the next packet that the guest sends; false: there is none, and a kick will come with the next. */
bool card_take(struct card *card, struct packet *packet);
/* card_put - a packet that suits what was negotiated into the guest's buffers. LATER: a kick will come when there are some. */
enum delivery card_put(struct card *card, const struct packet *packet);

/* Steps of these, for liars. */
/* Where a received packet's bytes went: heads from the ring's next on. */
#define HEADS_MAX 512
struct spread {
    uint16_t head[HEADS_MAX];
    uint32_t length[HEADS_MAX];
    uint32_t count;
    uint8_t *first; /* the header, in one piece */
    bool too_long;  /* nobody's fault */
};

/* ring_ready - can it be used? */
bool ring_ready(const struct ring *ring);
/* ring_waiting - heads that the guest has posted and nobody has taken; more than the ring has: the guest lies. */
uint16_t ring_waiting(const struct ring *ring);
/* ring_head - the head at `ahead` entries behind the next one. */
uint16_t ring_head(const struct ring *ring, uint16_t ahead);
/* ring_chain - the buffers of a head, at most `max`; 0: it is no good, or there are more. */
struct piece {
    uint8_t *at;
    uint32_t length;
    bool writable;
};
uint32_t ring_chain(const struct card *card, const struct ring *ring, uint16_t head,
                    struct piece *piece, uint32_t max);
/* ring_used - writes the next used entry, which ring_publish shows to the guest. */
void ring_used(struct ring *ring, uint32_t id, uint32_t length);
void ring_publish(struct ring *ring);
/* ring_interrupt - if the guest wants it, or if `force`. */
void ring_interrupt(struct ring *ring, bool force);
/* ring_notify - shall the guest kick when it posts? */
void ring_notify(struct ring *ring, bool on);

/* --- offload.c --------------------------------------------------------------------------------------------- */

/* offload_guess - fills in the header of a frame that came without: longer than an Ethernet frame: segments of `segment` bytes. */
void offload_guess(struct packet *packet, uint32_t segment);
/* offload_verify - is it a TCP or UDP packet with a right checksum? */
bool offload_verify(const struct packet *packet);
/* offload_count - how many packets for one who takes whole segments or not. */
uint32_t offload_count(const struct packet *packet, bool whole);
/* offload_part - the nth of these; checksums are completed unless `partial`. False: the packet is malformed. */
bool offload_part(const struct packet *packet, uint32_t n, bool whole, bool partial,
                  struct packet *out);
/* offload_hash - of addresses and ports; the same in both directions. */
uint32_t offload_hash(const struct packet *packet);

/* --- lie.c ------------------------------------------------------------------------------------------------- */

/* lie_parse - NAME[,SEED[,COUNT[,AFTER]]]; false: it is none. */
bool lie_parse(struct lie *lie, const char *words);
/* lie_order - is this packet of the guest's an order to lie (lies.h)? Then it is obeyed. */
bool lie_order(struct lie *lie, const struct packet *packet);
/* lie_receive - gives the buffers of a packet back to the guest in another way than it should; false: it is to be done honestly. */
bool lie_receive(struct card *card, struct ring *ring, const struct spread *s);
/* lie_sent - the same for what the guest has sent. */
bool lie_sent(struct card *card, struct ring *ring, uint16_t head);
/* lie_storm - some interrupts, if they are due; true: there are more to come. */
bool lie_storm(struct card *card);
/* lie_report - prints how many of each were told. */
void lie_report(const struct lie *lie);

/* --- wire.c ------------------------------------------------------------------------------------------------ */

/* wire_open - `datagram:OWN,PEER` or `tap:NAME`; exits if it cannot. */
void wire_open(struct wire *wire, const char *words);
bool wire_take(struct wire *wire, struct packet *packet);
enum delivery wire_put(struct wire *wire, const struct packet *packet);
