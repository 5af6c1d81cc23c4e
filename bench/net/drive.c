/* SPDX-License-Identifier: MIT */
/*
 * drive.c - the host's end of the network benchmark: does an operation again and again, and reads how many instructions the guest needed.
 *
 * drive COUNTERS TEST PORT [ARGUMENTS]: COUNTERS is the file of bench/net/count.c, PORT that of 127.0.0.1. One line for a test:
 *     row NAME USER KERNEL MEDIAN P99 RATE     instructions per operation; latency in microseconds; operations a second
 * Instructions are the median of ROUNDS rounds; latency and rate are of all operations, by this machine's clock.
 *     udp NAME PORT BYTES OPERATIONS    datagrams that are sent back, one at a time
 *     tcp NAME PORT BYTES OPERATIONS    the same in a connection
 *     connect NAME PORT OPERATIONS      a connection, one byte there and back, and its end
 *     drain NAME PORT MIB               receives, all that there is: an operation is 64 KiB, and the rate is in MB/s
 *     fill NAME PORT MIB                sends
 *     ask NAME PORT WORDS OPERATIONS    work inside the guest (serve.c): the operations that one datagram asks for
 *     load NAME PORT CONNECTIONS OPERATIONS REQUEST [FIRST]   requests that are answered, one in flight on each connection; FIRST once
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS      5
#define START_TRIES 1200 /* of 100 ms */
#define UNIT        65536
#define LOST_MS     3000

static const volatile uint64_t *counter; /* user, kernel */
static const char *name;
static uint16_t port;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "drive: %s: %s: %s\n", name, what, strerror(errno));
    exit(1);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* --- What is measured ------------------------------------------------------------------------------------------ */

static double instructions[2][ROUNDS];
static double *latency;
static size_t latency_count, latency_room;
static double took_us, did;
static uint64_t from[2];
static double from_us;

static void begin(void)
{
    from[0] = counter[0];
    from[1] = counter[1];
    from_us = now_us();
}

static void end(int round, double operations)
{
    took_us += now_us() - from_us;
    did += operations;
    usleep(20000); /* what is done after the answer counts, too */
    for (int i = 0; i < 2; i++)
        instructions[i][round] = (double)(counter[i] - from[i]) / operations;
}

static void took(double us)
{
    if (latency_count == latency_room) {
        latency_room = latency_room ? latency_room * 2 : 4096;
        latency = realloc(latency, latency_room * sizeof *latency);
        if (!latency)
            die("memory");
    }
    latency[latency_count++] = us;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void report(double rate_unit)
{
    double sum[ROUNDS];
    int order[ROUNDS];

    /* The median round by the sum of both halves. */
    for (int i = 0; i < ROUNDS; i++) {
        sum[i] = instructions[0][i] + instructions[1][i];
        order[i] = i;
    }
    for (int i = 0; i < ROUNDS; i++)
        for (int k = i + 1; k < ROUNDS; k++)
            if (sum[order[k]] < sum[order[i]]) {
                int swap = order[i];

                order[i] = order[k];
                order[k] = swap;
            }
    qsort(latency, latency_count, sizeof *latency, compare);
    printf("row %s %.0f %.0f %.0f %.0f %.1f\n", name, instructions[0][order[ROUNDS / 2]],
           instructions[1][order[ROUNDS / 2]], latency_count ? latency[latency_count / 2] : 0,
           latency_count ? latency[latency_count * 99 / 100] : 0, did * rate_unit / took_us * 1e6);
    fflush(stdout);
}

/* --- Sockets --------------------------------------------------------------------------------------------------------- */

static int open_socket(int type)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type, 0);
    int one = 1;

    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to))
        die("connect");
    if (type == SOCK_STREAM)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* One datagram there and back; false: lost. */
static int exchange(int fd, const char *bytes, size_t length, int wait_ms)
{
    static char got[65536];
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (send(fd, bytes, length, 0) < 0)
        return 0;
    while (poll(&p, 1, wait_ms) > 0) {
        ssize_t n = recv(fd, got, sizeof got, 0);

        if (n < 0)
            return 0;
        if (n == (ssize_t)length && !memcmp(got, bytes, length))
            return 1;
    }
    return 0;
}

static void udp_wait(int fd, const char *bytes, size_t length)
{
    for (int i = 0; i < START_TRIES; i++) {
        if (exchange(fd, bytes, length, 100))
            return;
        usleep(20000);
    }
    die("nobody answers");
}

