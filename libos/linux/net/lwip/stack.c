/* SPDX-License-Identifier: MIT */
/*
 * stack.c - sockets whose other end is outside, on lwIP.
 *
 * lwIP runs inside calls of programs, when packets arrive (an event of the env) and when its timers are due (one timer of
 * the scheduler). All of it under the instance lock, so there is one flow of control: calls go down, call-backs come up and
 * only change the socket's state and wake sleepers.
 *
 * A stream outlives its socket while bytes are under way: large sends are chunks that lwIP refers to until it has given up the last segment
 * with a byte of them, which is later than the acknowledgement of that byte if another one of the segment is missing.
 * Small ones are copied by lwIP, which puts them into one segment.
 */
#include "libos/linux/net/stack.h"
#include "libos/linux/call/random.h"
#include "libos/linux/net/lwip/card.h"
#include "libos/linux/net/lwip/fast.h"
#include "libos/linux/net/lwip/incoming.h"
#include "lib/exo/net.h"
#include <stdlib.h>
#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>

#define COPY_MAX  1024u  /* bytes that lwIP copies */
#define CHUNK_MAX 32768u /* of those it does not */
#define BACKLOG   255

struct chunk {
    struct list node;
    uint32_t end; /* sequence number behind it */
    uint8_t bytes[];
};

struct stream {
    struct tcp_pcb *pcb;        /* NULL: it has ended */
    struct inet_socket *socket; /* NULL: closed by the program */
    struct list chunks;         /* in the order of the stream */
    uint32_t count;             /* bytes not acknowledged */
    uint32_t window;   /* the receive window when nothing waits to be read; 0: not connected yet */
    struct list owing; /* an acknowledgement: in that list */
    uint32_t owed_since; /* incoming_batch then */
};

static enum {
    STACK_NEW,
    STACK_UP,
    STACK_NONE
} state;
static struct timer timer;
static struct list owing = {&owing, &owing}; /* streams */
static u8_t extra_argument; /* of lwIP's connections; only its call-backs are used */

/* --- What lwIP wants of us --- */

u32_t sys_now(void)
{
    return (u32_t)(now_ns() / 1000000);
}

uint32_t lwip_random(void)
{
    uint32_t value;

    random_bytes(&value, sizeof value);
    return value;
}

void *lwip_calloc(size_t count, size_t bytes)
{
    return heap_zalloc(count * bytes); /* lwIP's own small numbers */
}

void lwip_assert_failed(const char *what, const char *file, int line)
{
    panic("lwip: %s (%s:%d)", what, file, line);
}

