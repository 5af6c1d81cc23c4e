/* SPDX-License-Identifier: MIT */
/*
 * transfer.c - an app of two envs that call each other by protected control transfer: a calculator
 * and its client. The registers are the message; no memory is copied and no scheduler is asked.
 */
#include "lib/exo/transfer.h"
#include <stddef.h>
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define CALLS 1000

static struct exo_domain domain;
static struct exo_env server;
static uint64_t client; /* the only env that the server serves */

/* word 0: operation; words 1, 2: operands; reply: word 0 status, word 1 result. */
void exo_transfer_serve(uint64_t caller, struct exo_message *message)
{
    uint64_t a = message->word[1];
    uint64_t b = message->word[2];

    if (caller != client) {
        message->word[0] = 2; /* the kernel says who calls; it cannot be forged */
        return;
    }
    switch (message->word[0]) {
    case '+':
        message->word[1] = a + b;
        break;
    case '*':
        message->word[1] = a * b;
        break;
    default:
        message->word[0] = 1;
        return;
    }
    message->word[0] = 0;
}

static void serve(struct exo_env *env)
{
    (void)env;
    (void)exo_transfer_wait();
}

int exo_main(const struct instance_start *start)
{
    struct exo_message message;
    uint64_t wrong = 0;
    int64_t result;

    client = start->env;
    server.body = serve;
    exo_domain_init(&domain);
    if (exo_env_start(&domain, &server, NULL, (uint64_t)exo_transfer_entry) < 0)
        exo_fail("transfer: no second env: give the instance more memory");
    result = exo_yield_to(EXO_SLOT, server.id); /* it runs until it waits to be called */
    if (result < 0)
        exo_fail("transfer: the server does not run: error %ld", (long)-result);
    uint64_t begin = exo_time_ns();

    for (uint64_t i = 0; i < CALLS; i++) {
        message = (struct exo_message){.word = {i % 2 ? '*' : '+', i, 3}};
        result = exo_transfer_call(EXO_SLOT, server.id, &message);
        wrong += result != 0 || message.word[0] != 0 || message.word[1] != (i % 2 ? i * 3 : i + 3);
    }
    uint64_t took = exo_time_ns() - begin;

    message = (struct exo_message){.word = {'/', 6, 3}};
    wrong += exo_transfer_call(EXO_SLOT, server.id, &message) != 0 || message.word[0] != 1;
    exo_print("transfer: %d calls, %lu ns each, %lu wrong; the server's counter says %lu\n", CALLS,
              (unsigned long)(took / CALLS), (unsigned long)wrong,
              (unsigned long)server.upcall->transfers);
    return wrong ? 1 : 0;
}