static void udp(size_t length, long operations)
{
    static char bytes[65536];
    int fd = open_socket(SOCK_DGRAM);

    memset(bytes, 'x', sizeof bytes);
    udp_wait(fd, bytes, length);
    for (int r = 0; r < ROUNDS; r++) {
        begin();
        for (long i = 0; i < operations; i++) {
            double t = now_us();

            memcpy(bytes, &i, length < sizeof i ? length : sizeof i);
            while (!exchange(fd, bytes, length, LOST_MS))
                ;
            took(now_us() - t);
        }
        end(r, (double)operations);
    }
    report(1);
}

static int full_read(int fd, char *bytes, size_t length)
{
    for (size_t have = 0; have < length;) {
        ssize_t n = read(fd, bytes + have, length - have);

        if (n <= 0)
            return 0;
        have += (size_t)n;
    }
    return 1;
}

static void tcp(size_t length, long operations)
{
    static char bytes[65536];
    int fd = -1;

    for (int i = 0; i < START_TRIES; i++) { /* QEMU accepts before the guest does */
        fd = open_socket(SOCK_STREAM);
        if (write(fd, bytes, length) == (ssize_t)length && full_read(fd, bytes, length))
            break;
        close(fd);
        usleep(100000);
    }
    for (int r = 0; r < ROUNDS; r++) {
        begin();
        for (long i = 0; i < operations; i++) {
            double t = now_us();

            if (write(fd, bytes, length) != (ssize_t)length || !full_read(fd, bytes, length))
                die("the connection ended");
            took(now_us() - t);
        }
        end(r, (double)operations);
    }
    report(1);
}

static void connections(long operations)
{
    for (int r = 0; r < ROUNDS; r++) {
        begin();
        for (long i = 0; i < operations; i++) {
            double t = now_us();
            int fd = open_socket(SOCK_STREAM);
            char byte = 1;

            if (write(fd, &byte, 1) != 1 || !full_read(fd, &byte, 1))
                die("no echo");
            shutdown(fd, SHUT_WR);
            if (read(fd, &byte, 1) != 0)
                die("no end");
            close(fd);
            took(now_us() - t);
        }
        end(r, (double)operations);
    }
    report(1);
}

static void bulk(int sends, double bytes_wanted)
{
    static char bytes[UNIT];

    for (int r = 0; r < ROUNDS; r++) {
        int fd = open_socket(SOCK_STREAM);
        double moved = 0;

        begin();
        while (moved < bytes_wanted) {
            ssize_t n = sends ? write(fd, bytes, sizeof bytes) : read(fd, bytes, sizeof bytes);

            if (n < 0)
                die("transfer");
            if (!n)
                break;
            moved += (double)n;
        }
        /* Until the guest has read all of it, or nothing is under way any more that would count without having been asked for. */
        if (sends)
            shutdown(fd, SHUT_WR);
        if (moved < bytes_wanted || read(fd, bytes, 1) != 0)
            die("no end, or too soon");
        end(r, moved / UNIT);
        close(fd);
    }
    report(UNIT / 1e6);
}

static void ask(const char *words, double operations)
{
    int fd = open_socket(SOCK_DGRAM);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char got[256];

    udp_wait(fd, "n 0", 3);
    for (int r = 0; r < ROUNDS; r++) {
        begin();
        if (send(fd, words, strlen(words), 0) < 0 || poll(&p, 1, 600000) <= 0 ||
            recv(fd, got, sizeof got, 0) != (ssize_t)strlen(words))
            die("no answer");
        end(r, operations);
    }
    report(1);
}

/* --- Load: many connections, each with one request in flight ------------------------------------------------------------ */

/* Bytes of the answer that begins at `bytes`, as far as they show it; 0: not yet known. */
static size_t answer_length(const char *bytes, size_t have)
{
    const char *line = memmem(bytes, have, "\r\n", 2);
    const char *length = memmem(bytes, have, "Content-Length: ", 16);
    const char *head = memmem(bytes, have, "\r\n\r\n", 4);

    if (!line)
        return 0;
    if (bytes[0] == '$' && bytes[1] != '-')
        return (size_t)(line - bytes) + 2 + (size_t)atol(bytes + 1) + 2;
    if (bytes[0] == '+' || bytes[0] == '-' || bytes[0] == '$' || bytes[0] == ':')
        return (size_t)(line - bytes) + 2;
    return head && length ? (size_t)(head - bytes) + 4 + (size_t)atol(length + 16) : 0;
}

