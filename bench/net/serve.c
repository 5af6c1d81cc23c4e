/* SPDX-License-Identifier: MIT */
/*
 * serve.c - the guest's end of the network benchmark: the same static program on Linux and on Lorica.
 *
 * One process, epoll: UDP echo on port 7000, TCP echo 7001, TCP sink 7002, TCP source 7003 (sends SOURCE_BYTES and closes). On UDP
 * port 7004 the host asks for work inside the guest, one character and a number, and gets the same datagram back when it is done:
 *     t N   N round trips of one byte over a TCP connection of the loopback interface, with a second process
 *     u N   the same over UDP
 *     s N   from now on N processes compete for the processor
 *     q     the end
 * A socket of UDP port 7005 is never read: the target of floods.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT         7000
#define SOURCE_BYTES (64l << 20)
#define SPINNERS_MAX 64

enum kind {
    UDP_ECHO,
    TCP_ECHO,
    TCP_SINK,
    TCP_SOURCE,
    CONTROL,
    KINDS
};

static char bytes[65536];
static int poller;
static pid_t spinner[SPINNERS_MAX];
static int spinners;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int fd, uint32_t kind, int connection)
{
    struct epoll_event event = {
        .events = EPOLLIN, .data.u64 = (uint64_t)(kind | connection << 8) << 32 | (uint32_t)fd};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        die("epoll_ctl");
}

static struct sockaddr_in any(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
}

static int server(int type, uint16_t port)
{
    struct sockaddr_in address = any(port);
    int one = 1;
    int fd = socket(AF_INET, type, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) ||
        (type == SOCK_STREAM && listen(fd, 128)))
        die("server");
    return fd;
}

static void no_delay(int fd)
{
    int one = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* N bytes there and back over a connected socket; the other process is in `other`. */
static void round_trips(int fd, long n)
{
    char byte = 1;

    for (long i = 0; i < n; i++)
        if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
            die("round trip");
}

static void other(int fd)
{
    char byte;

    while (read(fd, &byte, 1) == 1 && byte)
        if (write(fd, &byte, 1) != 1)
            break;
    _exit(0);
}

static void tcp_loopback(long n)
{
    struct sockaddr_in address = any(0);
    socklen_t length = sizeof address;
    int listener = server(SOCK_STREAM, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (getsockname(listener, (struct sockaddr *)&address, &length))
        die("getsockname");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pid_t child = fork();

    if (!child) {
        int mine = accept(listener, NULL, NULL);

        close(fd); /* or it would never see the end */

        no_delay(mine);
        other(mine);
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address))
        die("connect");
    no_delay(fd);
    round_trips(fd, n);
    close(fd);
    close(listener);
    waitpid(child, NULL, 0);
}

static void udp_loopback(long n)
{
    struct sockaddr_in address[2];
    int fd[2];
    char end = 0;

    for (int i = 0; i < 2; i++) {
        socklen_t length = sizeof address[i];

        fd[i] = server(SOCK_DGRAM, 0);
        if (getsockname(fd[i], (struct sockaddr *)&address[i], &length))
            die("getsockname");
        address[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    for (int i = 0; i < 2; i++)
        if (connect(fd[i], (const struct sockaddr *)&address[1 - i], sizeof address[0]))
            die("connect");
    pid_t child = fork();

    if (!child)
        other(fd[1]);
    round_trips(fd[0], n);
    if (write(fd[0], &end, 1) != 1)
        die("write");
    waitpid(child, NULL, 0);
    close(fd[0]);
    close(fd[1]);
}

static void compete(int n)
{
    for (; spinners > n; spinners--) {
        kill(spinner[spinners - 1], SIGKILL);
        waitpid(spinner[spinners - 1], NULL, 0);
    }
    for (; spinners < n && spinners < SPINNERS_MAX; spinners++) {
        spinner[spinners] = fork();
        if (!spinner[spinners])
            for (volatile uint64_t i = 0;; i++)
                ;
    }
}

static void control(const char *words)
{
    long n = atol(words + 1);

    if (words[0] == 't')
        tcp_loopback(n);
    else if (words[0] == 'u')
        udp_loopback(n);
    else if (words[0] == 's')
        compete((int)n);
}

/* A datagram on port `kind`. Returns whether it was the end. */
static int datagram(int fd, uint32_t kind)
{
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, bytes, sizeof bytes - 1, 0, (struct sockaddr *)&from, &length);

    if (n < 0)
        return 0;
    if (kind == CONTROL) {
        bytes[n] = '\0';
        control(bytes);
    }
    (void)sendto(fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, length);
    return kind == CONTROL && bytes[0] == 'q';
}

static void accepted(int listener, uint32_t kind)
{
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    no_delay(fd);
    if (kind != TCP_SOURCE) {
        watch(fd, kind, 1);
        return;
    }
    for (long left = SOURCE_BYTES; left > 0;) {
        ssize_t n = write(fd, bytes, sizeof bytes);

        if (n <= 0)
            break;
        left -= n;
    }
    close(fd);
}

static void stream(int fd, uint32_t kind)
{
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n <= 0)
        close(fd);
    else if (kind == TCP_ECHO && write(fd, bytes, (size_t)n) != n)
        close(fd);
}

int main(void)
{
    poller = epoll_create1(0);
    for (uint32_t kind = 0; kind < KINDS; kind++)
        watch(server(kind == UDP_ECHO || kind == CONTROL ? SOCK_DGRAM : SOCK_STREAM,
                     (uint16_t)(PORT + kind)),
              kind, 0);
    (void)server(SOCK_DGRAM, PORT + KINDS); /* nobody reads it */
    signal(SIGPIPE, SIG_IGN);
    printf("serve: ready\n");
    fflush(stdout);
    for (;;) {
        struct epoll_event event[16];
        int n = epoll_wait(poller, event, 16, -1);

        for (int i = 0; i < n; i++) {
            int fd = (int)(uint32_t)event[i].data.u64;
            uint32_t kind = event[i].data.u64 >> 32 & 0xff;

            if (event[i].data.u64 >> 40)
                stream(fd, kind);
            else if (kind == UDP_ECHO || kind == CONTROL) {
                if (datagram(fd, kind)) {
                    compete(0);
                    return 0;
                }
            } else
                accepted(fd, kind);
        }
    }
}
