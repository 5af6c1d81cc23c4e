/* SPDX-License-Identifier: MIT */
/*
 * lease.c - leases of addresses; see lease.h.
 *
 * One filter for all: UDP from port 67 to 68, whatever the destination is, is more specific than the claim on an address, so
 * that answers come here, also those to an address that an instance has. The same filter permits what is sent, because its
 * answers would match it.
 * States of a lease: NONE; ASKING -offer-> REQUESTING -ACK-> HELD -half of its time-> RENEWING -ACK-> HELD; a NAK leads from
 * REQUESTING back to ASKING, and ends a lease that is renewed, as its time does: OVER.
 */
#include "libos/init/lease.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/address.h"
#include "lib/exo/match.h"
#include "lib/exo/time.h"
#include "libos/init/dhcp.h"
#include "libos/init/init.h"
#include "libos/init/slaac.h"
#include "libos/init/wire.h"

#define SECOND_NS    1000000000ull
#define RETRY_MAX_NS (4 * SECOND_NS)
#define RENEW_MIN_NS (60 * SECOND_NS)

static struct lease {
    enum {
        LEASE_NONE,
        LEASE_ASKING,
        LEASE_REQUESTING,
        LEASE_HELD,
        LEASE_RENEWING,
        LEASE_OVER
    } state;
    struct dhcp_message message;
    uint64_t next_ns;  /* when something is due: a message, a renewal, the end */
    uint64_t retry_ns; /* between two messages */
    uint64_t end_ns;   /* of the lease */
    uint32_t claim_count;
    uint32_t claim[INSTANCE_NET_CLAIMS];
} leases[MANIFEST_INSTANCES_MAX];

static struct manifest *manifest;
static uint32_t filter; /* receives, and permits; 0: nobody wants a lease */

static const char *claim(void)
{
    struct exo_net_filter all = {.flags = 0};
    const char *wrong = wire_open();

    if (wrong)
        return wrong;
    exo_match_kind(&all, 0x0800);
    exo_match_protocol(&all, 17);
    exo_match_ports(&all, DHCP_CLIENT_PORT, 0xffff);
    exo_match_source_port(&all, DHCP_SERVER_PORT);
    filter = wire_claim(&all);
    return filter ? NULL : "the kernel refuses the filter";
}

static void send(const struct lease *lease)
{
    wire_send(dhcp_write(wire_frame(), &lease->message), filter);
}
_Static_assert(DHCP_FRAME_BYTES <= WIRE_FRAME_BYTES, "a message is one frame");

static void begin(struct lease *lease, const struct manifest_instance *config)
{
    lease->message = (struct dhcp_message){.kind = DHCP_DISCOVER, .name = config->name};
    memcpy(lease->message.mac, machine.page->net.mac, 6);
    memset(lease->message.server_mac, 0xff, 6);
    lease->message.transaction = (uint32_t)exo_tsc() ^ (uint32_t)(lease - leases) << 24;
    lease->state = LEASE_ASKING;
    lease->next_ns = 0;
    lease->retry_ns = SECOND_NS;
}

static void address_put(uint8_t *at, uint32_t address)
{
    memset(at, 0, 10);
    at[10] = at[11] = 0xff;
    memcpy(at + 12, &address, 4);
}

/* The lease becomes the instance's address, as if the manifest had named it. */
static void enter(struct manifest_net *net, const struct dhcp_answer *answer)
{
    struct manifest_address a = {.prefix = answer->prefix ? answer->prefix : 24};

    address_put(a.address, answer->address);
    memmove(net->address + 1, net->address, net->address_count * sizeof net->address[0]);
    net->address[0] = a;
    net->address_count++;
    if (answer->gateway)
        address_put(net->gateway4, answer->gateway);
    for (uint32_t i = 0; i < answer->dns_count && net->dns_count < MANIFEST_SERVERS_MAX; i++)
        address_put(net->dns[net->dns_count++], answer->dns[i]);
}

static bool usable(const struct dhcp_answer *answer)
{
    const uint8_t *a = (const uint8_t *)&answer->address;

    return answer->address && a[0] < 224 && a[0] != 127 && a[0] && answer->server;
}

static void hold(struct lease *lease, const struct dhcp_answer *answer)
{
    uint64_t now = exo_now_ns(machine.page);
    uint64_t seconds = answer->seconds ? answer->seconds : 3600;

    lease->message.kind = DHCP_REQUEST;
    lease->message.own = answer->address;
    memcpy(lease->message.server_mac, answer->server_mac, 6);
    lease->state = LEASE_HELD;
    lease->end_ns = seconds == UINT32_MAX ? EXO_FOREVER : now + seconds * SECOND_NS;
    lease->next_ns = seconds == UINT32_MAX ? EXO_FOREVER : now + seconds * SECOND_NS / 2;
}

static void over(struct lease *lease, const char *why)
{
    lease->state = LEASE_OVER;
    lease->next_ns = EXO_FOREVER;
    init_log("init: instance %s: its address is lost: %s", lease->message.name, why);
    for (uint32_t i = 0; i < lease->claim_count; i++)
        while (exo_net_release(CAP_ROOT, lease->claim[i]) == -EXO_E_AGAIN)
            ;
    lease->claim_count = 0;
}

