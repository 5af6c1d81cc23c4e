/* SPDX-License-Identifier: MIT */
/*
 * udp-echo-handler.c - udp-echo whose datagrams are sent back by a downloaded handler, where they arrive: nobody is woken.
 *
 * udp-echo-handler [PORT]: the port is 7 if none is given. The handler (apps/handlers/udp_echo.c) hangs on a filter for the port,
 * inside the instance's claim. What it leaves comes to the ring and is answered here: ARP, IP options, and "quit", which ends it.
 */
#include "apps/echo_table.h"
#include "base/string.h"
#include "lib/exo/code.h"
#include "lib/exo/code_report.h"
#include "lib/exo/libos.h"
#include "lib/exo/net_service.h"

#define MEMORY_ADDRESS 0x10000000000
#define WINDOW_ADDRESS 0x11000000000
#define BUFFER_FRAMES  32
#define EVENT          1

__asm__(".section .rodata\n"
        "echo_object: .incbin \"build/apps/handlers/udp_echo.o\"\n"
        "echo_object_end:\n"
        ".text\n");
extern const uint8_t echo_object[], echo_object_end[];

static struct exo_domain domain;
static struct exo_net net;
static struct exo_code code;

static void load_handler(void)
{
    struct exo_code_report report = {0};
    const char *wrong = NULL;
    enum exo_code_detail detail;
    int64_t error =
        exo_code_load_object(&code, &domain, echo_object, (uint64_t)(echo_object_end - echo_object),
                             "udp_echo", WINDOW_ADDRESS, 0, &report, &wrong);

    if (error == -EXO_E_CODE)
        exo_fail("udp-echo-handler: the handler is refused at instruction %u: %s", report.insn,
                 exo_code_error(report.error, &detail));
    if (error)
        exo_fail("udp-echo-handler: the handler cannot be loaded: %s (error %ld)",
                 wrong ? wrong : "", (long)-error);
}

int exo_main(const struct instance_start *start)
{
    struct exo_net_memory memory;
    struct exo_net_packet packet;
    uint64_t here = 0;
    uint16_t port = exo_arg(1) ? (uint16_t)exo_arg_number(1, 65535, "port") : 7;
    bool quit = false;

    if (!exo_net_config())
        exo_fail(
            "udp-echo-handler: no network: give the instance an address (lorica run --net user)");
    exo_domain_init(&domain);
    load_handler();
    int64_t error = exo_net_memory_make(&domain, MEMORY_ADDRESS, BUFFER_FRAMES, &memory);

    if (!error)
        error = exo_net_open(&net, &memory, start->env, EVENT);
    if (error >= 0)
        error = exo_net_divert(&net, port, code.id);
    if (error < 0)
        exo_fail("udp-echo-handler: the network cannot be opened: error %ld", (long)-error);
    exo_print("udp-echo-handler: port %u\n", port);
    while (!quit) {
        while (!quit && exo_net_receive(&net, &packet)) {
            uint32_t bytes;
            const uint8_t *payload = exo_net_udp_to(&packet, port, &bytes);

            if (payload) {
                (void)exo_net_udp_answer(&net, &packet, payload, bytes);
                quit = bytes == 4 && !memcmp(payload, "quit", 4);
                here++;
            } else {
                (void)exo_net_answer_arp(&net, &packet);
            }
            exo_net_give_back(&net, &packet);
        }
        (void)exo_net_flush(&net);
        if (!quit && !exo_net_arrived(&net))
            exo_net_wait(&net, EXO_FOREVER);
    }
    exo_print("udp-echo-handler: %lu datagrams in the kernel, %lu here\n",
              (unsigned long)((const struct echo_shared *)code.window)->answered,
              (unsigned long)here);
    exo_code_end(&code, &domain);
    return 0;
}
