/* SPDX-License-Identifier: MIT */
/*
 * flows.c - many flows of UDP to udp-echo at 10.0.2.15 at once, over the wire of vhost_net.c.
 *
 * flows OWN PEER EACH: FLOWS flows (source ports) of EACH datagrams with numbers in them, one of every flow in each round. As no more are under
 * way than the machine has buffers for, none may be lost: each comes back once, those of a flow in their order. Then "quit". Status 0: so it was.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FLOWS 32
#define PORT  4000
#define WAIT  60000 /* ms: nothing for so long is lost */

static int fd;
static struct sockaddr_un to = {.sun_family = AF_UNIX};
static uint8_t card[6];

static void fail(const char *why)
{
    fprintf(stderr, "flows: %s\n", why);
    exit(1);
}

static void send_frame(const uint8_t *frame, size_t length)
{
    if (sendto(fd, frame, length, 0, (const struct sockaddr *)&to, sizeof to) != (ssize_t)length)
        fail("the wire takes no frame");
}

static size_t receive_frame(uint8_t *frame, int wait_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n = poll(&p, 1, wait_ms) > 0 ? recv(fd, frame, 2048, 0) : 0;

    return n > 0 ? (size_t)n : 0;
}

/* Who asks for 10.0.2.2 gets its address: ours. */
static void answer_arp(uint8_t *f)
{
    static const uint8_t own[10] = {2, 0, 0, 0, 0, 2, 10, 0, 2, 2};

    if (f[12] != 8 || f[13] != 6 || f[21] != 1 || memcmp(f + 38, own + 6, 4) != 0)
        return;
    f[21] = 2;
    memcpy(f + 32, f + 22, 10);
    memcpy(f + 22, own, sizeof own);
    memcpy(f, f + 6, 6);
    memcpy(f + 6, own, 6);
    send_frame(f, 42);
}

/* The card's address, as soon as the machine answers. */
static void find(void)
{
    static const uint8_t request[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 2, 8, 6, 0, 1, 8, 0,  6, 4, 0,
        1,    2,    0,    0,    0,    0,    2, 10, 0, 2, 2, 0, 0, 0, 0, 0, 0, 10, 0, 2, 15};
    uint8_t f[2048];

    for (int i = 0; i < 300; i++) {
        (void)sendto(fd, request, sizeof request, 0, (const struct sockaddr *)&to, sizeof to);
        for (size_t n; (n = receive_frame(f, 200)) != 0;)
            if (n >= 42 && f[12] == 8 && f[13] == 6 && f[21] == 2) {
                memcpy(card, f + 6, 6);
                return;
            }
    }
    fail("nobody answers");
}

static void send_datagram(uint32_t flow, const void *payload, uint32_t bytes)
{
    uint8_t f[60] = {0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    static const uint8_t addresses[8] = {10, 0, 2, 2, 10, 0, 2, 15};
    uint32_t port = PORT + flow;

    memcpy(f, card, 6);
    f[17] = (uint8_t)(28 + bytes);
    f[22] = 64;
    f[23] = 17;
    memcpy(f + 26, addresses, sizeof addresses);
    f[34] = (uint8_t)(port >> 8);
    f[35] = (uint8_t)port;
    f[37] = 7;
    f[39] = (uint8_t)(8 + bytes);
    memcpy(f + 42, payload, bytes);
    send_frame(f, sizeof f);
}

/* The next echo of a datagram of ours; false: none comes any more. */
static int receive_echo(uint32_t *flow, uint32_t *number)
{
    uint8_t f[2048];

    for (size_t n; (n = receive_frame(f, WAIT)) != 0;) {
        answer_arp(f);
        if (n < 46 || f[12] != 8 || f[13] || f[23] != 17 || f[34] || f[35] != 7)
            continue;
        *flow = (uint32_t)(f[36] << 8 | f[37]) - PORT;
        memcpy(number, f + 42, sizeof *number);
        return 1;
    }
    return 0;
}

int main(int count, char **argument)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    uint32_t next[FLOWS] = {0}, flow, number;

    if (count != 4)
        return 2;
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    snprintf(own.sun_path, sizeof own.sun_path, "%s", argument[1]);
    snprintf(to.sun_path, sizeof to.sun_path, "%s", argument[2]);
    if (bind(fd, (const struct sockaddr *)&own, sizeof own))
        fail("bind");
    find();
    for (uint32_t i = 0; i < (uint32_t)atoi(argument[3]); i++) {
        for (flow = 0; flow < FLOWS; flow++)
            send_datagram(flow, &i, sizeof i);
        for (uint32_t back = 0; back < FLOWS; back++) {
            if (!receive_echo(&flow, &number))
                fail("a datagram was lost");
            if (flow >= FLOWS || number != i || next[flow]++ != i)
                fail("a datagram came twice or out of order");
        }
    }
    send_datagram(0, "quit", 4);
    printf("%u datagrams of %u flows came back once and in order\n", FLOWS * next[0], FLOWS);
    return 0;
}
