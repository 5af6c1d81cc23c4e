/* SPDX-License-Identifier: MIT */
/*
 * lock.h - spin locks. The kernel runs with interrupts off, so a lock is never taken twice on a CPU.
 *
 * Ranks: env_lock, net_lock, memory_lock, program_lock, dma_lock (arch: iommu.c), taken in this order. The first three can also be held shared (lock_share): that takes
 * only the gate of this CPU, so that CPUs do not meet; what is changed so is atomic by itself. Who takes such a lock alone
 * closes every CPU's gate. Gate n of net_lock stands for pair n of the card's queues (net/queue.h), on whichever CPU.
 *
 * A CPU that spins answers TLB flush requests meanwhile (mail_answer), because the holder may be waiting
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
    LOCK_RANKS,
};

struct spinlock {
    _Atomic uint32_t taken;
} __attribute__((aligned(64)));

extern struct spinlock lock_of_rank[LOCK_RANKS]; /* core/table.c */
#define env_lock     lock_of_rank[LOCK_ENV]
#define net_lock     lock_of_rank[LOCK_NET]
#define memory_lock  lock_of_rank[LOCK_MEMORY]
#define program_lock lock_of_rank[LOCK_PROGRAM]
#define dma_lock     lock_of_rank[LOCK_DMA]

static inline uint32_t lock_rank(const struct spinlock *lock)
{
    return (uint32_t)(lock - lock_of_rank); /* known when it is compiled */
}

void mail_answer(void); /* core/table.c: do the TLB flush another CPU asked for, if any */

#ifdef KERNEL_TEST
void lock_check_take(uint32_t rank); /* tests/audit/test_lock.c */
void lock_check_drop(uint32_t rank);
void lock_check_none(const char *where);
#else
#define lock_check_take(rank)  ((void)(rank))
#define lock_check_drop(rank)  ((void)(rank))
#define lock_check_none(where) ((void)(where))
#endif

/* core/table.c: it is another CPU's */
__attribute__((cold)) void lock_spin(_Atomic uint32_t *taken);

static inline __attribute__((always_inline)) void lock_enter(_Atomic uint32_t *taken)
{
    if (__builtin_expect(atomic_exchange_explicit(taken, 1, memory_order_acquire) != 0, 0))
        lock_spin(taken);
}

static inline bool lock_has_gates(const struct spinlock *lock)
{
    return lock_rank(lock) <= LOCK_MEMORY;
}

static inline void lock_take(struct spinlock *lock)
{
    lock_check_take(lock_rank(lock));
    lock_enter(&lock->taken);
    for (uint32_t c = 0; lock_has_gates(lock) && c < cpu_count; c++)
        lock_enter(&cpu_by_index(c)->gate[lock_rank(lock)]);
}

static inline void lock_drop(struct spinlock *lock)
{
    lock_check_drop(lock_rank(lock));
    for (uint32_t c = 0; lock_has_gates(lock) && c < cpu_count; c++)
        atomic_store_explicit(&cpu_by_index(c)->gate[lock_rank(lock)], 0, memory_order_release);
    atomic_store_explicit(&lock->taken, 0, memory_order_release);
}

/* cpu: this one. */
static inline void lock_share_on(struct cpu *cpu, struct spinlock *lock)
{
    lock_check_take(lock_rank(lock));
    lock_enter(&cpu->gate[lock_rank(lock)]);
}
#define lock_share(lock) lock_share_on(this_cpu(), lock)

/* As lock_share, unless somebody has it alone. */
static inline bool lock_try_share(struct spinlock *lock)
{
    bool free =
        !atomic_exchange_explicit(&this_cpu()->gate[lock_rank(lock)], 1, memory_order_acquire);

    if (free)
        lock_check_take(lock_rank(lock));
    return free;
}

static inline void lock_unshare_on(struct cpu *cpu, struct spinlock *lock)
{
    lock_check_drop(lock_rank(lock));
    atomic_store_explicit(&cpu->gate[lock_rank(lock)], 0, memory_order_release);
}
#define lock_unshare(lock) lock_unshare_on(this_cpu(), lock)
