/* SPDX-License-Identifier: MIT */
/*
 * udp-echo.c - sends back every UDP datagram to its port, straight from the packet ring: no stack, no copies but one.
 *
 * udp-echo [PORT]: the port is 7 if none is given. A datagram "quit" ends it, after it was sent back. Answers ARP for its
 * addresses, so that others find it.
 */
#include "base/string.h"
#include "lib/exo/libos.h"
#include "lib/exo/net.h"

#define MEMORY_ADDRESS 0x10000000000
#define BUFFER_FRAMES  128
#define EVENT          1
#define ETHERNET_BYTES 14
#define IP_UDP         17
#define ARP_REQUEST    1
#define ARP_REPLY      2

static struct exo_domain domain;
static struct exo_net net;
static uint64_t echoed;

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void swap(uint8_t *a, uint8_t *b, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* A copy of the packet in a buffer of ours; NULL: none is free, the packet is lost. */
static uint8_t *copy_of(const struct exo_net_packet *packet, uint16_t *buffer)
{
    uint8_t *copy = exo_net_buffer(&net, buffer);

    if (copy)
        memcpy(copy, packet->bytes, packet->length);
    return copy;
}

static void send(uint16_t buffer, uint32_t length)
{
    if (!exo_net_send(&net, buffer, 0, length, 0))
        exo_net_buffer_drop(&net, buffer);
}

/* Somebody asks for our address: filters see to it that it is ours. */
static void answer_arp(const struct exo_net_packet *packet)
{
    uint16_t buffer;
    uint8_t *arp;

    if (packet->length < ETHERNET_BYTES + 28 || packet->bytes[ETHERNET_BYTES + 7] != ARP_REQUEST)
        return;
    uint8_t *reply = copy_of(packet, &buffer);

    if (!reply)
        return;
    arp = reply + ETHERNET_BYTES;
    arp[7] = ARP_REPLY;
    memcpy(reply, packet->bytes + 6, 6);
    swap(arp + 8, arp + 18,
         10); /* sender and target; the kernel puts our address into the sender */
    send(buffer, ETHERNET_BYTES + 28);
}

/* Swapping both ends leaves all checksums right. Returns whether it was the word that ends us. */
static bool answer_udp(const struct exo_net_packet *packet, uint16_t port)
{
    uint32_t transport = packet->transport;
    const uint8_t *bytes = packet->bytes;
    uint16_t buffer;

    if (!transport || bytes[packet->network] >> 4 != 4 || bytes[packet->network + 9] != IP_UDP ||
        get16(bytes + transport + 2) != port)
        return false;
    uint8_t *reply = copy_of(packet, &buffer);

    if (!reply)
        return false;
    swap(reply, reply + 6, 6);
    swap(reply + packet->network + 12, reply + packet->network + 16, 4);
    swap(reply + transport, reply + transport + 2, 2);
    send(buffer, packet->length);
    echoed++;
    return get16(bytes + transport + 4) == 12 && !memcmp(bytes + transport + 8, "quit", 4);
}

int exo_main(const struct instance_start *start)
{
    struct exo_net_memory memory;
    struct exo_net_packet packet;
    uint16_t port = 7;
    bool quit = false;

    if (exo_arg(1)) {
        port = 0;
        for (const char *c = exo_arg(1); *c >= '0' && *c <= '9'; c++)
            port = (uint16_t)(port * 10 + (*c - '0'));
    }
    if (!exo_net_config())
        exo_fail("udp-echo: no network: give the instance an address (lorica run --net user)");
    exo_domain_init(&domain);
    int64_t error = exo_net_memory_make(&domain, MEMORY_ADDRESS, BUFFER_FRAMES, &memory);

    if (!error)
        error = exo_net_open(&net, &memory, start->env, EVENT);
    if (error)
        exo_fail("udp-echo: the network cannot be opened: error %ld", (long)-error);
    exo_print("udp-echo: port %u\n", port);
    while (!quit) {
        while (!quit && exo_net_receive(&net, &packet)) {
            if (packet.network && get16(packet.bytes + packet.network - 2) == EXO_NET_ARP)
                answer_arp(&packet);
            else
                quit = answer_udp(&packet, port);
            exo_net_give_back(&net, &packet);
        }
        (void)exo_net_flush(&net);
        if (!quit && !exo_net_arrived(&net))
            exo_net_wait(&net, EXO_FOREVER);
    }
    exo_print("udp-echo: %lu datagrams\n", (unsigned long)echoed);
    return 0;
}
