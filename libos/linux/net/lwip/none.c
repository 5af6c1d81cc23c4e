/* SPDX-License-Identifier: MIT */
/*
 * none.c - no outside: a LibOS built with LWIP=no. Programs reach only each other.
 */
#include "libos/linux/net/stack.h"

bool stack_owns(const struct inet_ip *ip)
{
    (void)ip;
    return false;
}

bool stack_is_broadcast(const struct inet_ip *ip)
{
    (void)ip;
    return false;
}

bool stack_reaches(const struct inet_ip *ip)
{
    (void)ip;
    return false;
}

void stack_source(const struct inet_ip *to, struct inet_ip *source)
{
    (void)to;
    (void)source;
}

bool stack_is_up(void)
{
    return false;
}

int stack_listen(struct inet_socket *self)
{
    (void)self;
    return -ENETDOWN;
}

void stack_listen_end(struct inet_socket *self)
{
    (void)self;
}

int stack_connect(struct inet_socket *self)
{
    (void)self;
    return -ENETUNREACH;
}

int stack_put(struct inet_socket *self, struct message *message)
{
    (void)self;
    (void)message;
    return -ENETUNREACH;
}

uint32_t stack_unacknowledged(const struct inet_socket *self)
{
    (void)self;
    return 0;
}

int stack_udp_open(struct inet_socket *self)
{
    (void)self;
    return 0;
}

void stack_udp_close(struct inet_socket *self)
{
    (void)self;
}

void stack_event(void) {}

bool stack_is_used(void)
{
    return false;
}

void stack_drain(void) {}

bool stack_ports(uint16_t *first, uint16_t *count)
{
    (void)first;
    (void)count;
    return false;
}

void stack_received(struct inet_socket *self, uint32_t bytes)
{
    (void)self;
    (void)bytes;
}

void stack_shutdown_send(struct inet_socket *self)
{
    (void)self;
}

void stack_close(struct inet_socket *self, bool reset)
{
    (void)self;
    (void)reset;
}

void stack_options(struct inet_socket *self)
{
    (void)self;
}

void stack_unreachable(struct inet_socket *self, uint32_t sequence, int error)
{
    (void)self;
    (void)sequence;
    (void)error;
}

int stack_send_again(const struct inet_socket *self, struct message *message)
{
    (void)self;
    (void)message;
    return 1;
}

int stack_send_plain(const struct inet_socket *self, uint32_t address, uint32_t port,
                     uaddr_t buffer, uint64_t bytes)
{
    (void)self;
    (void)address;
    (void)port;
    (void)buffer;
    (void)bytes;
    return 1;
}

void stack_kick(void) {}

bool stack_owes(void)
{
    return false;
}

void stack_settle(void) {}

int stack_send_datagram(struct inet_socket *self, const struct endpoint *from,
                        const struct endpoint *to, uint8_t tos, uint8_t ttl,
                        struct message *message)
{
    (void)self;
    (void)from;
    (void)to;
    (void)tos;
    (void)ttl;
    (void)message;
    return -ENETUNREACH;
}

void stack_count(struct stack_count *out)
{
    (void)out;
}