static void answered(struct lease *lease, const struct dhcp_answer *answer)
{
    uint32_t index = (uint32_t)(lease - leases);
    struct manifest_instance *config = &manifest->instance[index];

    if (answer->kind == DHCP_OFFER && lease->state == LEASE_ASKING && usable(answer)) {
        lease->message.kind = DHCP_REQUEST;
        lease->message.wanted = answer->address;
        lease->message.server = answer->server;
        lease->state = LEASE_REQUESTING;
        lease->next_ns = 0;
        lease->retry_ns = SECOND_NS;
    } else if (answer->kind == DHCP_ACK && lease->state == LEASE_REQUESTING && usable(answer)) {
        char text[EXO_ADDRESS_TEXT];

        hold(lease, answer);
        enter(&config->net, answer);
        exo_address_text(config->net.address[0].address, text);
        init_log("init: instance %s: address %s/%u for %u s, by DHCP", config->name, text,
                 config->net.address[0].prefix, answer->seconds);
    } else if (answer->kind == DHCP_ACK && lease->state == LEASE_RENEWING &&
               answer->address == lease->message.own) {
        hold(lease, answer);
    } else if (answer->kind == DHCP_NAK && lease->state == LEASE_REQUESTING) {
        begin(lease, config);
    } else if (answer->kind == DHCP_NAK && lease->state == LEASE_RENEWING) {
        over(lease, "the DHCP server takes it back");
    }
}

/* What is due now. */
static void act(struct lease *lease)
{
    uint64_t now = exo_now_ns(machine.page);

    if (lease->state == LEASE_RENEWING && now >= lease->end_ns) {
        over(lease, "no DHCP server has renewed it");
        return;
    }
    if (lease->state == LEASE_HELD) {
        lease->state = LEASE_RENEWING;
        lease->message.transaction++;
    }
    send(lease);
    if (lease->state == LEASE_RENEWING) { /* half of what is left, RFC 2131, 4.4.5 */
        uint64_t half = (lease->end_ns - now) / 2;

        lease->next_ns = half > RENEW_MIN_NS ? now + half : now + RENEW_MIN_NS;
        if (lease->next_ns > lease->end_ns)
            lease->next_ns = lease->end_ns;
        return;
    }
    lease->next_ns = now + lease->retry_ns;
    if (lease->retry_ns > SECOND_NS)
        init_log("init: instance %s: waiting for a DHCP server", lease->message.name);
    if (lease->retry_ns < RETRY_MAX_NS)
        lease->retry_ns *= 2;
}

static void lease_frame(const uint8_t *frame, uint32_t length)
{
    struct dhcp_answer answer;

    for (uint32_t i = 0; i < manifest->count; i++)
        if (leases[i].state != LEASE_NONE && leases[i].state != LEASE_OVER &&
            dhcp_read(frame, length, machine.page->net.mac, leases[i].message.transaction, &answer))
            answered(&leases[i], &answer);
}

bool lease_step(void)
{
    bool moved = false;
    const uint8_t *frame;
    uint32_t length;

    while ((frame = wire_next(&length))) {
        lease_frame(frame, length);
        slaac_frame(frame, length);
        wire_done();
        moved = true;
    }
    for (uint32_t i = 0; filter && i < manifest->count; i++)
        if (leases[i].state != LEASE_NONE && exo_now_ns(machine.page) >= leases[i].next_ns) {
            act(&leases[i]);
            moved = true;
        }
    return slaac_due(exo_now_ns(machine.page)) || moved;
}

uint64_t lease_deadline(void)
{
    uint64_t deadline = slaac_next_ns();

    for (uint32_t i = 0; filter && i < manifest->count; i++)
        if (leases[i].state != LEASE_NONE && leases[i].next_ns < deadline)
            deadline = leases[i].next_ns;
    return deadline;
}

static bool all_answered(void)
{
    for (uint32_t i = 0; i < manifest->count; i++)
        if (leases[i].state == LEASE_ASKING || leases[i].state == LEASE_REQUESTING)
            return false;
    return true;
}

const char *lease_start(struct manifest *all)
{
    uint64_t give_up = exo_now_ns(machine.page) + LEASE_WAIT_NS;

    manifest = all;
    for (uint32_t i = 0; i < all->count; i++) {
        const char *wrong = all->instance[i].net.dhcp && !filter ? claim() : NULL;

        if (wrong)
            return wrong;
        if (all->instance[i].net.dhcp)
            begin(&leases[i], &all->instance[i]);
    }
    const char *wrong = slaac_start(all);

    if (wrong)
        return wrong;
    while (!(all_answered() && slaac_ready()) && exo_now_ns(machine.page) < give_up) {
        uint64_t deadline = lease_deadline() < give_up ? lease_deadline() : give_up;

        __atomic_fetch_and(&machine.upcall->events, ~(1ull << INIT_EVENT_WIRE), __ATOMIC_SEQ_CST);
        if (!lease_step())
            (void)exo_sleep(0, 0, deadline);
    }
    for (uint32_t i = 0; i < all->count; i++)
        if (leases[i].state == LEASE_ASKING || leases[i].state == LEASE_REQUESTING)
            leases[i].next_ns = EXO_FOREVER; /* nobody waits for it any more */
    slaac_give_up();
    return NULL;
}

const char *lease_missing(uint32_t index)
{
    if (slaac_missing(index))
        return slaac_missing(index);
    if (!filter || leases[index].state == LEASE_NONE || leases[index].state == LEASE_HELD ||
        leases[index].state == LEASE_RENEWING)
        return NULL;
    if (leases[index].state == LEASE_REQUESTING)
        return "the DHCP server offered an address, but did not lend it within 12 s";
    return leases[index].state == LEASE_OVER
               ? "its DHCP lease is over"
               : "no DHCP server answered within 12 s: give it an address in the manifest";
}

void lease_claims(uint32_t index, const struct instance_net *net)
{
    struct lease *lease = &leases[index];

    lease->claim_count = net->claim_count;
    for (uint32_t i = 0; i < net->claim_count; i++)
        lease->claim[i] = net->claim[i].row;
}
