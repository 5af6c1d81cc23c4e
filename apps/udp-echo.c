/* SPDX-License-Identifier: MIT */
/*
 * udp-echo.c - sends back every UDP datagram to its port, straight from the packet ring: no stack, no copies but one.
 *
 * udp-echo [PORT]: the port is 7 if none is given. A datagram "quit" ends it, after it was sent back. Answers ARP for its
 * addresses, so that others find it. The same twice more: apps/linux/udp-echo.c by sockets, udp-echo-handler.c in the kernel.
 */
#include "base/string.h"
#include "lib/exo/libos.h"
#include "lib/exo/net_service.h"

#define MEMORY_ADDRESS 0x10000000000
#define BUFFER_FRAMES  128
#define EVENT          1

static struct exo_domain domain;
static struct exo_net net;
static uint64_t echoed;

static void swap(uint8_t *a, uint8_t *b, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* Swapping both ends leaves all checksums right. Returns whether it was the word that ends us. */
static bool answer(const struct exo_net_packet *packet, uint16_t port)
{
    uint32_t transport = packet->transport;
    uint32_t bytes;
    uint16_t buffer;
    const uint8_t *payload = exo_net_udp_to(packet, port, &bytes);
    uint8_t *reply = payload ? exo_net_buffer(&net, &buffer) : NULL;

    if (!reply)
        return false;
    memcpy(reply, packet->bytes, packet->length);
    swap(reply, reply + 6, 6);
    swap(reply + packet->network + 12, reply + packet->network + 16, 4);
    swap(reply + transport, reply + transport + 2, 2);
    if (!exo_net_send(&net, buffer, 0, packet->length, 0))
        exo_net_buffer_drop(&net, buffer);
    echoed++;
    return bytes == 4 && !memcmp(payload, "quit", 4);
}

int exo_main(const struct instance_start *start)
{
    struct exo_net_memory memory;
    struct exo_net_packet packet;
    uint16_t port = exo_arg(1) ? (uint16_t)exo_arg_number(1, 65535, "port") : 7;
    bool quit = false;

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
            if (!exo_net_answer_arp(&net, &packet))
                quit = answer(&packet, port);
            exo_net_give_back(&net, &packet);
        }
        (void)exo_net_flush(&net);
        if (!quit && !exo_net_arrived(&net))
            exo_net_wait(&net, EXO_FOREVER);
    }
    exo_print("udp-echo: %lu datagrams\n", (unsigned long)echoed);
    for (uint32_t i = 0; i < exo_machine_page()->net.queues;
         i++) { /* the card's, whoever they were for */
        const struct exo_net_queue *queue = &exo_machine_page()->net.queue[i];

        exo_print("udp-echo: pair %u of queues: %lu received, %lu sent\n", i,
                  (unsigned long)queue->received, (unsigned long)queue->sent);
    }
    return 0;
}
