/* SPDX-License-Identifier: MIT */
/*
 * card.c - the vhost-user protocol, back-end side: memory, features and rings as QEMU tells them.
 *
 * Source: QEMU, "Vhost-user Protocol" (docs/interop/vhost-user.rst).
 */
#define _GNU_SOURCE
#include "tests/device/device.h"
#include <errno.h>
#include <linux/vhost_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum request {
    GET_FEATURES = 1,
    SET_FEATURES = 2,
    SET_OWNER = 3,
    RESET_OWNER = 4,
    SET_MEM_TABLE = 5,
    SET_VRING_NUM = 8,
    SET_VRING_ADDR = 9,
    SET_VRING_BASE = 10,
    GET_VRING_BASE = 11,
    SET_VRING_KICK = 12,
    SET_VRING_CALL = 13,
    SET_VRING_ERR = 14,
    GET_PROTOCOL_FEATURES = 15,
    SET_PROTOCOL_FEATURES = 16,
    GET_QUEUE_NUM = 17,
    SET_VRING_ENABLE = 18,
    NET_SET_MTU = 20,
};
#define VERSION    1
#define REPLY      4
#define NEED_REPLY 8
#define NO_FD      0x100

#define PROTOCOL_MQ        (1ull << 0)
#define PROTOCOL_REPLY_ACK (1ull << 3)
#define PROTOCOL_MTU       (1ull << 4)
#define PROTOCOL_OFFERED   (PROTOCOL_MQ | PROTOCOL_REPLY_ACK | PROTOCOL_MTU)
#define F_PROTOCOL         (1ull << 30)

struct message {
    uint32_t padding; /* so that the payload follows the header at once */
    uint32_t request, flags, size;
    union {
        uint64_t value;
        struct vhost_vring_state state;
        struct vhost_vring_addr addr;
        struct {
            uint32_t count, padding;
            struct {
                uint64_t guest, bytes, user, offset;
            } region[REGIONS_MAX];
        } memory;
        uint8_t bytes[512];
    };
    int fd[REGIONS_MAX];
    uint32_t fd_count;
};
#define MESSAGE_HEADER 12
_Static_assert(offsetof(struct message, value) ==
                   offsetof(struct message, request) + MESSAGE_HEADER,
               "as on the socket");

void card_listen(struct card *card)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    card->control = -1;
    for (uint32_t i = 0; i < RINGS_MAX; i++)
        card->ring[i].kick = card->ring[i].call = -1;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", card->path);
    card->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(card->path);
    if (card->listener < 0 ||
        bind(card->listener, (const struct sockaddr *)&address, sizeof address) < 0 ||
        listen(card->listener, 1) < 0) {
        (void)fprintf(stderr, "vhost_net: %s: %s\n", card->path, strerror(errno));
        exit(2);
    }
}

void *card_memory(const struct card *card, uint64_t address, uint64_t bytes)
{
    for (uint32_t i = 0; i < card->region_count; i++) {
        const struct region *r = &card->region[i];

        if (address >= r->guest && address - r->guest < r->bytes &&
            bytes <= r->bytes - (address - r->guest))
            return r->at + (address - r->guest);
    }
    return NULL;
}

static void *user_memory(const struct card *card, uint64_t address, uint64_t bytes)
{
    for (uint32_t i = 0; i < card->region_count; i++) {
        const struct region *r = &card->region[i];

        if (address >= r->user && address - r->user < r->bytes &&
            bytes <= r->bytes - (address - r->user))
            return r->at + (address - r->user);
    }
    return NULL;
}

/* Pointers of a ring for the memory that there is now; false: it does not lie in it. */
static bool ring_place(const struct card *card, struct ring *ring)
{
    void *desc = user_memory(card, ring->desc_user, ring->size * sizeof *ring->desc);
    void *avail = user_memory(card, ring->avail_user, 6 + 2ull * ring->size);
    void *used = user_memory(card, ring->used_user, 6 + 8ull * ring->size);

    ring->desc = NULL;
    if (!ring->size || !desc || !avail || !used || (uintptr_t)desc % 16 || (uintptr_t)avail % 2 ||
        (uintptr_t)used % 4)
        return false;
    ring->desc = desc;
    ring->avail = avail;
    ring->used = used;
    return true;
}

static void forget_memory(struct card *card)
{
    for (uint32_t i = 0; i < card->region_count; i++)
        (void)munmap(card->region[i].map, card->region[i].map_bytes);
    card->region_count = 0;
}

static bool set_memory(struct card *card, const struct message *m)
{
    uint32_t count = m->memory.count;

    forget_memory(card);
    if (count > REGIONS_MAX || m->fd_count != count ||
        m->size < 8 + count * sizeof m->memory.region[0])
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct region *r = &card->region[card->region_count];
        uint64_t bytes = m->memory.region[i].bytes, offset = m->memory.region[i].offset;

        if (bytes > 1ull << 40 || offset > 1ull << 40)
            return false;
        r->map_bytes = bytes + offset;
        r->map = mmap(NULL, r->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd[i], 0);
        if (r->map == MAP_FAILED)
            return false;
        r->guest = m->memory.region[i].guest;
        r->user = m->memory.region[i].user;
        r->bytes = bytes;
        r->at = (uint8_t *)r->map + offset;
        card->region_count++;
    }
    for (uint32_t i = 0; i < RINGS_MAX; i++)
        if (card->ring[i].desc)
            (void)ring_place(card, &card->ring[i]);
    return true;
}

