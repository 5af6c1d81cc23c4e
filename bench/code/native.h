/* SPDX-License-Identifier: MIT */
/* native.h - the samples compiled for this machine, to compare with. */
#pragma once
#include "lib/exo/code_program.h"

uint64_t udp_echo(struct exo_code_packet *ctx);
uint64_t kv(struct exo_code_packet *ctx);
uint64_t inodes(struct exo_code_ownership *ctx);
extern struct exo_code_extent native_own[512];
extern uint32_t native_own_count;
