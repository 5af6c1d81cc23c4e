/* SPDX-License-Identifier: MIT */
/*
 * lock.h - spin locks. The kernel runs with interrupts off, so a lock is never taken twice on a CPU.
 *
 * Ranks: env_lock (core/env.c), net_lock (net/net.c), memory_lock (core/frame.c), program_lock (program/program.c),
 * dma_lock (arch: iommu.c), taken in this order. A CPU that spins answers TLB flush requests meanwhile (mail_answer), because the holder may be waiting
 * for exactly that.
 */
#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include "core/arch.h"

/* Order of taking; test kernels stop at a lock that is taken out of order, or held where none may be. */
enum lock_rank {
    LOCK_ENV = 1,
    LOCK_NET,
    LOCK_MEMORY,
    LOCK_PROGRAM,
    LOCK_DMA,
};

struct spinlock {
    _Atomic uint32_t taken;
    uint32_t rank; /* enum lock_rank; I */
};

void mail_answer(void); /* core/table.c: do the TLB flush another CPU asked for, if any */

#ifdef KERNEL_TEST
void lock_check_take(uint32_t rank); /* tests/audit/test_lock.c */
void lock_check_drop(uint32_t rank);
void lock_check_none(const char *where);
#else
static inline void lock_check_take(uint32_t rank)
{
    (void)rank;
}
static inline void lock_check_drop(uint32_t rank)
{
    (void)rank;
}
static inline void lock_check_none(const char *where)
{
    (void)where;
}
#endif

static inline void lock_take(struct spinlock *lock)
{
    lock_check_take(lock->rank);
    while (atomic_exchange_explicit(&lock->taken, 1, memory_order_acquire)) {
        while (atomic_load_explicit(&lock->taken, memory_order_relaxed)) {
            mail_answer();
            cpu_relax();
        }
    }
}

static inline void lock_drop(struct spinlock *lock)
{
    lock_check_drop(lock->rank);
    atomic_store_explicit(&lock->taken, 0, memory_order_release);
}