/* One request and its answer; the length of the answer. Waits until somebody answers. */
static size_t answer_of(const char *request)
{
    static char bytes[1 << 20];

    for (int i = 0; i < START_TRIES; i++) {
        int fd = open_socket(SOCK_STREAM);
        size_t answer = 0;
        size_t n = 0;

        if (write(fd, request, strlen(request)) == (ssize_t)strlen(request))
            for (ssize_t part; (part = read(fd, bytes + n, sizeof bytes - n)) > 0;) {
                n += (size_t)part;
                answer = answer_length(bytes, n);
                if (answer && n >= answer)
                    break;
            }
        close(fd);
        if (answer)
            return answer;
        usleep(100000);
    }
    die("nobody answers");
}

static void load(int count, long operations, const char *request, const char *before)
{
    static char bytes[1 << 20];
    struct pollfd *p = calloc((size_t)count, sizeof *p);
    double *sent = calloc((size_t)count, sizeof *sent);
    size_t *have = calloc((size_t)count, sizeof *have);
    size_t length = strlen(request);

    if (!p || !sent || !have)
        die("memory");
    if (before)
        (void)answer_of(before);
    size_t answer = answer_of(request); /* all are as long as the first */

    for (int i = 0; i < count; i++)
        p[i] = (struct pollfd){.fd = open_socket(SOCK_STREAM), .events = POLLIN};
    for (int r = 0; r < ROUNDS + 1; r++) { /* the first one is for warming up */
        long asked = 0;
        long done = 0;

        begin();
        for (int i = 0; i < count && asked < operations; i++, asked++) {
            sent[i] = now_us();
            if (write(p[i].fd, request, length) != (ssize_t)length)
                die("write");
        }
        while (done < operations) {
            if (poll(p, (nfds_t)count, 60000) <= 0)
                die("no answer");
            for (int i = 0; i < count; i++) {
                if (!p[i].revents)
                    continue;
                ssize_t n = read(p[i].fd, bytes, sizeof bytes);

                if (n <= 0)
                    die("the connection ended");
                have[i] += (size_t)n;
                if (have[i] < answer)
                    continue;
                if (have[i] > answer)
                    die("an answer is longer than the first one");
                have[i] = 0;
                done++;
                if (r)
                    took(now_us() - sent[i]);
                if (asked == operations)
                    continue;
                asked++;
                sent[i] = now_us();
                if (write(p[i].fd, request, length) != (ssize_t)length)
                    die("write");
            }
        }
        end(r ? r - 1 : 0, (double)operations);
        if (!r)
            took_us = did = 0;
    }
    report(1);
}

/* "\r\n" as people write it. */
static char *unescape(const char *text)
{
    char *out = strdup(text);
    char *to = out;

    for (; out && *text; text++) {
        if (*text == '\\' && (text[1] == 'r' || text[1] == 'n'))
            *to++ = *++text == 'r' ? '\r' : '\n';
        else
            *to++ = *text;
    }
    *to = '\0';
    return out;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    const char *test = argv[2];

    name = argv[3];
    port = (uint16_t)atoi(argv[4]);
    for (int i = 0; i < START_TRIES && access(argv[1], R_OK); i++)
        usleep(100000);
    int fd = open(argv[1], O_RDONLY);

    counter = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (counter == MAP_FAILED)
        die(argv[1]);
    if (!strcmp(test, "udp") && argc == 7)
        udp((size_t)atol(argv[5]), atol(argv[6]));
    else if (!strcmp(test, "tcp") && argc == 7)
        tcp((size_t)atol(argv[5]), atol(argv[6]));
    else if (!strcmp(test, "connect") && argc == 6)
        connections(atol(argv[5]));
    else if (!strcmp(test, "drain") && argc == 6)
        bulk(0, atof(argv[5]) * 1048576);
    else if (!strcmp(test, "fill") && argc == 6)
        bulk(1, atof(argv[5]) * 1048576);
    else if (!strcmp(test, "ask") && argc == 7)
        ask(argv[5], atof(argv[6]));
    else if (!strcmp(test, "load") && (argc == 8 || argc == 9))
        load(atoi(argv[5]), atol(argv[6]), unescape(argv[7]), argc == 9 ? unescape(argv[8]) : NULL);
    else
        return 2;
    return 0;
}
