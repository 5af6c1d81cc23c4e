/* SPDX-License-Identifier: MIT */
/*
 * wire.c - the other side of the card: UNIX datagram sockets, as of QEMU's `-netdev dgram`, or a TAP device of this machine.
 *
 * A datagram is one Ethernet frame. With `headers` its virtio header (12 bytes) comes before it, and packets that are not cut
 * yet or lack their checksum travel so. Without, what leaves is complete frames; what arrives longer than a frame is
 * a TCP packet that is not cut yet, whose segments have the size of `--segment`. A TAP device always has headers.
 */
#define _GNU_SOURCE
#include "tests/device/device.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_BUFFER (4 << 20)

_Noreturn static void die(const char *what)
{
    (void)fprintf(stderr, "vhost_net: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void open_datagram(struct wire *wire, const char *words)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    const char *comma = strchr(words, ',');
    int bytes = SOCKET_BUFFER;

    if (!comma || (size_t)(comma - words) >= sizeof own.sun_path ||
        strlen(comma + 1) >= sizeof wire->peer) {
        errno = EINVAL;
        die(words);
    }
    memcpy(own.sun_path, words, (size_t)(comma - words));
    strcpy(wire->peer, comma + 1);
    wire->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(own.sun_path);
    if (wire->fd < 0 || bind(wire->fd, (const struct sockaddr *)&own, sizeof own) < 0)
        die(own.sun_path);
    (void)setsockopt(wire->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void open_tap(struct wire *wire, const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    int bytes = HEADER_BYTES;

    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    wire->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (wire->fd < 0 || ioctl(wire->fd, TUNSETIFF, &request) < 0 ||
        ioctl(wire->fd, TUNSETVNETHDRSZ, &bytes) < 0 ||
        ioctl(wire->fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0)
        die(name);
    wire->headers = true;
}

void wire_open(struct wire *wire, const char *words)
{
    if (!strncmp(words, "datagram:", 9)) {
        wire->kind = WIRE_DATAGRAM;
        open_datagram(wire, words + 9);
    } else if (!strncmp(words, "tap:", 4)) {
        wire->kind = WIRE_TAP;
        open_tap(wire, words + 4);
    } else {
        errno = EINVAL;
        die(words);
    }
}

/* The peer may come and go. It is connected to, so that its being full can be waited for. */
static bool connected(struct wire *wire)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (wire->kind == WIRE_TAP || wire->connected)
        return true;
    strcpy(to.sun_path, wire->peer);
    wire->connected = connect(wire->fd, (const struct sockaddr *)&to, sizeof to) == 0;
    return wire->connected;
}

bool wire_take(struct wire *wire, struct packet *packet)
{
    struct iovec iov[2] = {{&packet->header, sizeof packet->header},
                           {packet->bytes, sizeof packet->bytes}};

    for (;;) {
        ssize_t n = wire->headers ? readv(wire->fd, iov, 2) : readv(wire->fd, iov + 1, 1);

        if (n < 0 && errno != ECONNREFUSED && errno != ECONNRESET)
            return false;
        if (n < 0)
            continue;
        if (wire->headers)
            n -= HEADER_BYTES;
        else
            memset(&packet->header, 0, sizeof packet->header);
        packet->length = n > 0 ? (uint32_t)n : 0;
        if (packet->length) {
            wire->received++;
            return true;
        }
    }
}

enum delivery wire_put(struct wire *wire, const struct packet *packet)
{
    struct packet *p = (struct packet *)packet; /* writev changes nothing */
    struct iovec iov[2] = {{&p->header, sizeof p->header}, {p->bytes, p->length}};

    for (int tries = 0; tries < 2 && connected(wire); tries++) {
        ssize_t n = wire->headers ? writev(wire->fd, iov, 2) : writev(wire->fd, iov + 1, 1);

        if (n >= 0) {
            wire->sent++;
            return DELIVERED;
        }
        if (errno == EAGAIN || errno == ENOBUFS)
            return LATER;
        if (errno != ECONNREFUSED && errno != ENOTCONN && errno != ECONNRESET)
            break;
        wire->connected = false;
    }
    wire->dropped++;
    return DELIVERED;
}
