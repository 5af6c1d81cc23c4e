/* SPDX-License-Identifier: MIT */
/* deaf.c - an instance with an address, a ring and buffers in it, that never takes what arrives: the target of a flood. */
#include "exo_stubs.h"
#include "lib/exo/libos.h"
#include "lib/exo/net_service.h"

#define MEMORY_ADDRESS 0x10000000000
#define BUFFER_FRAMES  64

int exo_main(const struct instance_start *start)
{
    struct exo_domain domain;
    struct exo_net_memory memory;
    struct exo_net net;

    exo_domain_init(&domain);
    if (exo_net_memory_make(&domain, MEMORY_ADDRESS, BUFFER_FRAMES, &memory) ||
        exo_net_open(&net, &memory, start->env, 1))
        exo_fail("deaf: the network cannot be opened");
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}
