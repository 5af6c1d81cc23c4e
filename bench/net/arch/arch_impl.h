/* SPDX-License-Identifier: MIT */
/* arch_impl.h - just enough of a machine for kernel/net/filter.c and key.c inside an app: net tables lie at WINDOW_BASE. */
#pragma once
#define WINDOW_BASE 0x20000000000ul

struct regs {
    uint64_t none;
};

struct cpu {
    uint64_t none;
};
