/* SPDX-License-Identifier: MIT */
/* machine.h - the fake machine of the kernel's unit tests. */
#pragma once
#include "core/arch.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/table.h"

struct fake_counts {
    int window[FAKE_FRAMES]; /* opened minus closed */
    int flushed_pages, flushed_all, flushed_dma;
};
extern struct fake_counts fake;

/* A machine with FAKE_FRAMES frames, all free but frame 0. */
void machine_start(void);
