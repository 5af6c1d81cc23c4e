/* SPDX-License-Identifier: MIT */
/*
 * drain.c - the instance ends, but what its programs have sent is still under way.
 *
 * A Linux kernel goes on sending when a process has ended; here the network ends with the instance. So its last act is to close
 * all connections and to wait until the other ends have everything, as long as they give signs of life.
 */
#include "libos/linux/core.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/time/clock.h"
#include "exo_stubs.h"
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>

#define STEP_NS   (20 * 1000000ull)
#define PATIENCE  (2 * NS_PER_SECOND) /* without any progress */
#define LINGER_NS (NS_PER_SECOND / 4) /* for an end that has everything to close, too */

/* What has to be waited for: bytes or ends that the other side has not acknowledged; `linger`: its end has not come. */
struct pending {
    uint32_t unsent, linger;
    uint32_t bytes; /* changes with progress */
};

static struct pending pending(void)
{
    struct pending all = {0};

    for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        all.unsent += pcb->state == FIN_WAIT_1 || pcb->state == CLOSING || pcb->state == LAST_ACK;
        all.linger += pcb->state == FIN_WAIT_2;
        all.bytes += pcb->snd_lbb - pcb->lastack;
    }
    return all;
}

static void close_all(void)
{
    list_for_each (node, &inet_sockets) {
        struct inet_socket *socket = list_item(node, struct inet_socket, all);
        if (socket->socket.type == SOCK_STREAM && socket->state != TCP_LISTEN && socket->pcb)
            stack_close(socket, socket->ring.count || socket->state == TCP_SYN_SENT);
    }
}

void stack_drain(void)
{
    struct pending before;
    uint64_t since;

    if (!stack_is_used())
        return;
    close_all();
    before = pending();
    since = now_ns();
    while (before.unsent || before.linger) {
        struct pending after;
        (void)exo_sleep(0, 0, now_ns() + STEP_NS);
        sys_check_timeouts();
        stack_event();
        after = pending();
        if (after.unsent != before.unsent || after.linger != before.linger ||
            after.bytes != before.bytes)
            since = now_ns();
        before = after;
        if (now_ns() - since > (before.unsent ? PATIENCE : LINGER_NS))
            return;
    }
}
