/* SPDX-License-Identifier: MIT */
/* call.h - what the generated call table and the handlers share. */
#pragma once
#include "core/arch.h"

/* Returned in rax and rdx. */
struct call_result {
    int64_t value;
    uint64_t second;
};

/* A call's decoder: registers rdi rsi rdx r10 r8 r9 as they came. */
typedef struct call_result call_decoder(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                                        uint64_t a4, uint64_t a5);

static inline struct call_result call_ok(int64_t value)
{
    return (struct call_result){.value = value, .second = 0};
}

static inline struct call_result call_error(int error) /* EXO_E_*, positive */
{
    return (struct call_result){.value = -error, .second = 0};
}

static inline struct call_result call_error_at(int error, uint64_t second)
{
    return (struct call_result){.value = -error, .second = second};
}

/* Around every call, in test kernels: faults on demand, the longest call. Nothing in release kernels. */
#ifdef KERNEL_TEST
void test_start(void); /* tests/audit */
void call_begin(void);
void call_end(uint64_t number);
#define TEST_ONLY(hook) hook
void call_open(void);
void call_close(void);
void entry_begin(void);
void entry_end(uint64_t vector);
#else
#define TEST_ONLY(hook) (void)0

/* Between the two, with no lock held, interrupts are taken (trap.c): around what may run for long. */
static inline void call_open(void)
{
    arch_open();
}

static inline void call_close(void)
{
    arch_close();
}
#endif

/* In a long call, between steps, with no lock held: interrupts that wait are taken. */
static inline void call_pause(void)
{
    call_open();
    call_close();
}