int atoi(const char *text)
{
    int value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

/* --- Running it --- */

static void timer_due(struct timer *due);

/*
 * After everything that may have changed lwIP's timers or posted packets. Call-backs may run: the last thing to do.
 *
 * lwIP's timers are cyclic. That of TCP is the shortest, and the only one that does not run from the beginning on: while the scheduler's was
 * started for it, or there is no need for it, no other can be due before.
 */
static bool armed_for_tcp;

static __attribute__((noinline)) void finish_work(void)
{
    bool more = card_turn();

    if (timer.armed && !more && (armed_for_tcp || (!tcp_active_pcbs && !tcp_tw_pcbs)))
        return;
    u32_t ms = more ? 0 : sys_timeouts_sleeptime();
    uint64_t deadline;

    if (ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE)
        return;
    deadline = now_ns() + (uint64_t)ms * 1000000 + 1000000;
    if (!timer.armed || deadline + 1000000 < timer.deadline_ns) {
        timer_start(&timer, deadline);
        armed_for_tcp = ms <= TCP_TMR_INTERVAL;
    }
}

static void finish(void)
{
    if (card_has_work() || !timer.armed || !(armed_for_tcp || (!tcp_active_pcbs && !tcp_tw_pcbs)))
        finish_work();
}

static void timer_due(struct timer *due)
{
    (void)due;
    fast_forget();
    sys_check_timeouts();
    finish();
}

__attribute__((noinline)) void stack_event(void)
{
    if (state != STACK_UP)
        return;
    card_receive();
    finish();
}

bool stack_is_up(void)
{
    if (state == STACK_NEW) {
        state = STACK_NONE;
        if (exo_net_config()) {
            lwip_init();
            extra_argument = tcp_ext_arg_alloc_id();
            timer.expire = timer_due;
            if (card_start())
                state = STACK_UP;
        }
        if (state == STACK_UP)
            finish();
    }
    return state == STACK_UP;
}

bool stack_is_used(void)
{
    return state == STACK_UP;
}

void stack_count(struct stack_count *out)
{
    if (state == STACK_UP)
        card_bytes(&out->received_bytes, &out->sent_bytes, &out->received, &out->sent);
}

static void address_to(ip_addr_t *to, const struct inet_ip *ip)
{
    memset(to, 0, sizeof *to);
    if (ip_is_v4(ip)) {
        ip_addr_set_ip4_u32(to, ip->word[3]);
        return;
    }
    IP_SET_TYPE(to, IPADDR_TYPE_V6);
    memcpy(ip_2_ip6(to)->addr, ip, 16);
    ip6_addr_assign_zone(ip_2_ip6(to), IP6_UNKNOWN, netif_default);
}

static struct inet_ip address_from(const ip_addr_t *from)
{
    struct inet_ip ip;

    if (IP_IS_V4(from))
        return ip_v4(ip_2_ip4(from)->addr);
    memcpy(&ip, ip_2_ip6(from)->addr, 16);
    return ip;
}

/* --- TCP: from lwIP --- */

/*
 * A batch of segments is acknowledged when the program has read of it, as on Linux, so that the same packet tells of the window. At the
 * latest: with the next batch, when the instance has nothing else to do (stack_settle), or at lwIP's timer for delayed acknowledgements.
 * Single segments are lwIP's: every second one at once.
 */
void stack_acknowledge(struct tcp_pcb *pcb)
{
    struct stream *stream = pcb->callback_arg;
    bool owed = pcb->flags & TF_ACK_DELAY;

    if (!stream || !stream->socket || pcb->ooseq) {
        if (owed || incoming_count > 1)
            tcp_ack_now(pcb);
        else
            tcp_set_flags(pcb, TF_ACK_DELAY);
        return;
    }
    if (!owed)
        list_remove(&stream->owing); /* something of ours went out meanwhile */
    if (owed && (list_empty(&stream->owing) || stream->owed_since != incoming_batch)) {
        tcp_ack_now(pcb);
        return;
    }
    tcp_set_flags(pcb, TF_ACK_DELAY);
    if (incoming_count > 1 && list_empty(&stream->owing)) {
        list_add_tail(&owing, &stream->owing);
        stream->owed_since = incoming_batch;
    }
}

/* true: it is sent with the next tcp_output. */
static bool settle(struct stream *stream)
{
    if (list_empty(&stream->owing))
        return false;
    list_remove(&stream->owing);
    if (!(stream->pcb->flags & TF_ACK_DELAY))
        return false; /* it rode on a segment of ours, or the timer was first */
    tcp_ack_now(stream->pcb);
    return true;
}

bool stack_owes(void)
{
    return !list_empty(&owing);
}

void stack_settle(void)
{
    while (!list_empty(&owing)) {
        struct stream *stream = list_item(owing.next, struct stream, owing);
        if (settle(stream))
            tcp_output(stream->pcb);
    }
    finish();
}

/* The first byte that lwIP still refers to. */
static uint32_t first_held(const struct tcp_pcb *pcb)
{
    const struct tcp_seg *queue[] = {pcb->unacked, pcb->unsent};
    uint32_t first = pcb->snd_lbb;

    for (uint32_t i = 0; i < 2; i++)
        if (queue[i] && TCP_SEQ_LT(lwip_ntohl(queue[i]->tcphdr->seqno), first))
            first = lwip_ntohl(queue[i]->tcphdr->seqno);
    return first;
}

static void acknowledged(struct stream *stream, const struct tcp_pcb *pcb, uint32_t bytes)
{
    uint32_t first;

    stream->count -= min_of(bytes, stream->count);
    if (list_empty(&stream->chunks))
        return;
    first = first_held(pcb);
    while (!list_empty(&stream->chunks)) {
        struct chunk *chunk = list_item(stream->chunks.next, struct chunk, node);
        if (TCP_SEQ_GT(chunk->end, first))
            return;
        list_remove(&chunk->node);
        heap_free(chunk);
    }
}

/* Neither lwIP nor a socket leads here any more. */
static void stream_free(struct stream *stream)
{
    while (!list_empty(&stream->chunks)) {
        struct chunk *chunk = list_item(stream->chunks.next, struct chunk, node);
        list_remove(&chunk->node);
        heap_free(chunk);
    }
    list_remove(&stream->owing);
    heap_free(stream);
}

/* lwIP forgets us; what it still sends is its own. */
static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
}

