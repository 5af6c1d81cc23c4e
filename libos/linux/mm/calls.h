/* SPDX-License-Identifier: MIT */
/* calls.h - the memory family's system calls (call/mm_proc.def) and what they share with map.c. */
#pragma once
#include "libos/linux/mm/space.h"

/* Moves the entries of [from, from + bytes) to `to` in the current space; 0 or -ENOMEM. */
int entries_move(struct space *space, uint64_t from, uint64_t bytes, uint64_t to);

/* Touches every page so that later accesses do not fault (MAP_POPULATE, mlock). */
void space_populate(struct space *space, uint64_t address, uint64_t length);

/* protection_asked - PROT_ bits as the program's personality has them: READ_IMPLIES_EXEC (personality(2)). */
uint32_t protection_asked(uint64_t prot);

/* lock_allowed - may current have so many pages locked in memory (0: any at all)? 0, -EPERM, -ENOMEM. */
int lock_allowed(uint64_t pages);
