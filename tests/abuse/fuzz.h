/* SPDX-License-Identifier: MIT */
/* fuzz.h - a fuzzer of kernel calls with coverage feedback (fuzz.c): what it shares with the harness. */
#pragma once
#include "tests/abuse/abuse.h"

#define SLOT_ATTACKER 1 /* the harness's, for the domain of the attack */

#define FUZZ_PAGES   4 /* of the attacker's region, at FUZZ_ADDRESS: the sequence that is to be run */
#define FUZZ_ADDRESS (ATTACKER_BASE + 0x70000)

extern const struct attack fuzz_attack;

/* fuzz_over - has the fuzzer made as many calls as the command line wants (fuzz=N)? Else the next domain is due. */
bool fuzz_over(void);

/* fuzz_report - calls made, edges of the kernel seen, sequences kept. */
void fuzz_report(void (*say)(const char *fmt, ...));
