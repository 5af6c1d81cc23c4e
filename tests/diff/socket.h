/* SPDX-License-Identifier: MIT */
/* socket.h - for the programs of tests/diff about sockets. */
#pragma once
#include "tests/diff/diff.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* An AF_UNIX address; a name that starts with '@' is abstract. Gives its length. */
static inline socklen_t unix_address(struct sockaddr_un *address, const char *name)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, name, strlen(name));
    if (name[0] == '@') {
        address->sun_path[0] = '\0';
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1);
}

static inline int unix_bind(int fd, const char *name)
{
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, name);

    return bind(fd, (struct sockaddr *)&address, length);
}

static inline int unix_connect(int fd, const char *name)
{
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, name);

    return connect(fd, (struct sockaddr *)&address, length);
}

/* A socket that listens at `name`. */
static inline int unix_listener(int type, const char *name, int backlog)
{
    int fd = socket(AF_UNIX, type, 0);

    NEED(fd >= 0 && unix_bind(fd, name) == 0 && listen(fd, backlog) == 0);
    return fd;
}

/* Both ends of a connection made through a name. */
static inline void unix_connected(int type, const char *name, int *client, int *server)
{
    int listener = unix_listener(type, name, 4);

    *client = socket(AF_UNIX, type, 0);
    NEED(*client >= 0 && unix_connect(*client, name) == 0);
    *server = accept(listener, NULL, NULL);
    NEED(*server >= 0);
    close(listener);
}

/* "unix, 5 bytes: @abc" */
static inline void say_unix_address(const char *what, const struct sockaddr_un *address,
                                    socklen_t length)
{
    printf("%s: %u bytes", what, (unsigned)length);
    if (length >= sizeof(sa_family_t))
        printf(", family %u", address->sun_family);
    if (length > offsetof(struct sockaddr_un, sun_path)) {
        size_t bytes = length - offsetof(struct sockaddr_un, sun_path);
        printf(", ");
        for (size_t i = 0; i < bytes && i < sizeof address->sun_path; i++)
            printf(address->sun_path[i] ? "%c" : "\\0", address->sun_path[i]);
    }
    printf("\n");
}

static inline int option_number(int fd, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;

    return getsockopt(fd, level, name, &value, &length) < 0 ? -errno : value;
}

static inline int set_number(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

/* What poll says now, in words. */
static inline void say_poll(const char *what, int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP};
    int ready = poll(&poller, 1, 0);

    printf("%s: %d%s%s%s%s%s%s\n", what, ready, poller.revents & POLLIN ? " IN" : "",
           poller.revents & POLLOUT ? " OUT" : "", poller.revents & POLLPRI ? " PRI" : "",
           poller.revents & POLLERR ? " ERR" : "", poller.revents & POLLHUP ? " HUP" : "",
           poller.revents & POLLRDHUP ? " RDHUP" : "");
}

/* sendmsg of text with `count` descriptors. */
static inline ssize_t send_descriptors(int fd, const char *text, const int *fds, size_t count)
{
    char control[CMSG_SPACE(sizeof(int) * 260)] = {0};
    struct iovec part = {(char *)(uintptr_t)text, strlen(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (count) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    }
    return sendmsg(fd, &message, 0);
}

/* recvmsg; says the bytes and the flags; gives the number of descriptors that came to fds. */
static inline size_t receive_descriptors(int fd, int *fds, size_t room, int flags)
{
    char control[CMSG_SPACE(sizeof(int) * 260)] = {0};
    char text[64] = "";
    struct iovec part = {text, sizeof text - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = room ? CMSG_SPACE(sizeof(int) * room) : 0};
    ssize_t got = recvmsg(fd, &message, flags);
    size_t count = 0;

    printf("received %zd %s", got, got < 0 ? error_name(errno) : text);
    if (got >= 0 && message.msg_flags)
        printf(" flags %#x", (unsigned)message.msg_flags & ~(unsigned)MSG_CMSG_CLOEXEC);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); got >= 0 && header;
         header = CMSG_NXTHDR(&message, header)) {
        printf(" control %d/%d of %zu", header->cmsg_level, header->cmsg_type,
               (size_t)header->cmsg_len - CMSG_LEN(0));
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
            count = ((size_t)header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(fds, CMSG_DATA(header), count * sizeof(int));
        }
    }
    printf("\n");
    return count;
}

/* --- AF_INET and AF_INET6 --- */

union inet_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The loopback address of a family, and a port. Gives the length. */
static inline socklen_t inet_loopback(union inet_address *address, int family, int port)
{
    memset(address, 0, sizeof *address);
    if (family == AF_INET) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return sizeof address->v4;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)port);
    address->v6.sin6_addr = in6addr_loopback;
    return sizeof address->v6;
}

static inline int inet_port(int fd)
{
    union inet_address address;
    socklen_t length = sizeof address;

    NEED(getsockname(fd, &address.any, &length) == 0);
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

/* bind to a port of loopback; 0: any. */
static inline int inet_bind(int fd, int family, int port)
{
    union inet_address address;
    socklen_t length = inet_loopback(&address, family, port);

    return bind(fd, &address.any, length);
}

static inline int inet_connect(int fd, int family, int port)
{
    union inet_address address;
    socklen_t length = inet_loopback(&address, family, port);

    return connect(fd, &address.any, length);
}

static inline int tcp_listener(int family, int backlog, int *port)
{
    int fd = socket(family, SOCK_STREAM, 0);

    NEED(fd >= 0 && inet_bind(fd, family, 0) == 0 && listen(fd, backlog) == 0);
    *port = inet_port(fd);
    return fd;
}

/* Both ends of a connection over loopback. */
static inline void tcp_connected(int family, int *client, int *server)
{
    int port;
    int listener = tcp_listener(family, 4, &port);

    *client = socket(family, SOCK_STREAM, 0);
    NEED(*client >= 0 && inet_connect(*client, family, port) == 0);
    *server = accept(listener, NULL, NULL);
    NEED(*server >= 0);
    close(listener);
}

/* Linux's loopback is quick, but not part of the call: waits until poll says one of the events. */
static inline void await(int fd, short events)
{
    struct pollfd poller = {.fd = fd, .events = events};

    NEED(poll(&poller, 1, 10000) == 1);
}

/* Waits until exactly these events are true, and says so. */
static inline void await_poll(const char *what, int fd, short events)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP};

    for (int tries = 0; tries < 2000; tries++) {
        if (poll(&poller, 1, 0) >= 0 && poller.revents == events)
            break;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    say_poll(what, fd);
}

/* "127.0.0.1 port yes" */
static inline void say_inet_address(const char *what, const union inet_address *address,
                                    socklen_t length)
{
    char text[64] = "?";
    int port = 0;

    if (length >= sizeof(sa_family_t) && address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof text);
        port = ntohs(address->v4.sin_port);
    } else if (length >= sizeof(sa_family_t) && address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof text);
        port = ntohs(address->v6.sin6_port);
    }
    printf("%s: %u bytes, %s, port %s\n", what, (unsigned)length, text, port ? "yes" : "0");
}

static inline void say_names(const char *what, int fd)
{
    union inet_address address;
    socklen_t length = sizeof address;

    printf("%s\n", what);
    if (getsockname(fd, &address.any, &length) == 0)
        say_inet_address("  own", &address, length);
    length = sizeof address;
    if (getpeername(fd, &address.any, &length) == 0)
        say_inet_address("  peer", &address, length);
    else
        printf("  peer: %s\n", error_name(errno));
}
