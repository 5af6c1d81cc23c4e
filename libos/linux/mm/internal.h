/* SPDX-License-Identifier: MIT */
/* internal.h - what the memory part shares with the LibOS's start and with itself only. */
#pragma once
#include "libos/linux/mm/mm.h"

void frames_start(void);
void heap_start(void);
unsigned frame_block_order(frame_t frame); /* order of an allocated block's first frame */

/* frames.c, for grants.c: frames that come later. */
bool frames_have_row(frame_t frame);        /* can it be used at all? */
void frames_add(frame_t frame);             /* a single one */
bool frames_add_chunk(frame_t chunk);       /* 512; false: only one by one */
bool frames_unrepaired(void);               /* has memory been taken since the last frames_repair_all? */
