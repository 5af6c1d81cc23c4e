/* SPDX-License-Identifier: MIT */
/*
 * client.c - the other end of the network tests: UDP from this machine to an echo in the guest.
 *
 * client PORT COUNT [WORD]: waits until 127.0.0.1:PORT answers, sends COUNT datagrams of many sizes, each of which must
 * come back as it was, then WORD. Prints `datagrams ANSWERED of COUNT, microseconds EACH`; status 0 when all came back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define START_TRIES  600 /* of 100 ms */
#define ANSWER_TRIES 10  /* of 1 s: a datagram may be lost while the machine is busy */

static int fd;

/* Sends and waits for the same bytes; what is late from an earlier try is passed over. */
static int exchange(const char *bytes, size_t length, int tries, int wait_ms)
{
    static char got[65536];

    for (int i = 0; i < tries; i++) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

        if (send(fd, bytes, length, 0) < 0 && errno != ECONNREFUSED)
            return 0;
        while (poll(&poll_fd, 1, wait_ms) > 0) {
            ssize_t n = recv(fd, got, sizeof got, 0);

            if (n == (ssize_t)length && !memcmp(got, bytes, length))
                return 1;
            if (n < 0) { /* nobody there yet */
                usleep((unsigned)wait_ms * 1000);
                break;
            }
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timespec from, until;
    char bytes[1472];
    long answered = 0;
    long count;

    if (argc < 3)
        return 2;
    to.sin_port = htons((unsigned short)atoi(argv[1]));
    count = atol(argv[2]);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        return 2;
    if (!exchange("hello", 5, START_TRIES, 100)) {
        printf("nobody answers\n");
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < count; i++) {
        size_t length = 1 + (size_t)(i * 37 % (long)sizeof bytes);

        for (size_t k = 0; k < length; k++)
            bytes[k] = (char)(i + (long)k);
        answered += exchange(bytes, length, ANSWER_TRIES, 1000);
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    double us =
        (double)(until.tv_sec - from.tv_sec) * 1e6 + (double)(until.tv_nsec - from.tv_nsec) / 1e3;

    printf("datagrams %ld of %ld, microseconds %.0f\n", answered, count,
           count ? us / (double)count : 0);
    if (argc > 3)
        answered -= !exchange(argv[3], strlen(argv[3]), 3, 1000);
    return answered != count;
}
