/* SPDX-License-Identifier: MIT */
/* internal.h - what the memory part shares with the LibOS's start and with itself only. */
#pragma once
#include "libos/linux/mm/mm.h"

void frames_start(void);
void heap_start(void);
unsigned frame_block_order(frame_t frame); /* order of an allocated block's first frame */