/* Takes the descriptor of a message over, in place of the one there was. */
static void set_fd(int *fd, struct message *m)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    if (!(m->value & NO_FD) && m->fd_count == 1) {
        *fd = m->fd[0];
        m->fd_count = 0;
    }
}

/* The ring that a message is about; NULL: there is none such. */
static struct ring *ring_of(struct card *card, uint32_t index)
{
    return index < 2 * card->pairs ? &card->ring[index] : NULL;
}

static bool start_ring(struct card *card, struct ring *ring)
{
    if (!ring_place(card, ring))
        return false;
    ring->next_used = ring->used->idx;
    ring_notify(ring, true);
    return true;
}

/* What QEMU says. False: it cannot be. `reply`: bytes of the answer, which is in the message. */
static bool obey(struct card *card, struct message *m, uint32_t *reply)
{
    struct ring *ring = NULL;

    if (m->request == SET_VRING_KICK || m->request == SET_VRING_CALL || m->request == SET_VRING_ERR)
        ring = ring_of(card, m->value & 0xff);
    else if (m->request == SET_VRING_NUM || m->request == SET_VRING_BASE ||
             m->request == GET_VRING_BASE || m->request == SET_VRING_ENABLE ||
             m->request == SET_VRING_ADDR)
        ring = ring_of(card, m->state.index);
    switch (m->request) {
    case GET_FEATURES:
        m->value = card->offered | F_PROTOCOL;
        *reply = 8;
        return true;
    case SET_FEATURES:
        card->features = m->value;
        return !(m->value & ~(card->offered | F_PROTOCOL));
    case GET_PROTOCOL_FEATURES:
        m->value = PROTOCOL_OFFERED;
        *reply = 8;
        return true;
    case SET_PROTOCOL_FEATURES:
        card->protocol_features = m->value;
        return true;
    case GET_QUEUE_NUM:
        m->value = card->pairs;
        *reply = 8;
        return true;
    case SET_OWNER:
    case RESET_OWNER:
    case NET_SET_MTU:
    case SET_VRING_ERR:
        return true;
    case SET_MEM_TABLE:
        return set_memory(card, m);
    case SET_VRING_NUM:
        if (!ring || ring->desc || m->state.num > 32768)
            return false;
        ring->size = m->state.num;
        return true;
    case SET_VRING_ADDR:
        if (!ring)
            return false;
        ring->desc_user = m->addr.desc_user_addr;
        ring->avail_user = m->addr.avail_user_addr;
        ring->used_user = m->addr.used_user_addr;
        return !ring->desc || ring_place(card, ring);
    case SET_VRING_BASE:
        if (ring)
            ring->next_avail = (uint16_t)m->state.num;
        return ring;
    case GET_VRING_BASE:
        if (!ring)
            return false;
        ring->desc = NULL;
        m->state.num = ring->next_avail;
        *reply = sizeof m->state;
        return true;
    case SET_VRING_KICK:
        if (!ring)
            return false;
        set_fd(&ring->kick, m);
        return start_ring(card, ring);
    case SET_VRING_CALL:
        if (ring)
            set_fd(&ring->call, m);
        return ring;
    case SET_VRING_ENABLE:
        if (ring)
            ring->enabled = m->state.num;
        return ring;
    default:
        return false;
    }
}

static bool receive_all(int fd, uint8_t *bytes, size_t count)
{
    while (count) {
        ssize_t n = recv(fd, bytes, count, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        count -= (size_t)n;
    }
    return true;
}

static bool receive_message(int fd, struct message *m)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[CMSG_SPACE(sizeof m->fd)];
    } more;
    struct iovec iov = {.iov_base = &m->request, .iov_len = MESSAGE_HEADER};
    struct msghdr head = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &more, .msg_controllen = sizeof more};
    ssize_t n = recvmsg(fd, &head, MSG_CMSG_CLOEXEC);

    if (n <= 0)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&head); c; c = CMSG_NXTHDR(&head, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            m->fd_count = (uint32_t)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(m->fd, CMSG_DATA(c), m->fd_count * sizeof(int));
        }
    return receive_all(fd, (uint8_t *)&m->request + n, MESSAGE_HEADER - (size_t)n) &&
           m->size <= sizeof m->bytes && receive_all(fd, m->bytes, m->size);
}

bool card_message(struct card *card)
{
    struct message m = {0};
    uint32_t reply = 0;

    if (card->control < 0) {
        card->control = accept4(card->listener, NULL, NULL, SOCK_CLOEXEC);
        return true;
    }
    if (!receive_message(card->control, &m))
        return false;
    bool good = obey(card, &m, &reply);

    for (uint32_t i = 0; i < m.fd_count; i++)
        (void)close(m.fd[i]);
    if (!good)
        (void)fprintf(stderr, "vhost_net: message %u of QEMU's is refused\n", m.request);
    if (!reply && m.flags & NEED_REPLY) {
        m.value = !good;
        reply = 8;
    }
    m.flags = VERSION | REPLY;
    m.size = reply;
    return !reply || send(card->control, &m.request, MESSAGE_HEADER + reply, MSG_NOSIGNAL) > 0;
}
