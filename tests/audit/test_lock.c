/* SPDX-License-Identifier: MIT */
/* test_lock.c - test kernels: locks are taken in the order of their ranks, and none is held where none may be. */
#include "core/klog.h"
#include "core/lock.h"

static uint32_t held[EXO_CPU_MAX]; /* bit n: a lock of rank n; each CPU its own */

void lock_check_take(uint32_t rank)
{
    uint32_t *mine = &held[this_cpu()->index];

    if (*mine >> rank)
        panic("lock: rank %u taken while %x are held", rank, *mine);
    *mine |= 1u << rank;
}

void lock_check_drop(uint32_t rank)
{
    uint32_t *mine = &held[this_cpu()->index];

    if (!(*mine >> rank & 1))
        panic("lock: rank %u dropped, but %x are held", rank, *mine);
    *mine &= ~(1u << rank);
}

void lock_check_none(const char *where)
{
    if (held[this_cpu()->index])
        panic("lock: %x are held at %s", held[this_cpu()->index], where);
}
