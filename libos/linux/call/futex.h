/* SPDX-License-Identifier: MIT */
/* futex.h - waking futex waiters from inside the LibOS. */
#pragma once
#include "libos/linux/core.h"

/* futex_wake_address - wake up to `count` tasks that wait on the word at this address of the
 * current process. */
void futex_wake_address(uaddr_t address, uint32_t count);
