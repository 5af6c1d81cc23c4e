/* SPDX-License-Identifier: MIT */
/* victim.c - an instance that ends badly, in the way that its first argument names; for tests of
 * init. */
#include <stddef.h>
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"
#include "lib/exo/net.h"

static struct exo_domain domain;
static struct exo_env envs[3];

static void spin(struct exo_env *env)
{
    (void)env;
    for (;;)
        ;
}

static void rest(struct exo_env *env)
{
    (void)env;
}

/* A predicate in the kernel, ready, with a window of memory, and one that is not even loaded. */
static void leave_programs(void)
{
    static const uint64_t forever[] = {0xb7, 0x95}; /* r0 = 0; exit */
    struct exo_code_image image = {
        .type = EXO_CODE_PREDICATE, .insn_count = 2, .insns = (uint64_t)forever};

    for (uint32_t place = 100; place < 102; place++) {
        uint64_t frames[10];

        for (uint32_t i = 0; i < 10; i++)
            frames[i] = exo_frames_take(&domain.frames, 1, 1);
        int64_t id = exo_code_create(EXO_SLOT, place, frames, 9);

        if (id < 0 || exo_code_memory(EXO_SLOT, (uint64_t)id, &frames[9], 1) < 0 ||
            (place == 100 && exo_code_load(EXO_SLOT, (uint64_t)id, &image) < 0))
            exo_fail("victim: no program");
    }
}

/* Envs, one of them running on every CPU; programs; tables that nothing links to; mapped memory everywhere.
 */
static void make_mess(const struct instance_start *start)
{
    exo_domain_init(&domain);
    for (uint32_t i = 0; i < 3; i++) {
        envs[i].body = i ? rest : spin;
        if (exo_env_start(&domain, &envs[i], NULL, 0) < 0)
            exo_fail("victim: no env");
    }
    for (uint32_t cpu = 0; cpu < start->cpu_count; cpu++)
        if (exo_slice_set(EXO_SLOT, cpu, start->position_first + start->position_count - 1,
                          envs[0].id) < 0)
            exo_fail("victim: no slice");
    for (uint32_t i = 0; i < 8; i++)
        if (exo_table_create(EXO_SLOT, exo_frames_take(&domain.frames, 1, 1), 1 + i % 4) < 0)
            exo_fail("victim: no table");
    if (exo_domain_map(&domain, 0x10000000, 1000, EXO_PTE_WRITE) < 0)
        exo_fail("victim: no memory");
    leave_programs();
    if (exo_yield_to(EXO_SLOT, envs[1].id) < 0)
        exo_fail("victim: the second env does not run");
}

/* A ring with something in it to be sent, and the table that its claims are in mapped. */
static void open_network(const struct instance_start *start)
{
    static struct exo_net net;
    struct exo_net_memory memory;
    uint16_t buffer;

    exo_domain_init(&domain);
    if (exo_net_memory_make(&domain, 0x10000000000, 64, &memory) < 0 ||
        exo_net_open(&net, &memory, start->env, 1) < 0)
        exo_fail("victim: no network");
    for (uint32_t i = 0; i < 20; i++) {
        uint8_t *packet = exo_net_buffer(&net, &buffer);

        if (!packet)
            exo_fail("victim: no buffer");
        memset(packet, 0xff, 1400); /* a broadcast of an IPv4 packet from us to nobody */
        memcpy(packet + 12, "\x08\x00\x45\x00\x05\x6a\0\0\0\0\x40\x11\0\0", 14);
        memcpy(packet + 26, net.config->address[0].address + 12, 4);
        memcpy(packet + 34, "\0\7\0\7\x05\x56\0\0", 8);
        if (!exo_net_send(&net, buffer, 0, 1400, 0))
            exo_fail("victim: it cannot send");
    }
    if (exo_net_flush(&net) != 20 || net.statistics.refused)
        exo_fail("victim: it was refused");
    if (exo_map(&domain.space, 0x20000000000, net.config->claim[0].row >> EXO_NET_ROW_BITS, 1,
                EXO_PTE_NO_EXECUTE) < 0)
        exo_fail("victim: its claims cannot be mapped");
}

_Noreturn static void wake_init_and_rest(const struct instance_start *start)
{
    (void)exo_wake(EXO_SLOT, start->init_env, 1ull << STREAM_EVENT(start->index));
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

int exo_main(const struct instance_start *start)
{
    const char *how = exo_arg(0);
    uint64_t pages = 0;

    for (uint32_t i = 0; i < start->run_count; i++)
        pages += start->run[i].count;
    exo_log("victim: %s with %lu pages", how, (unsigned long)pages);
    if (!strcmp(how, "trap"))
        __asm__ volatile("ud2");
    if (!strcmp(how, "store"))
        *(volatile uint64_t *)INSTANCE_START_ADDRESS = 0;
    if (!strcmp(how, "jump"))
        ((void (*)(void))0x123456789000)();
    if (!strcmp(how, "ring")) {
        exo_streams()->out.written = 0x12345678;
        wake_init_and_rest(start);
    }
    if (!strcmp(how, "status")) {
        exo_streams()->exit_kind = 77;
        exo_streams()->exited = 1;
        wake_init_and_rest(start);
    }
    if (!strcmp(how, "mess"))
        make_mess(start);
    if (!strcmp(how, "net")) {
        open_network(start);
        __asm__ volatile("ud2");
    }
    return how[0] == 'e' ? 3 : 1;
}
