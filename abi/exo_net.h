/* SPDX-License-Identifier: MIT */
/*
 * exo_net.h - the network interface: normalised headers, filters, rings, and how they look in memory.
 *
 * A frame that a LibOS gives (net_table_create) becomes a net table: EXO_NET_ROWS rows, each free, a ring or a
 * filter. A row is named by its physical place, frame << EXO_NET_ROW_BITS | index; 0 names none. Owners map their net
 * tables read-only, holders of the observe right those of others: hit counts cost a load. Included by exo_types.h.
 */
#pragma once
#include <assert.h>
#include <stdint.h>

#define EXO_NET_ROW_BITS 4
#define EXO_NET_ROWS     16          /* rows of a net table */
#define EXO_NET_ROW_END  0x100000000 /* row names are below */

/* --- The normalised header ------------------------------------------------------------------------
 * Every packet is reduced to this before it is compared with anything, whatever its tags and options are. Fields
 * have the byte order of the wire; what a packet does not have is 0. Addresses of IPv4 and ARP (target, sender) are
 * written as ::ffff:a.b.c.d. A fragment, also a first one, has the fragment flag and no ports: it belongs to whoever
 * claims the address as a whole or names fragments, never to a port's owner.
 */
#define EXO_NET_WORDS 7

struct exo_net_key {
    uint16_t source_port, destination_port; /* TCP, UDP, SCTP */
    uint8_t protocol;                       /* the last IP header's; ARP: the operation */
    uint8_t flags;                          /* EXO_NET_KEY_* */
    uint16_t ethertype;                     /* behind one VLAN tag, if there is one */
    uint8_t destination[16], source[16];
    uint8_t mac[6]; /* destination */
    uint16_t vlan;  /* 0: none; else 0x1000 + number */
    uint8_t
        payload[8]; /* its first bytes behind the TCP, UDP or last IP header; 0 behind the end */
};
static_assert(sizeof(struct exo_net_key) == EXO_NET_WORDS * 8, "a key is words");
#define EXO_NET_KEY_FRAGMENT 0x1
#define EXO_NET_KEY_MALFORMED                                                                      \
    0x2                        /* lengths contradict each other: no type, no addresses, no ports */
#define EXO_NET_KEY_GROUP  0x4 /* sent to a group or to all */
#define EXO_NET_KEY_TAGGED 0x8 /* with a VLAN tag */

/* --- Filters ---------------------------------------------------------------------------------------- */

/*
 * The set of packets with (key & mask) == value. It lies inside its parent's set. Sets of different owners at one
 * level are disjoint, or both are shared; of one owner's, the one with more mask bits wins. What follows from the
 * Ethernet type being that of IPv4 or ARP (the first 12 bytes of addresses) is taken out of mask and value.
 */
struct exo_net_filter {
    struct exo_net_key mask, value;
    uint32_t parent; /* row of the filter it lies in; 0: the top, which needs the network right */
    uint32_t ring;   /* row of a ring; 0: packets are counted and dropped */
    uint32_t flags;  /* EXO_NET_FILTER_* */
    uint32_t reserved;
};
#define EXO_NET_SHARED                                                                             \
    0x1 /* needs the network right; every shared filter of this set gets a copy */
#define EXO_NET_RECEIVE_ONLY 0x2 /* it is no permission to send; so for all filters inside */
#define EXO_NET_FILTER_FLAGS 0x3
#define EXO_NET_DEPTH_MAX    4  /* filters inside each other */
#define EXO_NET_SHAPES_MAX   16 /* different masks directly inside one filter */
#define EXO_NET_TWINS_MAX    32 /* shared filters of one set */

/* --- Rings ------------------------------------------------------------------------------------------ */
#define EXO_NET_RINGS_MAX      64 /* of the machine */
#define EXO_NET_RINGS_OWN      8 /* of all whose paths begin alike; more only with the network right */
#define EXO_NET_RECEIVE_MAX    512
#define EXO_NET_SHARED_FRAMES  3 /* frames in a row that a ring and its LibOS share */
#define EXO_NET_SEND_MAX       64
#define EXO_NET_BUFFER_BYTES   2048 /* of a receive buffer: half a frame */
#define EXO_NET_HEADROOM       2    /* a packet begins there, so that its IP header is aligned */
#define EXO_NET_RING_FRAMES    512  /* buffer frames of a ring */
#define EXO_NET_SEND_PIECES    3    /* descriptors of one packet */
#define EXO_NET_SEND_BYTES_MAX 65535

