/* SPDX-License-Identifier: MIT */
/*
 * promise.c - ports that lead in from the host (`lorica run --port`), which the instance is told of by options
 * `listen PORT/tcp` and `listen PORT/udp`: has a program ever listened there? Who started it would look in vain otherwise.
 */
#include "libos/linux/net/promise.h"
#include "libos/linux/core.h"
#include "libos/linux/log.h"

#define PROMISES_MAX 64u

static uint32_t kept[PROMISES_MAX]; /* port and protocol */
static uint32_t kept_count;

static uint32_t name_of(int protocol, uint32_t port)
{
    return (uint32_t)protocol << 16 | port;
}

static bool is_kept(uint32_t name)
{
    for (uint32_t i = 0; i < kept_count; i++)
        if (kept[i] == name)
            return true;
    return false;
}

/* The option's value; 0: it is none. */
static uint32_t parse(const char *text)
{
    uint32_t port = 0;

    while (*text >= '0' && *text <= '9' && port <= UINT16_MAX)
        port = port * 10 + (uint32_t)(*text++ - '0');
    if (port > UINT16_MAX)
        return 0;
    return !strcmp(text, "/tcp")   ? name_of(IPPROTO_TCP, port)
           : !strcmp(text, "/udp") ? name_of(IPPROTO_UDP, port)
                                   : 0;
}

static const char *next_promise(uint32_t *at)
{
    const uint32_t *offset =
        (const uint32_t *)((const uint8_t *)instance + instance->option_offset);

    while (*at < instance->option_count) {
        uint32_t i = (*at)++;
        if (!strcmp((const char *)instance + offset[2 * i], "listen"))
            return (const char *)instance + offset[2 * i + 1];
    }
    return NULL;
}

void promise_keep(const struct inet_socket *socket)
{
    uint32_t name = name_of(socket->socket.protocol, socket->local.port);
    uint32_t at = 0;
    const char *text;

    if (!instance->option_count || ip_is_loopback(&socket->local.ip) ||
        kept_count == PROMISES_MAX || is_kept(name))
        return;
    while ((text = next_promise(&at)))
        if (parse(text) == name) {
            kept[kept_count++] = name;
            return;
        }
}

const char *promise_broken(void)
{
    uint32_t at = 0;
    const char *text;

    while ((text = next_promise(&at)))
        if (parse(text) && !is_kept(parse(text)))
            return text;
    return NULL;
}
