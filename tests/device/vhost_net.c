/* SPDX-License-Identifier: MIT */
/*
 * vhost_net.c - a virtio network card as a host program, for tests: between a QEMU machine (vhost-user) and a wire.
 *
 * vhost_net [OPTIONS] SOCKET WIRE
 *   SOCKET        QEMU connects to it: -chardev socket,id=c,path=SOCKET -netdev vhost-user,id=n,chardev=c,queues=N
 *                 -device virtio-net-pci,netdev=n,disable-legacy=on,mq=on,vectors=2N+2
 *                 with memory that can be shared: -object memory-backend-memfd,id=m,share=on,size=MEMORY -machine memory-backend=m
 *   WIRE          datagram:OWN,PEER (as -netdev dgram), tap:NAME, or card:SOCKET (a second machine, packets uncut)
 *   --pairs N     pairs of queues, 1 to 8 (1)
 *   --offer LIST  features, by comma, of csum, guest_csum, mrg, tso (guest), host_tso, mtu, all, none (all)
 *   --steer HOW   auto, hash or round: which queue a received packet goes to (auto)
 *   --lie WHAT    NAME[,SEED[,COUNT[,AFTER]]]: what it lies about (lies.h), COUNT times after AFTER honest steps; a guest can order
 *                 lies, too
 *   --headers     virtio headers on a datagram wire (wire.c)
 *   --segment N   payload of a segment of what comes uncut and without header (1448)
 *
 * Prints `ready` when QEMU can connect; ends with the first machine, with a line of counts. What cannot be delivered yet
 * waits, and so does everything behind it: nothing is lost but what has no receiver at all.
 */
#define _GNU_SOURCE
#include "tests/device/device.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BURST                  256 /* packets before anything else is looked at */
#define POLLS                  (2 * (RINGS_MAX + 2))
#define F(bit)                 (1ull << (bit))
#define F_ALWAYS               (F(VIRTIO_F_VERSION_1_BIT) | F(VIRTIO_NET_F_MQ))
#define VIRTIO_F_VERSION_1_BIT 32

struct end {
    struct card *card; /* or */
    struct wire *wire;
    struct packet packet; /* that it sent last and that is not delivered yet */
    uint32_t part;        /* the next one of its segments */
    bool waits;
};

static struct card cards[2];
static struct wire the_wire;
static struct end ends[2];
static struct packet piece;
static uint32_t segment = 1448;
static uint64_t cut; /* packets that became segments */

/* --- From one end to the other -------------------------------------------------------------------------------- */

static bool take(struct end *from)
{
    if (from->card)
        return card_take(from->card, &from->packet);
    if (!wire_take(from->wire, &from->packet))
        return false;
    if (!from->wire->headers)
        offload_guess(&from->packet, segment);
    return true;
}

/* Can this end take packets that are not cut, and whose checksum is not complete? */
static bool takes_whole(const struct end *to, const struct packet *packet)
{
    if (to->wire)
        return to->wire->headers;
    return card_can(to->card, packet->header.hdr.gso_type == VIRTIO_NET_HDR_GSO_TCPV6
                                  ? VIRTIO_NET_F_GUEST_TSO6
                                  : VIRTIO_NET_F_GUEST_TSO4);
}

static bool takes_partial(const struct end *to)
{
    return to->wire ? to->wire->headers : card_can(to->card, VIRTIO_NET_F_GUEST_CSUM);
}

static enum delivery deliver(struct end *from, struct end *to)
{
    bool whole = takes_whole(to, &from->packet), partial = takes_partial(to);
    uint32_t count = offload_count(&from->packet, whole);

    cut += count > 1 && !from->part;
    for (; from->part < count; from->part++) {
        if (!offload_part(&from->packet, from->part, whole, partial, &piece)) {
            *(to->card ? &to->card->dropped : &to->wire->dropped) += 1;
            continue;
        }
        if (!partial)
            memset(&piece.header, 0, sizeof piece.header);
        if ((to->card ? card_put(to->card, &piece) : wire_put(to->wire, &piece)) == LATER)
            return LATER;
    }
    from->part = 0;
    return DELIVERED;
}

static bool can_reach(const struct end *to)
{
    return to->wire || to->card->control >= 0;
}

/* True: there may be more. */
static bool move(struct end *from, struct end *to)
{
    if (!can_reach(from) || !can_reach(to))
        return false;
    for (uint32_t i = 0; i < BURST; i++) {
        if (!from->waits && !take(from))
            return false;
        from->waits = deliver(from, to) == LATER;
        if (from->waits)
            return false;
    }
    return true;
}

/* --- Events ------------------------------------------------------------------------------------------------------ */

static volatile sig_atomic_t ended;

static void end_signal(int number)
{
    (void)number;
    ended = 1;
}

static uint32_t add(struct pollfd *polls, uint32_t count, int fd, short events)
{
    polls[count] = (struct pollfd){.fd = fd, .events = events};
    return count + 1;
}

/* Waits unless there is more to do. Kicks are taken back here, before what they announce is looked at. */
static void wait_for_events(bool more)
{
    struct pollfd polls[POLLS];
    uint32_t count = 0, control[2] = {POLLS, POLLS};
    uint64_t kicks;

    for (uint32_t e = 0; e < 2; e++) {
        const struct end *other = &ends[!e];

        if (ends[e].wire) {
            short events = (short)((ends[e].waits ? 0 : POLLIN) | (other->waits ? POLLOUT : 0));

            count = add(polls, count, ends[e].wire->fd, can_reach(other) ? events : 0);
            continue;
        }
        struct card *card = ends[e].card;

        control[e] = count;
        count = add(polls, count, card->control >= 0 ? card->control : card->listener, POLLIN);
        for (uint32_t i = 0; i < 2 * card->pairs; i++)
            if (card->ring[i].kick >= 0)
                count = add(polls, count, card->ring[i].kick, POLLIN);
    }
    if (poll(polls, count, more ? 0 : -1) < 0)
        return;
    for (uint32_t e = 0; e < 2; e++)
        if (control[e] < count && polls[control[e]].revents) {
            if (!card_message(ends[e].card))
                ended = 1;
            polls[control[e]].revents = 0;
            return; /* descriptors may have changed */
        }
    for (uint32_t i = 0; i < count; i++)
        if (polls[i].revents & POLLIN && (!ends[1].wire || polls[i].fd != ends[1].wire->fd))
            (void)!read(polls[i].fd, &kicks, sizeof kicks);
}