static err_t on_receive(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
    struct stream *stream = argument;
    struct inet_socket *self = stream ? stream->socket : NULL;

    (void)error;
    if (!self) {
        if (pbuf) {
            tcp_recved(pcb, pbuf->tot_len);
            pbuf_free(pbuf);
        }
        return ERR_OK;
    }
    if (!pbuf) {
        tcp_end(self);
        return ERR_OK;
    }
    if (!ring_reserve(&self->ring, pbuf->tot_len))
        return ERR_MEM; /* lwIP keeps it and tries again */
    for (struct pbuf *part = pbuf; part; part = part->next) {
        struct message message = {.here = part->payload, .left = part->len};
        if (part->len)
            (void)ring_put(&self->ring, &message, part->len); /* there is room: cannot fail */
    }
    pbuf_free(pbuf);
    socket_wake(&self->socket.receive_wait);
    return ERR_OK;
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t bytes)
{
    struct stream *stream = argument;
    struct inet_socket *self;

    if (!stream)
        return ERR_OK;
    acknowledged(stream, pcb, bytes);
    self = stream->socket;
    if (!self) {
        if (!stream->count && list_empty(&stream->chunks)) {
            detach(pcb);
            stream_free(stream);
        }
        return ERR_OK;
    }
    if (!list_empty(&self->socket.send_wait.waiters) && tcp_writable(self))
        waitq_wake(&self->socket.send_wait);
    return ERR_OK;
}

/* The pcb is gone already. */
static void on_error(void *argument, err_t error)
{
    struct stream *stream = argument;
    struct inet_socket *self;

    if (!stream)
        return;
    self = stream->socket;
    stream_free(stream);
    if (!self)
        return;
    self->pcb = NULL;
    tcp_reset(self, error != ERR_RST              ? ETIMEDOUT
                    : self->state == TCP_SYN_SENT ? ECONNREFUSED
                                                  : ECONNRESET);
}

static struct stream *stream_new(struct inet_socket *self, struct tcp_pcb *pcb)
{
    struct stream *stream = heap_zalloc(sizeof *stream);

    if (!stream)
        return NULL;
    list_init(&stream->chunks);
    list_init(&stream->owing);
    stream->pcb = pcb;
    stream->socket = self;
    self->pcb = stream;
    tcp_arg(pcb, stream);
    tcp_recv(pcb, on_receive);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    return stream;
}

/*
 * The receive window is what SO_RCVBUF says, if the program has said so, and TCP_WND else. As on Linux half of the buffer is
 * for bytes (inet_option doubles what was asked for). A window of less than two segments would never be opened again.
 */
static tcpwnd_size_t window_of(const struct inet_socket *self)
{
    uint32_t half = self->socket.receive_limit / 2;

    return self->receive_locked ? min_of(max_of(half, 2u * TCP_MSS), (uint32_t)TCP_WND) : TCP_WND;
}

/* Before any byte has arrived. */
static void window_start(struct tcp_pcb *pcb, const struct inet_socket *self)
{
    pcb->rcv_wnd = pcb->rcv_ann_wnd = min_of(pcb->rcv_wnd, window_of(self));
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct stream *stream = argument;

    (void)error;
    if (stream && stream->socket) {
        window_start(pcb, stream->socket);
        stream->window = pcb->rcv_wnd;
        tcp_established(stream->socket);
    }
    return ERR_OK;
}

static err_t on_passive_open(u8_t id, struct tcp_pcb_listen *listening, struct tcp_pcb *pcb)
{
    (void)id;
    if (listening->callback_arg)
        window_start(pcb, listening->callback_arg);
    return ERR_OK;
}

static const struct tcp_ext_arg_callbacks listen_callbacks = {.passive_open = on_passive_open};

static err_t on_accept(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct inet_socket *listener = argument;
    struct inet_socket *child;

    if (error != ERR_OK || !pcb || !listener)
        return ERR_VAL;
    child = tcp_child(listener);
    if (!child)
        return ERR_MEM; /* lwIP resets the connection */
    child->local = (struct endpoint){.ip = address_from(&pcb->local_ip), .port = pcb->local_port};
    child->remote =
        (struct endpoint){.ip = address_from(&pcb->remote_ip), .port = pcb->remote_port};
    if (!stream_new(child, pcb)) {
        inet_free(child);
        return ERR_MEM;
    }
    ((struct stream *)child->pcb)->window = min_of(window_of(child), TCP_WND_MAX(pcb));
    tcp_child_ready(listener, child);
    stack_options(child);
    return ERR_OK;
}