/* A receive buffer: the LibOS writes `buffer`, the kernel the rest. */
struct exo_net_received {
    uint16_t buffer; /* number: bytes buffer * EXO_NET_BUFFER_BYTES of the ring's frames */
    uint16_t length; /* of the packet from its Ethernet header on */
    uint16_t flags;  /* EXO_NET_RECEIVED_* */
    uint8_t network, transport; /* offsets of the IP and TCP/UDP header in the packet; 0: none */
    uint32_t filter;            /* row that claimed it; capture: 0 if nobody did */
    uint32_t time_us;           /* of arrival, microseconds since boot (mod 2^32) */
};
#define EXO_NET_RECEIVED_VERIFIED 0x1 /* the card has verified the TCP or UDP checksum */
#define EXO_NET_RECEIVED_SENT     0x2 /* capture ring: it was sent, not received */
#define EXO_NET_RECEIVED_MORE                                                                      \
    0x8 /* the packet goes on in the next entry, of which only buffer, length and this flag count */
#define EXO_NET_RECEIVED_CUT 0x4 /* capture ring: `length` bytes of a longer packet */

/* A piece of a packet to send. */
struct exo_net_send {
    uint32_t offset; /* in the ring's frames */
    uint16_t length;
    uint16_t flags;   /* EXO_NET_SEND_*; the kernel adds DONE */
    uint32_t filter;  /* first piece: a filter that the answers to this packet would match */
    uint16_t segment; /* first piece, with SEGMENT: payload bytes of each segment */
    uint16_t reserved;
};
#define EXO_NET_SEND_MORE 0x1 /* the packet goes on in the next descriptor */
#define EXO_NET_SEND_CHECKSUM                                                                      \
    0x2 /* the card completes the TCP or UDP checksum; the field holds that of the pseudo header */
#define EXO_NET_SEND_SEGMENT 0x4    /* the card cuts TCP into segments; with CHECKSUM */
#define EXO_NET_SEND_DONE    0x8000 /* the piece's memory may be used again */
#define EXO_NET_SEND_REFUSED                                                                       \
    0x4000 /* it was not sent: malformed, forged, or the card cannot do it */

/*
 * The frames that LibOS and kernel share. Counters run for ever (mod 2^32); entry i is at i mod the size. Who posts
 * stores the entry, then the counter. The kernel keeps counters of its own and only shows them here.
 */
struct exo_net_ring {
    uint32_t
        receive_posted; /* LibOS: buffers offered; at most EXO_NET_RECEIVE_MAX beyond receive_filled */
    uint32_t
        send_posted; /* LibOS: at most EXO_NET_SEND_MAX beyond send_taken, all before it done */
    uint32_t quiet;  /* LibOS: not 0: no events, it polls */
    uint32_t reserved0[13];
    uint32_t receive_filled; /* kernel: packets put into buffers */
    uint32_t send_taken;     /* kernel: pieces taken from `send` */
    uint32_t reserved1[750];
    struct exo_net_send send[EXO_NET_SEND_MAX];
    struct exo_net_received receive[EXO_NET_RECEIVE_MAX];
};
static_assert(sizeof(struct exo_net_ring) == EXO_NET_SHARED_FRAMES * 4096, "whole frames");

/* What net_ring makes a ring of. */
struct exo_net_ring_config {
    uint64_t
        shared_frame; /* first of EXO_NET_SHARED_FRAMES data frames that become struct exo_net_ring; may be mapped already */
    uint64_t buffer_frame; /* first of buffer_count data frames, pinned while the ring lives */
    uint64_t env;          /* who gets the event; dominated by the slot */
    uint32_t buffer_count; /* 1 .. EXO_NET_RING_FRAMES */
    uint32_t event;        /* event bit, below 63 */
    uint32_t flags;        /* EXO_NET_CAPTURE, EXO_NET_MERGED */
    uint32_t reserved;
};
#define EXO_NET_CAPTURE                                                                            \
    0x1 /* needs the observe right: gets a copy of every packet; one a machine */
