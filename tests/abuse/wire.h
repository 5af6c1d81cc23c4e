/* SPDX-License-Identifier: MIT */
/*
 * wire.h - packets from outside: tests/abuse/run is at the other end of the card's wire and sends back what it is told.
 *
 * The harness packs frames into envelopes (Ethernet type WIRE_TYPE), out of which the other end takes them; they come back in order,
 * so that a mark behind them says that all have arrived. What a card sends to its own address comes back as it is. Each claim's packets
 * are counted by the kernel in its row and compared with what another reading of the same frames says (tests/unit/net/packets.h).
 */
#pragma once
#include "lib/exo/upcall.h"
#include "base/string.h"
#include "tests/abuse/abuse.h"

#define WIRE_TYPE 0x88b5 /* IEEE 802: local experiments */

/* Claims, in this order rows of one table of the harness's. IPv4 is 10.9.9.LAST, IPv6 fec0::LAST, without tag but for the last two. */
enum wire_claim {
    CLAIM_VICTIM,
    CLAIM_OWN,  /* the attacker's */
    CLAIM_PORT, /* inside the victim's: UDP to PORT_GIVEN is the attacker's */
    CLAIM_VICTIM6,
    CLAIM_OWN6,
    CLAIM_PORT6,
    CLAIM_VICTIM_VLAN,
    CLAIM_OWN_VLAN,
    CLAIM_HOST,
    CLAIM_ENVELOPE,
    CLAIMS,
    CLAIM_NONE = CLAIMS,
};
#define NET_HOST   1
#define PORT_GIVEN 4444
#define PORT_ECHO  7 /* the victim answers */
#define VLAN       5

/* wire_claim_of - whose a frame is, for a card of this address; tags: somebody claims those of VLAN. */
enum wire_claim wire_claim_of(const uint8_t *frame, uint32_t bytes, const uint8_t *mac, bool tags);
/* wire_claim_filter - the filter of a claim; its parent is not in it. */
void wire_claim_filter(enum wire_claim claim, struct exo_net_filter *filter);

/* A ring with buffers: the first half receives, the second sends. Whoever has it must not be elsewhere at the same time. */
struct port {
    struct exo_net_ring *ring;
    uint8_t *buffers;
    uint32_t slot, half;
    uint64_t row;
    uint32_t taken;
    uint32_t patience; /* kicks until it does not wait for the card any more; 0: it always does */
    bool stuck;        /* that has happened: nothing is sent any more */
};

/* port_open - makes table and ring; -EXO_E_*, or 0. No buffer is offered. */
int64_t port_open(struct port *port, uint64_t table, const struct exo_net_ring_config *config);
void port_offer(struct port *port, uint16_t buffer);
/* port_next - the next frame that has arrived, until port_back. */
const uint8_t *port_next(const struct port *port, uint32_t *bytes);
void port_back(struct port *port);
/* port_buffer - where to write the next frame. */
uint8_t *port_buffer(struct port *port);
bool port_send(struct port *port, uint32_t bytes, uint64_t filter);

/* For the victim, in its own space: takes what has arrived, and answers echoes. */
struct victim_net {
    struct port port; /* slot, ring and so on as the victim has them; ring NULL: there is no wire */
    volatile uint64_t taken, foreign; /* foreign: packets that were not for it */
    volatile bool rewritten; /* the card changes packets after the kernel has seen whose they are */
    uint64_t filter;
    uint8_t mac[6];
};
void victim_net(struct victim_net *net);

/*
 * attacker_port - a ring of the attacker's: its frame 0 becomes the table, EXO_NET_SHARED_FRAMES the ring, then `frames` buffers.
 *
 * Returns  0 or -EXO_E_*
 */
#define ATTACKER_BUFFER 4 /* its first frame of buffers */
int64_t attacker_port(struct box *box, struct port *port, uint32_t frames);

/* attacker_canary - the attacker's own frames from own_first + `from` on, mapped and full of PATTERN: the kernel must not write there. */
#define PATTERN 0x5a5a5a5a5a5a5a5a
uint64_t *attacker_canary(struct box *box, uint32_t from, uint32_t count);

/* For hosts. */
extern const struct attack wire_attacks[];
extern const uint32_t wire_attack_count;
/* C03 (attack_lie.c). */
void lie_body(struct box *box), lie_host(struct box *box);
/* wire_tags - shall the claims with tags be there? They look at words that the kernel does not keep of flows. */
bool wire_tags(const struct attack *attack);
/* wire_claim - makes a claim for who holds `slot`; its row's name. 0: there is no card. */
uint64_t wire_claim(enum wire_claim claim, uint32_t slot);
/* wire_start - the harness's end, and the victim's ring. */
void wire_start(struct victim_net *victim, uint32_t slot, uint64_t victim_env);
bool wire_there(void);
struct victim_net *wire_victim(void);
/* wire_second_ring - makes a further ring for the victim, and ends it: 0, or -EXO_E_* of the making. */
int64_t wire_second_ring(void);
const uint8_t *wire_mac(void);
/* wire_put - a frame into the envelope; it comes back `times`, padded to `length`. */
void wire_put(const uint8_t *frame, uint32_t bytes, uint32_t length, uint32_t times);
void wire_flush(void);
/* wire_order - the card is to lie (tests/device/lies.h), `times`. */
void wire_order(uint32_t kind, uint32_t times, uint32_t seed);
/* wire_forget - no echo is waited for any more. */
void wire_forget(void);
void wire_mark(void);   /* behind all that was put; leaves */
bool wire_marked(void); /* the last mark has come back */
/* wire_marks - the number of the last mark; wire_marked_after - has a later one come back? */
uint64_t wire_marks(void);
bool wire_marked_after(uint64_t mark);
uint64_t wire_unanswered(void); /* echoes */
void wire_echo(void);           /* a request to the victim into the envelope */
volatile const struct exo_net_row *wire_row(enum wire_claim claim);
