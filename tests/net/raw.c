/* SPDX-License-Identifier: MIT */
/*
 * raw.c - Ethernet frames to a machine over UNIX datagram sockets (`lorica run --net socket:`), good and malformed.
 *
 * raw OWN PEER FRAMES: finds udp-echo at 10.0.2.15 by ARP and exchanges a datagram with it; then sends FRAMES frames that are
 * mutated, cut, for others, or chance; then exchanges again: nothing may have been lost but these. Then "quit". Status 0: so it was.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TRIES 300 /* of 200 ms */

static int fd;
static struct sockaddr_un to = {.sun_family = AF_UNIX};
static uint8_t card[6];
static uint64_t state = 0x2545f4914f6cdd1d;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void send_frame(const uint8_t *frame, size_t length)
{
    (void)sendto(fd, frame, length, 0, (const struct sockaddr *)&to, sizeof to);
}

static size_t receive_frame(uint8_t *frame, int wait_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n = poll(&p, 1, wait_ms) > 0 ? recv(fd, frame, 2048, 0) : 0;

    return n > 0 ? (size_t)n : 0;
}

static size_t arp(uint8_t *f)
{
    static const uint8_t request[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 2, 8, 6, 0, 1, 8, 0,  6, 4, 0,
        1,    2,    0,    0,    0,    0,    2, 10, 0, 2, 2, 0, 0, 0, 0, 0, 0, 10, 0, 2, 15};

    memcpy(f, request, sizeof request);
    return sizeof request;
}

static size_t udp(uint8_t *f, const char *text)
{
    size_t payload = strlen(text);
    uint8_t header[42] = {0,    0,
                          0,    0,
                          0,    0,
                          2,    0,
                          0,    0,
                          0,    2,
                          8,    0,
                          0x45, 0,
                          0,    (uint8_t)(28 + payload),
                          0,    0,
                          0,    0,
                          64,   17,
                          0,    0,
                          10,   0,
                          2,    2,
                          10,   0,
                          2,    15,
                          0x12, 0x34,
                          0,    7,
                          0,    (uint8_t)(8 + payload)};

    memcpy(f, header, sizeof header);
    memcpy(f, card, 6);
    memcpy(f + 42, text, payload);
    return 42 + payload;
}

/* The echo of exactly this text; other frames are passed over. */
static int exchange(const char *text)
{
    uint8_t f[2048];

    for (int i = 0; i < TRIES; i++) {
        send_frame(f, udp(f, text));
        for (size_t n; (n = receive_frame(f, 200)) != 0;)
            if (n >= 42 + strlen(text) && f[12] == 8 && f[13] == 0 && f[23] == 17 && f[34] == 0 &&
                f[35] == 7 && !memcmp(f + 42, text, strlen(text)))
                return !memcmp(f + 6, card, 6);
    }
    return 0;
}

static int find(void)
{
    uint8_t f[2048];

    for (int i = 0; i < TRIES; i++) {
        send_frame(f, arp(f));
        for (size_t n; (n = receive_frame(f, 200)) != 0;)
            if (n >= 42 && f[12] == 8 && f[13] == 6 && f[21] == 2) {
                memcpy(card, f + 6, 6);
                return !memcmp(f + 22, card, 6) && f[31] == 15;
            }
    }
    return 0;
}

static void malformed(void)
{
    uint8_t f[2048];
    size_t length = chance() % 2 ? udp(f, "this is not for you") : arp(f);

    switch (chance() % 6) {
    case 0: /* fields of the headers, one or two */
        f[12 + chance() % 30] = (uint8_t)chance();
        if (chance() % 2)
            f[12 + chance() % 30] = (uint8_t)(chance() % 2 ? 0xff : 0);
        break;
    case 1:
        length = 1 + chance() % length; /* an empty datagram would be the end of QEMU's socket */
        break;
    case 2:
        for (size_t i = 12; i < length; i++)
            f[i] = (uint8_t)chance();
        break;
    case 3: /* another card's */
        f[5] ^= 1;
        f[0] &= 0xfe;
        break;
    case 4: /* longer than its headers say, up to more than the card takes */
        memset(f + length, 0xa5, sizeof f - length);
        length += chance() % (sizeof f - length);
        break;
    default: /* tags, fragments, versions */
        f[12] = (uint8_t)(chance() % 2 ? 0x81 : 0x86);
        f[13] = (uint8_t)(chance() % 2 ? 0 : 0xdd);
        f[20] = (uint8_t)chance();
    }
    if (length > 8 && length >= 50 && !memcmp(f + 42, "quit", 4))
        return;
    send_frame(f, length);
}

int main(int argc, char **argv)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    uint8_t f[2048];

    if (argc != 4)
        return 2;
    strncpy(own.sun_path, argv[1], sizeof own.sun_path - 1);
    strncpy(to.sun_path, argv[2], sizeof to.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof own) < 0)
        return 2;
    if (!find() || !exchange("before")) {
        printf("nobody answers\n");
        return 1;
    }
    for (long i = 0; i < atol(argv[3]); i++) {
        malformed();
        while (receive_frame(f, 0)) /* answers to those that were good after all */
            ;
    }
    if (!exchange("after")) {
        printf("no answer after the malformed ones\n");
        return 1;
    }
    printf("%s frames survived\n", argv[3]);
    return !exchange("quit");
}
