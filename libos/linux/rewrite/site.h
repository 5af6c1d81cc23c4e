/* SPDX-License-Identifier: MIT */
/* site.h - which bytes before a `syscall` instruction may become a jump (docs/decisions/0004). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define SITE_PAGE   4096
#define SITE_JUMP   7  /* bytes of jmp *disp32 */
#define SITE_LENGTH 32 /* at most so many bytes before a syscall are taken along */

struct site {
    uint16_t at;    /* offset of `syscall` in its page */
    uint16_t start; /* of the first instruction that the jump replaces */
    uint8_t length; /* at - start: 5, or 7 and more */
    bool constant;  /* the replaced bytes do nothing but load the call's number into rax */
};

/*
 * site_find - find a safe place for the jump.
 *
 * page    the page's bytes as the file has them
 * at      where a `syscall` was executed: so it is an instruction
 * number  rax as it was then
 *
 * Returns  false: none; the site stays as it is
 * Bound    constant: 32 starts, 14 straddling instructions each
 */
bool site_find(const uint8_t page[SITE_PAGE], uint32_t at, uint64_t number, struct site *out);

/* site_patch - put the jump through the word at `slot` (an address below 16 MiB whose third byte is 06) there. */
void site_patch(uint8_t page[SITE_PAGE], const struct site *site, uint32_t slot);
