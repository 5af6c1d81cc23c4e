/* SPDX-License-Identifier: MIT */
/*
 * transfer.h - protected control transfer from C: the register file is the message.
 *
 * Only the eight message words below are carried by these functions; assembly may use every general
 * register but rax, rcx, r11 and rsp.
 */
#pragma once
#include <stdint.h>

struct exo_message {
    uint64_t word[8]; /* rdx r10 r8 r9 rbx r12 r13 r14, in this order */
};

/*
 * exo_transfer_call - call an env and wait for its return; the message is replaced by the reply.
 *
 * Returns  0 or -EXO_E_CAP, -EXO_E_NONE, -EXO_E_BUSY: see docs/calls.md
 */
int64_t exo_transfer_call(uint32_t slot, uint64_t env, struct exo_message *message);

/* exo_transfer_send - hand the message and the rest of the slice to an env; 0 when this env runs
 * again, or an error. */
int64_t exo_transfer_send(uint32_t slot, uint64_t env, const struct exo_message *message);

/* exo_transfer_reply - end the transfer that this env serves; it waits for the next one. Returns
 * only an error. */
int64_t exo_transfer_reply(const struct exo_message *reply);

/*
 * exo_transfer_entry - the transfer entry to register: calls exo_transfer_serve on transfer_rsp
 * with the caller's id and message, then replies with what the message holds then.
 */
void exo_transfer_entry(void);

/* exo_transfer_serve - written by who registers exo_transfer_entry. */
void exo_transfer_serve(uint64_t caller, struct exo_message *message);
