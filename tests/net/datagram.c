/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - UDP datagrams of all shapes to an echo that uses sockets, frame by frame over UNIX datagram sockets (`lorica run --net socket:`).
 *
 * datagram OWN PEER PORT: finds 10.0.2.15 by ARP; then good datagrams must come back whole, with right sums, and those with a wrong sum
 * must not: after each of them a good one is sent, whose echo must be the next one to come. Then "quit". TAP lines without numbers.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TRIES  300 /* of 200 ms */
#define OURS   "\x0a\x00\x02\x02"
#define THEIRS "\x0a\x00\x02\x0f"

static int fd;
static struct sockaddr_un to = {.sun_family = AF_UNIX};
static uint8_t card[6];
static uint16_t port;
static int failed;

static void result(int ok, const char *what)
{
    printf("%s - %s\n", ok ? "ok" : "not ok", what);
    failed |= !ok;
}

static void put16(uint8_t *at, unsigned x)
{
    at[0] = (uint8_t)(x >> 8);
    at[1] = (uint8_t)x;
}

static unsigned get16(const uint8_t *at)
{
    return (unsigned)(at[0] << 8 | at[1]);
}

static unsigned sum(const uint8_t *at, size_t n, unsigned long start)
{
    for (; n >= 2; n -= 2, at += 2)
        start += get16(at);
    if (n)
        start += (unsigned)at[0] << 8;
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return (unsigned)start;
}

static unsigned udp_sum(const uint8_t *ip, const uint8_t *udp, size_t n)
{
    return sum(udp, n, sum(ip + 12, 8, 17 + n));
}

static void send_frame(const uint8_t *frame, size_t length)
{
    (void)sendto(fd, frame, length, 0, (const struct sockaddr *)&to, sizeof to);
}

static void answer_arp(uint8_t *f)
{
    if (f[21] != 1 || memcmp(f + 38, OURS, 4) != 0)
        return;
    memcpy(f, f + 6, 6);
    memcpy(f + 6, "\2\0\0\0\0\2", 6);
    f[21] = 2;
    memcpy(f + 32, f + 22, 10);
    memcpy(f + 22, "\2\0\0\0\0\2" OURS, 10);
    send_frame(f, 42);
}

/* The next IPv4 frame; ARP is answered meanwhile. 0: none came. */
static size_t next_frame(uint8_t *f, int wait_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    while (poll(&p, 1, wait_ms) > 0) {
        ssize_t n = recv(fd, f, 2048, 0);

        if (n >= 42 && get16(f + 12) == 0x0806)
            answer_arp(f);
        else if (n >= 42 && get16(f + 12) == 0x0800)
            return (size_t)n;
    }
    return 0;
}

static int find(void)
{
    static const uint8_t request[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 2, 8, 6, 0, 1, 8, 0,  6, 4, 0,
        1,    2,    0,    0,    0,    0,    2, 10, 0, 2, 2, 0, 0, 0, 0, 0, 0, 10, 0, 2, 15};
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint8_t f[2048];

    for (int i = 0; i < TRIES; i++) {
        send_frame(request, sizeof request);
        while (poll(&p, 1, 200) > 0)
            if (recv(fd, f, sizeof f, 0) >= 42 && get16(f + 12) == 0x0806 && f[21] == 2) {
                memcpy(card, f + 6, 6);
                return 1;
            }
    }
    return 0;
}

/* A datagram with `options` bytes of IP options and right sums; its length. */
static size_t build(uint8_t *f, const void *payload, size_t bytes, size_t options)
{
    uint8_t *ip = f + 14;
    uint8_t *udp = ip + 20 + options;

    memset(f, 0, 14 + 20 + options + 8);
    memcpy(f, card, 6);
    memcpy(f + 6, "\2\0\0\0\0\2\x08\0", 8);
    ip[0] = (uint8_t)(0x45 + options / 4);
    put16(ip + 2, (unsigned)(28 + options + bytes));
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, OURS THEIRS, 8);
    memset(ip + 20, 1, options); /* no operation */
    put16(ip + 10, ~sum(ip, 20 + options, 0));
    put16(udp, 0x1234);
    put16(udp + 2, port);
    put16(udp + 4, (unsigned)(8 + bytes));
    memcpy(udp + 8, payload, bytes);
    unsigned s = ~udp_sum(ip, udp, 8 + bytes) & 0xffff;

    put16(udp + 6, s ? s : 0xffff);
    return 14 + 28 + options + bytes;
}

/* Is the next frame the echo of this payload, and is everything in it right? */
static int echoed(const void *payload, size_t bytes)
{
    uint8_t f[2048];
    size_t n = next_frame(f, 20000);
    const uint8_t *ip = f + 14;
    const uint8_t *udp = ip + 20;

    return n == 42 + bytes && !memcmp(f, "\2\0\0\0\0\2", 6) && !memcmp(f + 6, card, 6) &&
           ip[0] == 0x45 && get16(ip + 2) == 28 + bytes && !(get16(ip + 6) & 0x3fff) && ip[8] &&
           ip[9] == 17 && sum(ip, 20, 0) == 0xffff && !memcmp(ip + 12, THEIRS OURS, 8) &&
           get16(udp) == port && get16(udp + 2) == 0x1234 && get16(udp + 4) == 8 + bytes &&
           get16(udp + 6) && udp_sum(ip, udp, 8 + bytes) == 0xffff &&
           !memcmp(udp + 8, payload, bytes);
}

