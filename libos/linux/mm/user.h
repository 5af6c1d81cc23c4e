/* SPDX-License-Identifier: MIT */
/* user.h - the assembly routines behind user.c, and what happens when one of them faults. */
#pragma once
#include "libos/linux/core.h"

int user_copy(void *to, const void *from, size_t bytes);
int user_clear(void *to, size_t bytes);
int user_exchange(uint32_t *at, uint32_t *expected, uint32_t value);
int64_t user_string(char *to, const char *from, size_t size);
void user_start(void); /* before the first program: sorts what user_fixup looks at */
uint64_t
user_fixup(uint64_t rip); /* where to continue after an unresolved fault at rip; 0: not a copy */