/* --- TCP: from the socket --- */

static struct tcp_pcb *pcb_of(const struct inet_socket *self)
{
    return ((struct stream *)self->pcb)->pcb;
}

static u8_t type_of(const struct inet_socket *self, const struct inet_ip *ip)
{
    if (self->socket.family == AF_INET || (ip && ip_is_v4(ip)))
        return IPADDR_TYPE_V4;
    return ip || (self->flags & INET_V6ONLY) ? IPADDR_TYPE_V6 : IPADDR_TYPE_ANY;
}

static int errno_of(err_t error)
{
    switch (error) {
    case ERR_OK:
        return 0;
    case ERR_MEM:
    case ERR_BUF:
        return -ENOBUFS;
    case ERR_USE:
        return -EADDRINUSE;
    case ERR_RTE:
        return -EHOSTUNREACH;
    default:
        return -EINVAL;
    }
}

int stack_listen(struct inet_socket *self)
{
    bool any = ip_is_any(&self->local.ip);
    struct tcp_pcb *pcb = tcp_new_ip_type(type_of(self, any ? NULL : &self->local.ip));
    struct tcp_pcb *listening;
    ip_addr_t address;
    err_t error;

    if (!pcb)
        return -ENOMEM;
    ip_set_option(pcb, SOF_REUSEADDR);
    address_to(&address, &self->local.ip);
    if (any)
        ip_addr_set_any_val(type_of(self, NULL) != IPADDR_TYPE_V4, address);
    if (any && type_of(self, NULL) == IPADDR_TYPE_ANY)
        IP_SET_TYPE(&address, IPADDR_TYPE_ANY);
    error = tcp_bind(pcb, &address, self->local.port);
    listening = error == ERR_OK ? tcp_listen_with_backlog_and_err(pcb, BACKLOG, &error) : NULL;
    if (!listening) {
        tcp_abort(pcb);
        return errno_of(error);
    }
    tcp_arg(listening, self);
    tcp_ext_arg_set_callbacks(listening, extra_argument, &listen_callbacks);
    tcp_accept(listening, on_accept);
    self->pcb = listening;
    finish();
    return 0;
}

void stack_listen_end(struct inet_socket *self)
{
    struct tcp_pcb *pcb = self->pcb;

    self->pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_close(pcb);
    finish();
}

int stack_connect(struct inet_socket *self)
{
    struct tcp_pcb *pcb;
    struct stream *stream;
    ip_addr_t address;
    err_t error;

    if (!stack_is_up())
        return -ENETUNREACH;
    pcb = tcp_new_ip_type(type_of(self, &self->remote.ip));
    stream = pcb ? stream_new(self, pcb) : NULL;
    if (!stream) {
        if (pcb)
            tcp_abort(pcb);
        return -ENOMEM;
    }
    ip_set_option(pcb, SOF_REUSEADDR);
    stack_options(self);
    address_to(&address, &self->local.ip);
    error = tcp_bind(pcb, &address, self->local.port);
    address_to(&address, &self->remote.ip);
    if (error == ERR_OK)
        error = tcp_connect(pcb, &address, self->remote.port, on_connected);
    if (error != ERR_OK) {
        stack_close(self, true);
        self->state = TCP_CLOSE;
        self->socket.state = SOCKET_NEW;
        return errno_of(error);
    }
    finish();
    return 0;
}

uint32_t stack_unacknowledged(const struct inet_socket *self)
{
    const struct stream *stream = self->pcb;

    return stream && self->state != TCP_LISTEN ? stream->count : 0;
}

/* Gives lwIP bytes to copy. 0 or -errno. */
static int put_copy(struct stream *stream, struct message *message, uint32_t bytes)
{
    uint8_t copy[COPY_MAX] __attribute__((uninitialized));
    int fault = message_from(message, copy, bytes);
    u8_t more = message->left ? TCP_WRITE_FLAG_MORE : 0;

    if (fault)
        return fault;
    return tcp_write(stream->pcb, copy, (u16_t)bytes, TCP_WRITE_FLAG_COPY | more) == ERR_OK
               ? 0
               : -ENOBUFS; /* the bytes left the message's cursor: the connection cannot go on */
}

