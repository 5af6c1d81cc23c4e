/* SPDX-License-Identifier: MIT */
/*
 * compile.h - an accepted program as x86-64 machine code.
 *
 * The code is one function, `uint64_t entry(struct code_run *run)`. It contains no indirect branch, and reaches memory only
 * through run: windows with the verifier's guards, context and stack at fixed places. Large constants are blinded.
 */
#pragma once
#include "code/check.h"
#include "code/run.h"

typedef uint64_t code_entry(struct code_run *run);

#define CODE_TEXT_EACH 160 /* bytes of code for one instruction, at most */
#define CODE_TEXT_MORE 192

/*
 * code_compile - write machine code. To be called twice with the same seed: the first time only counts, and finds where jumps go.
 *
 * check    code_check_step returned CODE_DONE; its tables are used
 * seed     for constant blinding: not to be guessed by the program's author
 * text     NULL, then as many bytes as that returned
 * address  where the text will run
 *
 * Returns  bytes of text; 0: address is further than 2 GiB from the helpers
 * Bound    linear in the program's length
 */
uint32_t code_compile(struct code_check *check, uint64_t seed, uint8_t *text, uint64_t address);
