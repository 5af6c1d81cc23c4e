/* SPDX-License-Identifier: MIT */
/*
 * kv.c - a client of memcached's text protocol over UDP for kv-ash, each answer compared with what it must be.
 *
 * kv PORT ROUNDS: stores, asks, deletes, and asks again; ROUNDS times a `get` that the handler in the kernel must answer, with other requests
 * between. In the end the server's own counters must say that the handler answered exactly those and the ring got exactly the others.
 * Then `quit`. TAP lines on standard output, without numbers; status 0: all ok.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_TRIES 600 /* of 100 ms */

static int fd;
static int failed;
static unsigned id;
static unsigned long
    repeated; /* requests that were sent more than once: their counts are uncertain */

static void result(int ok, const char *what)
{
    printf("%s - %s\n", ok ? "ok" : "not ok", what);
    failed |= !ok;
}

/* Sends a request, gathers the datagrams of the answer. Its length; -1: none came. */
static int ask(const char *request, size_t bytes, char *answer, size_t room, int tries, int wait_ms)
{
    unsigned char out[2048] = {0};
    unsigned char in[2048];

    id = (id + 1) & 0xffff;
    out[0] = (unsigned char)(id >> 8);
    out[1] = (unsigned char)id;
    out[5] = 1;
    memcpy(out + 8, request, bytes);
    for (int i = 0; i < tries; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        unsigned next = 0;
        size_t length = 0;

        repeated += i > 0;
        if (send(fd, out, 8 + bytes, 0) < 0)
            usleep((unsigned)wait_ms * 1000);
        while (poll(&p, 1, wait_ms) > 0) {
            ssize_t n = recv(fd, in, sizeof in, 0);

            if (n < 0) {
                usleep((unsigned)wait_ms * 1000);
                break;
            }
            if (n < 8 || memcmp(in, out, 2) != 0 || (unsigned)(in[2] << 8 | in[3]) != next)
                continue;
            if (length + (size_t)n - 8 > room)
                return -1;
            memcpy(answer + length, in + 8, (size_t)n - 8);
            length += (size_t)n - 8;
            if (++next == (unsigned)(in[4] << 8 | in[5]))
                return (int)length;
        }
    }
    return -1;
}

static int answers(const char *request, const char *expected)
{
    char answer[16384];
    int n = ask(request, strlen(request), answer, sizeof answer, 10, 2000);
    int ok = n == (int)strlen(expected) && !memcmp(answer, expected, (size_t)n);

    if (!ok)
        printf("# %.*s: %.*s\n", (int)strcspn(request, "\r"), request, n > 0 && n < 200 ? n : 0,
               answer);
    return ok;
}

static int store(const char *key, const char *value)
{
    static char request[2048];

    sprintf(request, "set %s 5 0 %zu\r\n%s\r\n", key, strlen(value), value);
    return answers(request, "STORED\r\n");
}

static long stat_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? atol(at + strlen(name) + 1) : -1;
}

static long counters(long *hits, long *misses)
{
    char answer[16384];
    int n = ask("stats\r\n", 7, answer, sizeof answer - 1, 10, 2000);

    if (n < 0)
        return -1;
    answer[n] = '\0';
    *hits = stat_of(answer, "handler_hits");
    *misses = stat_of(answer, "handler_misses");
    return stat_of(answer, "ring_requests");
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static char big[1301], expected[8192], answer[16384];
    long rounds, hits, misses, ring, hits2, misses2, ring2;

    if (argc != 3)
        return 2;
    to.sin_port = htons((unsigned short)atoi(argv[1]));
    rounds = atol(argv[2]);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        return 2;
    if (ask("version\r\n", 9, answer, sizeof answer, START_TRIES, 100) < 0) {
        printf("not ok - nobody answers\n");
        return 1;
    }
    result(store("colour", "blue") && store("shape", "a round square"), "values are stored");
    memset(big, 'x', 1300);
    result(store("big", big), "one that is too long for the handler, too");

    /* Nothing but the handler sees these. */
    ring = counters(&hits, &misses);
    repeated = 0;
    int ok = 1;

    for (long i = 0; i < rounds && ok; i++)
        ok = i % 2 ? answers("get colour\r\n", "VALUE colour 5 4\r\nblue\r\nEND\r\n")
                   : answers("get shape\r\n", "VALUE shape 5 14\r\na round square\r\nEND\r\n");
    result(ok, "what is stored is answered, again and again");
    ring2 = counters(&hits2, &misses2);
    if (repeated)
        result(hits2 - hits >= rounds && misses2 == misses && ring2 - ring >= 1,
               "by the handler (some datagrams were sent twice)");
    else
        result(hits2 - hits == rounds && misses2 == misses && ring2 - ring == 1,
               "all of it by the handler, nothing by the ring");

    /* These fall back to user space, each of them counted. */
    repeated = 0;
    sprintf(expected, "VALUE big 5 1300\r\n%s\r\nEND\r\n", big);
    result(answers("get big\r\n", expected), "a long value comes from user space");
    sprintf(expected,
            "VALUE colour 5 4\r\nblue\r\nVALUE big 5 1300\r\n%s\r\nVALUE shape 5 14\r\na round "
            "square\r\nEND\r\n",
            big);
    result(answers("get colour big none shape\r\n", expected),
           "several keys do, in two datagrams, those that exist");
    result(answers("get nothing\r\n", "END\r\n"), "so does a miss");
    result(answers("nonsense\r\n", "ERROR\r\n"), "and what is no command");
    ring = counters(&hits, &misses); /* `stats` itself is too short for the handler to look at */
    if (!repeated)
        result(ring - ring2 == 5 && misses - misses2 == 4 && hits == hits2,
               "the handler saw each of them and left it to the ring");
    else
        result(ring - ring2 >= 5 && misses - misses2 >= 4 && hits == hits2,
               "the handler left them to the ring (some were sent twice)");

    /* Changes are seen at once. */
    result(store("colour", "green") &&
               answers("get colour\r\n", "VALUE colour 5 5\r\ngreen\r\nEND\r\n"),
           "a new value is what is answered from then on");
    result(answers("delete colour\r\n", "DELETED\r\n") && answers("get colour\r\n", "END\r\n"),
           "a deleted one is gone for the handler, too");
    result(answers("quit\r\n", "BYE\r\n"), "and it ends when it is told");
    return failed;
}
