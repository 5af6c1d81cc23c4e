/* SPDX-License-Identifier: MIT */
/*
 * stack.h - the outside: what inet.c, tcp.c and udp.c ask of the TCP/IP stack behind the network interface (stack.c).
 *
 * Without an interface nothing outside is reachable, and no function below is called but the first seven.
 */
#pragma once
#include "libos/linux/net/inet.h"

bool stack_owns(const struct inet_ip *ip);         /* an address of the interface */
bool stack_is_broadcast(const struct inet_ip *ip); /* of its network */
bool stack_reaches(const struct inet_ip *ip);      /* there is a route */
void stack_source(const struct inet_ip *to,
                  struct inet_ip *source); /* local address for a destination */
bool stack_is_up(void);
struct stack_count {
    uint64_t received, received_bytes, sent, sent_bytes;
};
void stack_count(struct stack_count *out); /* of the interface */
/* The local ports that connections may use, when the address is shared with other instances. false: all. */
bool stack_ports(uint16_t *first, uint16_t *count);

/* --- TCP: self->pcb leads to the stack's own; NULL: the connection never used it, or is gone there --- */
int stack_listen(struct inet_socket *self); /* 0, -EADDRINUSE, -ENOMEM */
void stack_listen_end(struct inet_socket *self);
int stack_connect(struct inet_socket *self); /* SYN; tcp_established or tcp_reset will follow */
/* stack_put - take the next bytes of a message. 0: some were taken; 1: no room now, send_wait is woken when there is; -errno. */
int stack_put(struct inet_socket *self, struct message *message);
uint32_t stack_unacknowledged(const struct inet_socket *self); /* bytes */
/* The program took bytes out of self->ring. */
void stack_received(struct inet_socket *self, uint32_t bytes);
void stack_shutdown_send(struct inet_socket *self);
/* The socket ends, the connection lives on until its bytes are through; reset: it is aborted. pcb becomes NULL. */
void stack_close(struct inet_socket *self, bool reset);
void stack_options(struct inet_socket *self); /* TCP_NODELAY, keep-alive, ... changed */
/* ICMP says of a SYN with this sequence number that it did not get there. */
void stack_unreachable(struct inet_socket *self, uint32_t sequence, int error);

bool stack_is_used(void); /* has it been up? */
/* stack_drain - the instance is about to end: close what is open, and wait until the other ends have what was sent to them. */
void stack_drain(void);

/* --- UDP: self->pcb while the socket has a port --- */
int stack_udp_open(struct inet_socket *self); /* 0, -ENOMEM */
void stack_udp_close(struct inet_socket *self);
/*
 * stack_send_again - a datagram of a connected socket that has sent one before, as nothing has changed since; no control messages.
 *
 * Returns  0: on its way, stack_kick must follow; 1: that is not so, nothing happened; -EFAULT
 */
int stack_send_again(const struct inet_socket *self, struct message *message);
/* stack_send_plain - the same of any socket, to an IPv4 address and port (as on the wire); the payload is in the program's memory. */
int stack_send_plain(const struct inet_socket *self, uint32_t address, uint32_t port,
                     uaddr_t buffer, uint64_t bytes);
void stack_kick(void); /* what was posted leaves; call-backs may run */
int stack_send_datagram(struct inet_socket *self, const struct endpoint *from,
                        const struct endpoint *to, uint8_t tos, uint8_t ttl,
                        struct message *message);
