/* SPDX-License-Identifier: MIT */
/* dhcp.h - DHCP messages: a client's written, a server's read. Pure. Source: RFC 2131, RFC 2132. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "libos/init/manifest.h"

#define DHCP_FRAME_BYTES 576 /* that a message of ours needs at most */
#define DHCP_CLIENT_PORT 68
#define DHCP_SERVER_PORT 67

enum dhcp_kind {
    DHCP_DISCOVER = 1,
    DHCP_OFFER = 2,
    DHCP_REQUEST = 3,
    DHCP_ACK = 5,
    DHCP_NAK = 6,
};

/* IPv4 addresses are as they lie in a packet. */
struct dhcp_message {
    enum dhcp_kind kind;
    uint32_t transaction;
    uint8_t mac[6];        /* of the card */
    uint8_t server_mac[6]; /* where it goes; all ones: everybody */
    const char
        *name;    /* of the instance: host name, and what tells it from others behind one card */
    uint32_t own; /* address that it has already; 0: none, then the message goes to everybody */
    uint32_t wanted, server; /* address that was offered, and by whom; 0: none */
};

struct dhcp_answer {
    enum dhcp_kind kind;
    uint32_t address, server;
    uint8_t server_mac[6];
    uint32_t prefix;  /* 0: it does not say */
    uint32_t gateway; /* 0: none */
    uint32_t dns[MANIFEST_SERVERS_MAX];
    uint32_t dns_count;
    uint32_t seconds; /* that the address may be used; UINT32_MAX: for ever; 0: it does not say */
};

/* dhcp_write - the Ethernet frame of a message; returns its length. */
uint32_t dhcp_write(uint8_t frame[DHCP_FRAME_BYTES], const struct dhcp_message *message);

/*
 * dhcp_read - what a server's message says.
 *
 * frame, length  an Ethernet frame, as it came; nothing in it is trusted
 *
 * Returns  false: it is none, or no answer to this transaction of this card
 */
bool dhcp_read(const uint8_t *frame, uint32_t length, const uint8_t mac[6], uint32_t transaction,
               struct dhcp_answer *answer);
