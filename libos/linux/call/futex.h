/* SPDX-License-Identifier: MIT */
/* futex.h - futexes, for the rest of the LibOS. */
#pragma once
#include "libos/linux/core.h"

struct task;

/* futex_wake_address - wake up to `count` tasks that wait on the word at this address of the
 * current process. */
void futex_wake_address(uaddr_t address, uint32_t count);

/* futex_exit - the running task leaves its memory: marks the locks on its robust list as left behind by a dead owner,
 * and gives away those with priority inheritance that others wait for. */
void futex_exit(struct task *task);