/* Gives it a chunk to refer to. */
static int put_chunk(struct stream *stream, struct message *message, uint32_t bytes)
{
    struct chunk *chunk = heap_alloc(sizeof *chunk + bytes);
    int fault = chunk ? message_from(message, chunk->bytes, bytes) : -ENOBUFS;

    if (!fault && tcp_write(stream->pcb, chunk->bytes, (u16_t)bytes,
                            message->left ? TCP_WRITE_FLAG_MORE : 0) != ERR_OK)
        fault = -ENOBUFS;
    if (fault) {
        heap_free(chunk);
        return fault;
    }
    chunk->end = stream->pcb->snd_lbb;
    list_add_tail(&stream->chunks, &chunk->node);
    return 0;
}

int stack_put(struct inet_socket *self, struct message *message)
{
    struct stream *stream = self->pcb;
    uint32_t room = self->socket.send_limit;
    uint32_t part;
    int fault;

    if (!stream)
        return -EPIPE;
    room = stream->count < room ? room - stream->count : 0;
    room = min_of(room, (uint32_t)tcp_sndbuf(stream->pcb));
    if (!room || tcp_sndqueuelen(stream->pcb) >= TCP_SND_QUEUELEN - 32)
        return 1;
    part = (uint32_t)min_of(message->left, (uint64_t)min_of(room, CHUNK_MAX));
    fault = part <= COPY_MAX ? put_copy(stream, message, part) : put_chunk(stream, message, part);
    if (fault)
        return fault;
    stream->count += part;
    if (!message->left || room == part) {
        tcp_output(stream->pcb);
        finish();
    }
    return 0;
}

/* lwIP tells of a window that has grown by a quarter of the largest one; a smaller one must be told of sooner. */
static void window_tell(struct stream *stream)
{
    struct tcp_pcb *pcb = stream->pcb;
    uint32_t grown = pcb->rcv_nxt + pcb->rcv_wnd - pcb->rcv_ann_right_edge;

    bool owed = settle(stream);

    if (grown >= max_of(stream->window / 4, (uint32_t)TCP_MSS))
        tcp_ack_now(pcb);
    else if (!owed)
        return;
    tcp_output(pcb);
}

void stack_received(struct inet_socket *self, uint32_t bytes)
{
    struct stream *stream = self->pcb;

    while (stream && bytes) {
        u16_t part = (u16_t)min_of(bytes, 0xffffu);
        tcp_recved(stream->pcb, part);
        bytes -= part;
    }
    if (stream)
        window_tell(stream);
    if (card_waits())
        finish();
}

void stack_shutdown_send(struct inet_socket *self)
{
    tcp_shutdown(pcb_of(self), 0, 1);
    finish();
}

void stack_close(struct inet_socket *self, bool reset)
{
    struct stream *stream = self->pcb;
    struct tcp_pcb *pcb = stream->pcb;

    self->pcb = NULL;
    stream->socket = NULL;
    if (reset) {
        detach(pcb);
        tcp_abort(pcb);
        stream_free(stream);
    } else if (!stream->count) {
        detach(pcb);
        if (tcp_close(pcb) != ERR_OK)
            tcp_abort(pcb);
        stream_free(stream);
    } else if (tcp_close(pcb) != ERR_OK) {
        detach(pcb);
        tcp_abort(pcb);
        stream_free(stream);
    }
    finish();
}

void stack_options(struct inet_socket *self)
{
    struct stream *stream = self->pcb;
    struct tcp_pcb *pcb;

    if (self->state == TCP_LISTEN)
        return;
    pcb = stream->pcb;
    if (self->flags & INET_NODELAY)
        tcp_nagle_disable(pcb);
    else
        tcp_nagle_enable(pcb);
    if (self->socket.flags & SOCKET_KEEPALIVE)
        ip_set_option(pcb, SOF_KEEPALIVE);
    else
        ip_reset_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = (self->keep_idle ? self->keep_idle : 7200) * 1000;
    pcb->keep_intvl = (self->keep_interval ? self->keep_interval : 75) * 1000;
    pcb->keep_cnt = self->keep_count ? self->keep_count : 9;
    pcb->tos = (u8_t)self->tos;
    pcb->ttl = (u8_t)self->ttl;
    if (self->max_segment && self->max_segment < pcb->mss)
        pcb->mss = (u16_t)self->max_segment;
    uint32_t window = min_of(window_of(self), TCP_WND_MAX(pcb));

    if (stream->window && window > stream->window) { /* a window never shrinks */
        pcb->rcv_wnd += window - stream->window;
        stream->window = window;
    }
}

