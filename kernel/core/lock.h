/* SPDX-License-Identifier: MIT */
/*
 * lock.h - spin locks. The kernel runs with interrupts off, so a lock is never taken twice on a CPU.
 *
 * Ranks: env_lock (core/env.c), net_lock (net/net.c), memory_lock (core/frame.c), console: taken in this order. A CPU
 * that spins answers TLB flush requests meanwhile (mail_answer), because the holder may be waiting for exactly that.
 */
#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include "core/arch.h"

struct spinlock {
    _Atomic uint32_t taken;
};

void mail_answer(void); /* core/table.c: do the TLB flush another CPU asked for, if any */

static inline void lock_take(struct spinlock *lock)
{
    while (atomic_exchange_explicit(&lock->taken, 1, memory_order_acquire)) {
        while (atomic_load_explicit(&lock->taken, memory_order_relaxed)) {
            mail_answer();
            cpu_relax();
        }
    }
}

static inline void lock_drop(struct spinlock *lock)
{
    atomic_store_explicit(&lock->taken, 0, memory_order_release);
}