#define EXO_NET_MERGED                                                                             \
    0x2 /* takes packets of up to EXO_NET_MERGED_MAX buffers (EXO_NET_RECEIVED_MORE), as a whole or not at all; others lose them */
#define EXO_NET_MERGED_MAX 34 /* 64 KiB, of which the first buffer holds the headers */

/* --- Rows as they lie in a net table; written by the kernel only ------------------------------------ */
enum exo_net_kind {
    EXO_NET_FREE = 0,
    EXO_NET_RING = 1,
    EXO_NET_FILTER = 2,
};

struct exo_net_row {
    uint8_t kind; /* enum exo_net_kind */
    uint8_t guard_depth;
    uint16_t flags; /* EXO_NET_SHARED and so on; EXO_NET_CAPTURE, EXO_NET_MERGED */
    uint32_t shape; /* filter: number of its mask at its level */
    uint64_t guard[2];
    uint64_t packets, bytes; /* filter: claimed; ring: received */
    uint64_t dropped;        /* no ring, or no buffer in it */
    union {
        struct {
            uint64_t ring_serial;
            uint64_t program; /* downloaded handler; 0: none */
            uint64_t mask[EXO_NET_WORDS], value[EXO_NET_WORDS];
            uint32_t ring, parent;
            /* Where it hangs: docs/decisions/0010-filters-are-cubes.md. */
            uint32_t inside; /* most specific shape of the filters inside */
            uint32_t next_shape, next_peer, last_peer, chain, twin;
            uint8_t shape_count; /* inside */
            uint8_t mixed;       /* filters inside have several owners */
            uint8_t depth;
            uint8_t reserved[45];
        } filter;
        struct {
            uint64_t serial;
            uint64_t env;
            uint64_t shared_frame, buffer_frame;
            uint64_t sent, sent_bytes, refused;
            uint32_t buffer_count, event;
            uint32_t receive_filled, send_taken;
            uint32_t in_flight; /* packets that the card reads from buffers */
            uint32_t number;    /* 0 .. EXO_NET_RINGS_MAX - 1 */
            uint32_t state;     /* EXO_NET_RING_* */
            uint32_t
                queue; /* pair of the card's queues that it sends by: of the CPU that it was made on */
            uint32_t lock; /* the kernel's */
            uint32_t reserved[29];
        } ring;
    };
};
static_assert(sizeof(struct exo_net_row) == 256, "rows fill a frame");

/* State of a ring. */
#define EXO_NET_RING_STOPPED 0x1 /* its end waits for in_flight to become 0 */
#define EXO_NET_RING_SHARED  0x2 /* packets come by several pairs of queues */

/* What one pair of the card's queues has carried. */
struct exo_net_queue {
    uint64_t received, received_bytes, sent, sent_bytes;
    uint64_t unclaimed;     /* received, and no filter wanted it */
    uint64_t malformed;     /* of these: lengths that contradict each other */
    uint64_t foreign;       /* to another card's address */
    uint64_t device_errors; /* what the card wrote could not be: ring indexes, lengths */
    uint64_t interrupts,
        deferred; /* deferred: polled later by the clock, because there was too much */
};

/*
 * The card, in struct exo_machine. It chooses by flow in which pair of queues a packet comes; pair n interrupts CPU n. What a ring
 * sends goes by the pair that its row names, so that a card that follows a flow's sender has the answers come to the same CPU.
 */
#define EXO_NET_QUEUES_MAX 8
struct exo_net_card {
    uint8_t mac[6];
    uint16_t mtu;
    uint32_t features; /* EXO_NET_CARD_* */
    uint32_t queues; /* pairs in use: the card's, at most one for each CPU; the other rows are 0 */
    struct exo_net_queue queue[EXO_NET_QUEUES_MAX];
};
#define EXO_NET_CARD_PRESENT  0x1
#define EXO_NET_CARD_CHECKSUM 0x2 /* completes checksums of what is sent */
#define EXO_NET_CARD_VERIFIES 0x4 /* verifies checksums of what is received */
#define EXO_NET_CARD_SEGMENT4 0x8 /* cuts TCP over IPv4 */
#define EXO_NET_CARD_SEGMENT6 0x10
#define EXO_NET_CARD_MERGES                                                                        \
    0x20 /* what it received as one TCP packet of up to 64 KiB it gives as one */
