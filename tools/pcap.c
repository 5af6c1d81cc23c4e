/* SPDX-License-Identifier: MIT */
/*
 * pcap.c - packets as pcapng: one section, one Ethernet interface, microseconds; each packet says its direction, and in
 * a comment which filter of which instance claimed it.
 *
 * Source: PCAP Next Generation (pcapng) Capture File Format, "Block Types".
 */
#include "tools/pcap.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "abi/exo_channel.h"
#include "tools/text.h"

#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET    6u
#define OPTION_COMMENT  1u
#define OPTION_FLAGS    2u /* of a packet: direction in the lowest bits */
#define OPTION_NAME     2u /* of an interface */
#define INBOUND         1u
#define OUTBOUND        2u

static void add32(struct buffer *out, uint32_t value)
{
    buffer_add(out, &value, sizeof value);
}

static void add_padded(struct buffer *out, const void *bytes, size_t length)
{
    buffer_add(out, bytes, length);
    buffer_add(out, "\0\0\0", (4 - length % 4) % 4);
}

static void add_option(struct buffer *out, uint16_t code, const void *bytes, size_t length)
{
    uint16_t head[2] = {code, (uint16_t)length};

    buffer_add(out, head, sizeof head);
    add_padded(out, bytes, length);
}

static void block(struct pcap *pcap, uint32_t type, const struct buffer *body)
{
    uint32_t head[2] = {type, (uint32_t)body->length + 12};

    if (fwrite(head, sizeof head, 1, pcap->file) != 1 ||
        fwrite(body->bytes, 1, body->length, pcap->file) != body->length ||
        fwrite(&head[1], sizeof head[1], 1, pcap->file) != 1)
        fail(STATUS_FAILED, "%s cannot be written: %s", pcap->path, strerror(errno));
}

void pcap_open(struct pcap *pcap, const char *path)
{
    struct buffer body = {0};

    *pcap = (struct pcap){.file = fopen(path, "wbe"), .path = path};
    if (!pcap->file)
        fail(STATUS_FAILED, "%s cannot be made: %s", path, strerror(errno));
    add32(&body, 0x1a2b3c4d);                                 /* byte order */
    add32(&body, 1);                                          /* version 1.0 */
    buffer_add(&body, "\xff\xff\xff\xff\xff\xff\xff\xff", 8); /* length: not said */
    block(pcap, BLOCK_SECTION, &body);
    body.length = 0;
    add32(&body, 1); /* Ethernet */
    add32(&body, 0); /* packets are cut at no length in particular */
    add_option(&body, OPTION_NAME, "lorica", 6);
    add32(&body, 0); /* end of options */
    block(pcap, BLOCK_INTERFACE, &body);
    buffer_free(&body);
}

void pcap_packet(void *context, unsigned instance, const char *bytes, size_t length)
{
    struct pcap *pcap = context;
    struct buffer body = {0};
    struct buffer comment = {0};
    struct channel_packet head;

    if (length < sizeof head)
        return;
    memcpy(&head, bytes, sizeof head);
    length -= sizeof head;
    uint32_t direction = head.flags & CHANNEL_PACKET_SENT ? OUTBOUND : INBOUND;

    if (!head.filter)
        buffer_format(&comment, "claimed by no filter");
    else if (instance < pcap->name_count)
        buffer_format(&comment, "filter %x of %s", head.filter, pcap->names[instance]);
    else
        buffer_format(&comment, "filter %x of instance %u", head.filter, instance);
    if (head.flags & CHANNEL_PACKET_CUT)
        buffer_format(&comment, "; its end was not captured");
    add32(&body, 0); /* interface */
    add32(&body, (uint32_t)(head.time_us >> 32));
    add32(&body, (uint32_t)head.time_us);
    add32(&body, (uint32_t)length);
    add32(&body, (uint32_t)length);
    add_padded(&body, bytes + sizeof head, length);
    add_option(&body, OPTION_COMMENT, comment.bytes, comment.length);
    add_option(&body, OPTION_FLAGS, &direction, sizeof direction);
    add32(&body, 0);
    block(pcap, BLOCK_PACKET, &body);
    pcap->packets++;
    buffer_free(&comment);
    buffer_free(&body);
}

void pcap_close(struct pcap *pcap)
{
    if (fclose(pcap->file))
        fail(STATUS_FAILED, "%s cannot be written: %s", pcap->path, strerror(errno));
}