/* A frame that must be passed over: the next that comes is the echo of a good one behind it. */
static int ignored(const uint8_t *frame, size_t length)
{
    static unsigned number;
    uint8_t f[2048];
    char mark[32];

    sprintf(mark, "after it %u", ++number);
    send_frame(frame, length);
    send_frame(f, build(f, mark, strlen(mark), 0));
    return echoed(mark, strlen(mark));
}

static void good_ones(void)
{
    static char payload[1472];
    uint8_t f[2048];
    int ok = 1;

    for (size_t n = 0; n <= sizeof payload && ok; n += n < 20 ? 1 : 97) {
        for (size_t i = 0; i < n; i++)
            payload[i] = (char)(i * 7 + n);
        if (n == 4)
            memcpy(payload, "four", 4);
        send_frame(f, build(f, payload, n, 0));
        ok = echoed(payload, n);
    }
    result(ok, "datagrams of many lengths come back, with right sums");
    size_t n = build(f, payload, sizeof payload, 0);

    send_frame(f, n);
    result(echoed(payload, sizeof payload), "the largest one, too");
    n = build(f, "no sum", 6, 0);
    put16(f + 14 + 20 + 6, 0);
    send_frame(f, n);
    result(echoed("no sum", 6), "one without a sum is taken");
    n = build(f, "padded", 6, 0);
    memset(f + n, 0xa5, 12);
    send_frame(f, n + 12);
    result(echoed("padded", 6), "what lies behind a datagram is not part of it");
    send_frame(f, build(f, "options", 7, 8));
    result(echoed("options", 7), "IP options are skipped");
}

static void bad_ones(void)
{
    uint8_t f[2048];
    size_t n = build(f, "wrong sum", 9, 0);
    int ok = 1;

    f[n - 1] ^= 0x20;
    result(ignored(f, n), "a datagram with a wrong sum is dropped");
    for (size_t at = 14; at < 34 && ok; at++) {
        if (at >= 30) /* another address is not for us at all */
            continue;
        n = build(f, "wrong header", 12, 0);
        f[at] ^= 0x40;
        ok = ignored(f, n);
    }
    result(ok, "so is one with a wrong byte in its IP header");
    n = build(f, "odd source", 10, 0);
    memcpy(f + 26, "\xe0\0\0\1", 4);
    put16(f + 24, 0);
    put16(f + 24, ~sum(f + 14, 20, 0));
    put16(f + 40, 0);
    result(ignored(f, n), "and one from a group of hosts");
}

static void fragments(void)
{
    static const char payload[] = "in two parts: 0123456789abcdefghijklmnopqrstuvwxyz";
    uint8_t whole[2048];
    uint8_t f[2048];
    size_t bytes = sizeof payload - 1;

    (void)build(whole, payload, bytes, 0);
    for (int part = 0; part < 2; part++) {
        size_t from = part ? 24 : 0;
        size_t n = part ? 8 + bytes - 24 : 24;

        memcpy(f, whole, 34);
        memcpy(f + 34, whole + 34 + from, n);
        put16(f + 16, (unsigned)(20 + n));
        put16(f + 18, 77);
        put16(f + 20, part ? (unsigned)from / 8 : 0x2000);
        put16(f + 24, 0);
        put16(f + 24, ~sum(f + 14, 20, 0));
        send_frame(f, 34 + n);
    }
    result(echoed(payload, bytes), "fragments are put together");
}

static void nobody_there(void)
{
    uint8_t f[2048];
    uint8_t sent[2048];
    uint16_t before = port;

    port = 9;
    size_t n = build(sent, "hello?", 6, 0);

    port = before;
    send_frame(sent, n);
    n = next_frame(f, 20000);
    result(n >= 70 && f[23] == 1 && f[34] == 3 && f[35] == 3 && !memcmp(f + 42, sent + 14, 20),
           "a port that nobody has: ICMP says so");
}

int main(int argc, char **argv)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    uint8_t f[2048];
    int i = 0;

    if (argc != 4)
        return 2;
    strncpy(own.sun_path, argv[1], sizeof own.sun_path - 1);
    strncpy(to.sun_path, argv[2], sizeof to.sun_path - 1);
    port = (uint16_t)atoi(argv[3]);
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof own) < 0)
        return 2;
    if (!find()) {
        printf("not ok - nobody answers\n");
        return 1;
    }
    while (i++ < TRIES) { /* the address is there before the socket */
        send_frame(f, build(f, "ready?", 6, 0));
        size_t n = next_frame(f, 200);

        if (n && f[23] == 17)
            break;
    }
    while (next_frame(f, 500)) /* late echoes of that */
        ;
    good_ones();
    bad_ones();
    fragments();
    nobody_there();
    send_frame(f, build(f, "quit", 4, 0));
    result(echoed("quit", 4), "and the last word");
    return failed;
}
