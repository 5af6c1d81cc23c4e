/* SPDX-License-Identifier: MIT */
/*
 * flood.c - goodput beside a flood: echoes at a fixed rate to one address of a machine, and as many tiny packets as told to another one
 * that nobody empties. The machine's wire is a pair of UNIX datagram sockets; this program is all of the network behind it.
 *
 * flood OWN PEER NAME ECHO-ADDRESS:PORT FLOOD-ADDRESS:PORT RATE...    for each RATE of the flood (packets a second) a line
 *     row NAME_RATE SENT ANSWERED MEDIAN P99 FLOOD      echoes, microseconds, packets a second that the wire took
 * A packet that the wire does not take is not sent: the flood's are lost here, an echo is tried again until it goes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ECHO_RATE   500
#define WINDOW_NS   4000000000ull
#define GRACE_NS    1000000000ull /* for the last answers */
#define START_NS    120000000000ull
#define ECHOES_MAX  (ECHO_RATE * (WINDOW_NS / 1000000000) + 1)
#define BURST       32
#define FRAME_BYTES 60

static int fd;
static struct sockaddr_un peer = {.sun_family = AF_UNIX};
static uint8_t card[6];
static uint32_t latency[ECHOES_MAX];
static uint64_t sent_at[ECHOES_MAX];
static uint32_t
    epoch; /* of the rate that is measured: later answers to earlier ones do not count */

struct target {
    uint8_t address[4];
    uint16_t port;
};

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int put(const uint8_t *frame, size_t bytes)
{
    return sendto(fd, frame, bytes, MSG_DONTWAIT, (const struct sockaddr *)&peer, sizeof peer) >= 0;
}

static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 2}, own_address[4] = {10, 0, 2, 2};

static void arp(uint16_t operation, const uint8_t *to, const uint8_t *mac)
{
    uint8_t f[FRAME_BYTES] = {[12] = 8, 6, 0, 1, 8, 0, 6, 4, 0, (uint8_t)operation};

    memcpy(f, mac, 6);
    memcpy(f + 6, own_mac, 6);
    memcpy(f + 22, own_mac, 6);
    memcpy(f + 28, own_address, 4);
    memcpy(f + 32, mac, 6);
    memcpy(f + 38, to, 4);
    (void)put(f, sizeof f);
}

static void datagram(uint8_t *f, const struct target *to, uint64_t number)
{
    static const uint8_t header[20] = {0x45, 0, 0, FRAME_BYTES - 14, 0, 0, 0, 0, 64, 17};
    uint32_t sum = 0;

    memset(f, 0, FRAME_BYTES);
    memcpy(f, card, 6);
    memcpy(f + 6, own_mac, 6);
    f[12] = 8;
    memcpy(f + 14, header, sizeof header);
    memcpy(f + 26, own_address, 4);
    memcpy(f + 30, to->address, 4);
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)f[14 + i] << 8 | f[15 + i];
    sum = ~((sum & 0xffff) + (sum >> 16));
    f[24] = (uint8_t)(sum >> 8);
    f[25] = (uint8_t)sum;
    f[34] = 0x9c;
    f[35] = 0x40;
    f[36] = (uint8_t)(to->port >> 8);
    f[37] = (uint8_t)to->port;
    f[39] = FRAME_BYTES - 34;
    memcpy(f + 42, &number, sizeof number);
}

/* Takes what has arrived; how many echoes of this epoch were answered first now. */
static uint32_t take(const struct target *echo)
{
    uint32_t answered = 0;
    uint8_t f[2048];
    ssize_t n;

    while ((n = recv(fd, f, sizeof f, MSG_DONTWAIT)) > 0) {
        uint64_t number = 0;

        if (n >= 42 && f[12] == 8 && f[13] == 6) {
            memcpy(card, f + 22, 6);
            if (f[21] == 1 && !memcmp(f + 38, own_address, 4))
                arp(2, f + 28, f + 22);
            continue;
        }
        if (n < 50 || f[23] != 17 || memcmp(f + 26, echo->address, 4) != 0)
            continue;
        memcpy(&number, f + 42, sizeof number);
        uint32_t index = (uint32_t)number;

        if (number >> 32 != epoch || index >= ECHOES_MAX || latency[index])
            continue;
        latency[index] = (uint32_t)((now() - sent_at[index]) / 1000) + 1;
        answered++;
    }
    return answered;
}

static int before(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void measure(const char *name, const struct target *echo, const struct target *flood,
                    uint64_t rate)
{
    uint32_t sent = 0, answered = 0, skip = 0;
    uint64_t start = now(), floods = 0, took = 0, at;
    uint8_t frame[FRAME_BYTES];

    epoch++;
    memset(latency, 0, sizeof latency);
    while ((at = now()) < start + WINDOW_NS) {
        if (sent < (at - start) * ECHO_RATE / 1000000000 && sent < ECHOES_MAX) {
            datagram(frame, echo, (uint64_t)epoch << 32 | sent);
            sent_at[sent] = now();
            sent += (uint32_t)put(frame, sizeof frame);
        }
        datagram(frame, flood, 0);
        for (uint32_t i = 0; i < BURST && floods < (at - start) * rate / 1000000000; i++, floods++)
            took += (uint64_t)put(frame, sizeof frame);
        answered += take(echo);
        if (!rate) {
            const struct timespec rest = {.tv_nsec = 100000};

            nanosleep(&rest, NULL);
        }
    }
    while (answered < sent && now() < at + GRACE_NS)
        answered += take(echo);
    qsort(latency, ECHOES_MAX, sizeof *latency, before);
    while (skip < ECHOES_MAX && !latency[skip])
        skip++;
    uint32_t there = ECHOES_MAX - skip;

    printf("row %s_%lu %u %u %u %u %lu\n", name, (unsigned long)rate, sent, answered,
           there ? latency[skip + there / 2] : 0, there ? latency[skip + there * 99 / 100] : 0,
           (unsigned long)(took * 1000000000 / WINDOW_NS));
}

static struct target target(const char *words)
{
    struct target t;
    unsigned a, b, c, d, port;

    if (sscanf(words, "%u.%u.%u.%u:%u", &a, &b, &c, &d, &port) != 5)
        exit(2);
    t = (struct target){{(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}, (uint16_t)port};
    return t;
}

int main(int argc, char **argv)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    uint64_t start = now();
    uint8_t frame[FRAME_BYTES];

    if (argc < 7)
        return 2;
    snprintf(own.sun_path, sizeof own.sun_path, "%s", argv[1]);
    snprintf(peer.sun_path, sizeof peer.sun_path, "%s", argv[2]);
    unlink(own.sun_path);
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof own))
        return 2;
    struct target echo = target(argv[4]), flood = target(argv[5]);
    uint32_t up = 0;

    for (epoch = 1; !up; up = take(&echo)) { /* until the first echo comes back */
        static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

        if (now() > start + START_NS) {
            fprintf(stderr, "flood: %s does not answer\n", argv[4]);
            return 1;
        }
        arp(1, echo.address, all);
        datagram(frame, &echo, (uint64_t)epoch << 32);
        if (memcmp(card, "\0\0\0\0\0\0", 6) != 0) {
            sent_at[0] = now();
            (void)put(frame, sizeof frame);
        }
        usleep(100000);
    }
    for (int i = 6; i < argc; i++)
        measure(argv[3], &echo, &flood, strtoull(argv[i], NULL, 10));
    return 0;
}