/* --- Options ------------------------------------------------------------------------------------------------------- */

_Noreturn static void usage(const char *what)
{
    (void)fprintf(stderr, "vhost_net: %s\n", what);
    exit(2);
}

static uint64_t offer(const char *list)
{
    static const struct {
        const char *name;
        uint64_t features;
    } known[] = {
        {"none", 0},
        {"csum", F(VIRTIO_NET_F_CSUM)},
        {"guest_csum", F(VIRTIO_NET_F_GUEST_CSUM)},
        {"mrg", F(VIRTIO_NET_F_MRG_RXBUF)},
        {"tso", F(VIRTIO_NET_F_GUEST_TSO4) | F(VIRTIO_NET_F_GUEST_TSO6)},
        {"host_tso", F(VIRTIO_NET_F_HOST_TSO4) | F(VIRTIO_NET_F_HOST_TSO6)},
        {"mtu", F(VIRTIO_NET_F_MTU)},
        {"all", F(VIRTIO_NET_F_CSUM) | F(VIRTIO_NET_F_GUEST_CSUM) | F(VIRTIO_NET_F_MRG_RXBUF) |
                    F(VIRTIO_NET_F_GUEST_TSO4) | F(VIRTIO_NET_F_GUEST_TSO6) |
                    F(VIRTIO_NET_F_HOST_TSO4) | F(VIRTIO_NET_F_HOST_TSO6) | F(VIRTIO_NET_F_MTU)},
    };
    uint64_t features = F_ALWAYS;

    char copy[128], *rest = copy, *word;

    (void)snprintf(copy, sizeof copy, "%s", list);
    while ((word = strsep(&rest, ","))) {
        size_t i = 0;

        while (i < sizeof known / sizeof known[0] && strcmp(known[i].name, word) != 0)
            i++;
        if (i == sizeof known / sizeof known[0])
            usage("--offer: csum, guest_csum, mrg, tso, host_tso, mtu, all, none");
        features |= known[i].features;
    }
    return features;
}

static uint32_t number(const char *text, uint32_t max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);

    if (!*text || *end || !value || value > max)
        usage("a number is too large, or none");
    return (uint32_t)value;
}

static void start(int argc, char **argv)
{
    uint64_t features = offer("all");
    uint32_t pairs = 1, i = 1;
    enum steering steering = STEER_AUTO;
    uint32_t count = (uint32_t)argc;

    for (; i < count && argv[i][0] == '-'; i++) {
        const char *option = argv[i], *value;

        if (!strcmp(option, "--headers")) {
            the_wire.headers = true;
            continue;
        }
        value = ++i < count ? argv[i] : "";
        if (!strcmp(option, "--pairs"))
            pairs = number(value, PAIRS_MAX);
        else if (!strcmp(option, "--offer"))
            features = offer(value);
        else if (!strcmp(option, "--lie")) {
            if (!lie_parse(&cards[0].lie, value))
                usage("--lie: tests/device/lies.h has the names");
        } else if (!strcmp(option, "--segment"))
            segment = number(value, 65535);
        else if (!strcmp(option, "--steer"))
            steering = !strcmp(value, "round")  ? STEER_ROUND
                       : !strcmp(value, "hash") ? STEER_HASH
                                                : STEER_AUTO;
        else
            usage("unknown option; the head of tests/device/vhost_net.c has them");
    }
    if (count - i != 2)
        usage("vhost_net [OPTIONS] SOCKET WIRE");
    ends[0].card = &cards[0];
    cards[0].path = argv[i];
    if (!strncmp(argv[i + 1], "card:", 5)) {
        ends[1].card = &cards[1];
        cards[1].path = argv[i + 1] + 5;
    } else {
        ends[1].wire = &the_wire;
        wire_open(&the_wire, argv[i + 1]);
    }
    for (uint32_t e = 0; e < 2; e++)
        if (ends[e].card) {
            ends[e].card->pairs = pairs;
            ends[e].card->offered = features;
            ends[e].card->steering = steering;
            card_listen(ends[e].card);
        }
}

static void report(const struct card *card)
{
    (void)printf("vhost_net: %lu received, %lu sent, %lu dropped, %lu cut, %lu faults; queues",
                 card->received, card->sent, card->dropped, cut, card->faults);
    for (uint32_t i = 0; i < card->pairs; i++)
        (void)printf(" %lu/%lu", card->ring[2 * i].packets, card->ring[2 * i + 1].packets);
    (void)printf("\n");
    lie_report(&card->lie);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = end_signal};
    bool more = false;

    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    start(argc, argv);
    (void)printf("ready\n");
    (void)fflush(stdout);
    while (!ended) {
        wait_for_events(more);
        more = move(&ends[0], &ends[1]);
        more |= move(&ends[1], &ends[0]);
        more |= lie_storm(&cards[0]);
    }
    for (uint32_t e = 0; e < 2; e++)
        if (ends[e].card) {
            report(ends[e].card);
            (void)unlink(ends[e].card->path);
        }
    return 0;
}