void stack_unreachable(struct inet_socket *self, uint32_t sequence, int error)
{
    struct stream *stream = self->pcb;
    struct tcp_pcb *pcb = stream->pcb;

    if (!TCP_SEQ_BETWEEN(sequence, pcb->lastack, pcb->snd_nxt))
        return; /* a guess */
    self->pcb = NULL;
    detach(pcb);
    tcp_abandon(pcb, 0);
    stream_free(stream);
    tcp_reset(self, error);
}

/* --- UDP --- */

static void on_datagram(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                        const ip_addr_t *address, u16_t port)
{
    struct endpoint from = {.ip = address_from(address), .port = port};
    struct endpoint to = {.ip = address_from(ip_current_dest_addr()), .port = pcb->local_port};
    struct inet_socket *receiver = port_find(IPPROTO_UDP, &to, &from);
    struct pbuf *whole = pbuf;
    uint8_t tos =
        ip_current_is_v6() ? (uint8_t)IP6H_TC(ip6_current_header()) : IPH_TOS(ip4_current_header());
    uint8_t ttl =
        ip_current_is_v6() ? IP6H_HOPLIM(ip6_current_header()) : IPH_TTL(ip4_current_header());

    (void)argument;
    if (receiver && pbuf->next) {
        whole = pbuf_clone(PBUF_RAW, PBUF_RAM, pbuf);
        pbuf_free(pbuf);
    }
    if (receiver && whole) {
        struct message message = {.here = whole->payload, .left = whole->len};
        (void)udp_deliver(receiver, &from, &to.ip, tos, ttl, &message);
    }
    if (whole)
        pbuf_free(whole);
}

int stack_udp_open(struct inet_socket *self)
{
    bool any = ip_is_any(&self->local.ip);
    u8_t type = type_of(self, any ? NULL : &self->local.ip);
    struct udp_pcb *pcb = udp_new_ip_type(type);
    ip_addr_t address;

    if (!pcb)
        return -ENOMEM;
    ip_set_option(pcb, SOF_REUSEADDR);
    address_to(&address, &self->local.ip);
    if (any)
        ip_addr_set_any_val(type != IPADDR_TYPE_V4, address);
    if (any && type == IPADDR_TYPE_ANY)
        IP_SET_TYPE(&address, IPADDR_TYPE_ANY);
    if (udp_bind(pcb, &address, self->local.port) != ERR_OK) {
        udp_remove(pcb);
        return -ENOMEM;
    }
    udp_recv(pcb, on_datagram, NULL);
    self->pcb = pcb;
    finish();
    return 0;
}

void stack_udp_close(struct inet_socket *self)
{
    udp_remove(self->pcb);
    self->pcb = NULL;
}

void stack_kick(void)
{
    card_kick();
    finish();
}

int stack_send_datagram(struct inet_socket *self, const struct endpoint *from,
                        const struct endpoint *to, uint8_t tos, uint8_t ttl,
                        struct message *message)
{
    struct udp_pcb *pcb = self->pcb;
    struct pbuf *pbuf;
    ip_addr_t source;
    ip_addr_t destination;
    err_t error;
    int fault;

    if (!stack_is_up() || !pcb)
        return -ENETUNREACH;
    fault = fast_send(self, from, to, tos, ttl, message);
    if (fault <= 0) {
        finish();
        return fault;
    }
    pbuf = pbuf_alloc(PBUF_TRANSPORT, (u16_t)message->left, PBUF_RAM);
    if (!pbuf)
        return -ENOBUFS;
    fault = message_from(message, pbuf->payload, message->left);
    address_to(&source, &from->ip);
    address_to(&destination, &to->ip);
    pcb->tos = tos;
    pcb->ttl = ttl;
    if (self->socket.flags & SOCKET_BROADCAST)
        ip_set_option(pcb, SOF_BROADCAST);
    error = fault ? ERR_OK
                  : udp_sendto_if_src(pcb, pbuf, &destination, to->port, netif_default, &source);
    pbuf_free(pbuf);
    finish();
    if (fault)
        return fault;
    return error == ERR_MEM || error == ERR_BUF ? 0 : errno_of(error); /* lost, as on a full wire */
}
