/* SPDX-License-Identifier: MIT */
/*
 * incoming.c - TCP segments on their way from the card to lwIP.
 *
 * Segments of a stream that arrive together become one (merge.h), for which lwIP does its work once: it is acknowledged once, and the
 * congestion window grows as if each had come alone. Segments over IPv4 to the interface's address are handed to lwIP's TCP at once:
 * what IP would look at has been looked at. Beginnings and resets are left to the usual way, and so is all that is not plain.
 */
#include "libos/linux/net/lwip/incoming.h"
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/net/lwip/fast.h"
#include "libos/linux/net/lwip/merge.h"
#include "lib/exo/bytes.h"
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>

u32_t incoming_count = 1;
u32_t incoming_batch;

static struct merge run; /* while there is a head */
static struct pbuf *head, *tail;

/* Would lwIP's IP hand it to TCP? */
static bool is_ours(const struct merge_segment *segment)
{
    uint32_t source;

    if (segment->ip_bytes != 20) /* LIMIT: IPv6 goes the usual way */
        return false;
    source = load32(segment->ip + 12);
    return load32(segment->ip + 16) == netif_ip4_addr(netif_default)->addr &&
           fast_is_host(source) && ~(source | netif_ip4_netmask(netif_default)->addr);
}

static __attribute__((noinline)) void flush_run(struct pbuf *first)
{
    uint32_t bytes;

    head = NULL;
    bytes = run.first.tcp_bytes + run.payload;
    for (struct pbuf *pbuf = first; pbuf; pbuf = pbuf->next) {
        pbuf->tot_len = (u16_t)bytes;
        bytes -= pbuf->len;
    }
    ip_data.current_netif = ip_data.current_input_netif = netif_default;
    ip_data.current_ip4_header = (const struct ip_hdr *)run.first.ip;
    ip_data.current_ip6_header = NULL;
    ip_data.current_ip_header_tot_len = (u16_t)run.first.ip_bytes;
    ip_addr_set_ip4_u32(&ip_data.current_iphdr_src, load32(run.first.ip + 12));
    ip_addr_set_ip4_u32(&ip_data.current_iphdr_dest, load32(run.first.ip + 16));
    incoming_count = run.count;
    tcp_input(first, netif_default);
    incoming_count = 1;
    ip_data.current_netif = ip_data.current_input_netif = NULL;
    ip_data.current_ip4_header = NULL;
}

void incoming_flush(void)
{
    if (head)
        flush_run(head);
}

bool incoming_segment(const struct exo_net_packet *packet, struct pbuf *pbuf)
{
    struct merge_segment segment;
    enum merge_answer answer = MERGE_NOT;
    bool verified = packet->flags & EXO_NET_RECEIVED_VERIFIED;

    if (!packet->transport ||
        !merge_read(&segment, packet->bytes, packet->network, packet->length) ||
        segment.flags & (TCP_SYN | TCP_RST) || !is_ours(&segment) ||
        !merge_verify(&segment, !verified))
        return false;
    uint32_t from = (uint32_t)(segment.tcp - packet->bytes);
    uint32_t bytes = segment.tcp_bytes + segment.payload;

    if (pbuf) {
        pbuf_remove_header(pbuf, from);
        pbuf_realloc(pbuf, (u16_t)bytes);
    } else {
        pbuf = card_pbuf(packet, from, bytes);
    }
    if (!pbuf)
        return true; /* no memory: lost */
    if (head)
        answer = merge_add(&run, &segment);
    if (answer == MERGE_APPEND) {
        pbuf->payload = (uint8_t *)pbuf->payload + segment.tcp_bytes;
        pbuf->len = (u16_t)segment.payload;
        tail->next = pbuf;
        tail = pbuf;
        return true;
    }
    if (answer == MERGE_REPLACE) {
        pbuf_free(head);
    } else {
        incoming_flush();
        merge_begin(&run, &segment);
    }
    head = tail = pbuf;
    return true;
}

bool incoming_waits(void)
{
    return head;
}

bool incoming_again(const uint8_t *frame, uint32_t network, uint32_t bytes, uint32_t flags)
{
    return bytes > network && merge_again(&run, frame + network, bytes - network,
                                          !(flags & EXO_NET_RECEIVED_VERIFIED));
}
