/* SPDX-License-Identifier: MIT */
/*
 * landing.h - a buffer in which a sleeping reader wants its bytes: the writer copies them there itself, so that they are
 * copied once and not twice.
 *
 * The buffer's pages are known by their frames, which are held; only pages that are there and may be written count. Nobody
 * changes the reader's memory meanwhile, because it has one thread and its space no other user; what has been taken away
 * in spite of that (memory that init asked for) is copied again at the end.
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/mm/mm.h"

#define LANDING_PAGES 17
#define LANDING_BYTES ((LANDING_PAGES - 1) * PAGE_SIZE)

struct landing {
    struct task *reader;
    uaddr_t user;
    uint32_t bytes; /* that fit */
    uint32_t done;  /* that have been put there */
    uint32_t pages;
    frame_t frame[LANDING_PAGES];
};

/* landing_open - false: the buffer is too small to be worth it, or not there. Otherwise landing_close must follow. */
bool landing_open(struct landing *landing, uaddr_t user, uint64_t bytes);

/* landing_put - bytes (no more than there is room for) of the running program: 0, or -EFAULT; then nothing counts. */
int landing_put(struct landing *landing, uaddr_t from, uint32_t bytes);

/* landing_close - by the reader: how many bytes are there, or -EFAULT. */
int64_t landing_close(struct landing *landing);
