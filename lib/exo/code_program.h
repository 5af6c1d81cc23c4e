/* SPDX-License-Identifier: MIT */
/*
 * code_program.h - for programs that run in the kernel: include it where `clang -target bpf` compiles.
 *
 * A program is a function in a section named after its type: EXO_CODE_PROGRAM("packet"), "predicate" or "ownership". Constants
 * (.rodata) come along with it. Global variables (.data, .bss) lie at the start of its memory window, and are shared with
 * whoever maps that. Compile with: clang -target bpf -O2 -g -ffreestanding -fno-jump-tables -I<project> -c
 */
#pragma once
#include "abi/exo_code.h"

#define EXO_CODE_PROGRAM(type) __attribute__((section(type), used))

/* Pointer fields of contexts. */
#define EXO_CODE_BYTES(field)    ((const uint8_t *)(uintptr_t)(field))
#define EXO_CODE_WRITABLE(field) ((uint8_t *)(uintptr_t)(field))

#ifndef EXO_CODE_NATIVE /* a benchmark compiles the same source for this machine */
/* exo_code_copy - copy bytes within and between regions. */
static uint64_t (*const exo_code_copy)(void *to, const void *from,
                                       uint64_t bytes) = (void *)EXO_CODE_HELPER_COPY;
/* exo_code_checksum - 16-bit one's complement sum, folded, not inverted, of `bytes` and a seed. */
static uint64_t (*const exo_code_checksum)(const void *from, uint64_t bytes,
                                           uint64_t seed) = (void *)EXO_CODE_HELPER_CHECKSUM;
/* exo_code_send - transmit these bytes if the run ends well; 0, or all ones after EXO_CODE_SENDS. */
static uint64_t (*const exo_code_send)(const void *from,
                                       uint64_t bytes) = (void *)EXO_CODE_HELPER_SEND;
/* exo_code_wake - set event bits at the owner if the run ends well. To have it run at once: add EXO_CODE_TRANSFER to the verdict. */
static uint64_t (*const exo_code_wake)(uint64_t events) = (void *)EXO_CODE_HELPER_WAKE;
/* exo_code_own - these blocks are owned by the input. */
static uint64_t (*const exo_code_own)(uint64_t first, uint64_t count,
                                      uint64_t type) = (void *)EXO_CODE_HELPER_OWN;
#else
uint64_t exo_code_copy(void *to, const void *from, uint64_t bytes);
uint64_t exo_code_checksum(const void *from, uint64_t bytes, uint64_t seed);
uint64_t exo_code_send(const void *from, uint64_t bytes);
uint64_t exo_code_wake(uint64_t events);
uint64_t exo_code_own(uint64_t first, uint64_t count, uint64_t type);
#endif
