/* SPDX-License-Identifier: MIT */
/* run.c - runs begin and end; helpers. A helper trusts nothing that the verifier found out: region and bounds are looked up. */
#include <stddef.h>
#include "code/run.h"

static uint64_t give_up(struct code_run *run, enum exo_code_abort reason)
{
    run->abort = reason;
    return 0;
}

/* [pointer, pointer + bytes) in a region that may be accessed so; NULL: the run is aborted. */
static uint8_t *reach(struct code_run *run, uint64_t pointer, uint64_t bytes, uint8_t need)
{
    uint64_t region = pointer >> 48;
    uint64_t offset = (uint32_t)pointer;

    if (region >= EXO_CODE_REGIONS || !(run->access[region] & need) ||
        bytes > run->window[region].length || offset > run->window[region].length - bytes) {
        (void)give_up(run, EXO_CODE_A_BOUNDS);
        return NULL;
    }
    return run->window[region].base + offset;
}

static bool pay(struct code_run *run, uint64_t cost)
{
    run->fuel -= (int64_t)cost;
    if (run->fuel >= 0)
        return true;
    (void)give_up(run, EXO_CODE_A_FUEL);
    return false;
}

static uint64_t helper_copy(uint64_t to, uint64_t from, uint64_t bytes, uint64_t, uint64_t,
                            struct code_run *run)
{
    const uint8_t *source = reach(run, from, bytes, CODE_READ);
    uint8_t *target = source ? reach(run, to, bytes, CODE_WRITE) : NULL;

    if (target && pay(run, (uint64_t)target - (uint64_t)source < bytes ? bytes : bytes / 8))
        __builtin_memmove(target, source, bytes);
    return 0;
}

/* The sum of RFC 1071, words as this machine loads them; a last odd byte counts as the first of one. 0 only if all is 0. */
static uint64_t checksum(const uint8_t *at, uint64_t bytes, uint64_t sum)
{
    uint64_t word = 0;

    for (; bytes >= sizeof word; bytes -= sizeof word, at += sizeof word) {
        __builtin_memcpy(&word, at, sizeof word);
        sum += (word & UINT32_MAX) + (word >> 32);
    }
    for (uint64_t i = 0; i < bytes; i++)
        sum += (uint64_t)at[i] << i * 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static uint64_t helper_checksum(uint64_t from, uint64_t bytes, uint64_t seed, uint64_t,
                                uint64_t, struct code_run *run)
{
    const uint8_t *at = reach(run, from, bytes, CODE_READ);

    return at && pay(run, bytes) ? checksum(at, bytes, seed & UINT32_MAX) : 0;
}

static uint64_t helper_send(uint64_t from, uint64_t bytes, uint64_t, uint64_t, uint64_t,
                            struct code_run *run)
{
    const uint8_t *at = reach(run, from, bytes, CODE_READ);

    if (!at)
        return 0;
    if (run->send_count == EXO_CODE_SENDS)
        return UINT64_MAX;
    run->send[run->send_count++] = (struct code_send){.bytes = at, .length = (uint32_t)bytes};
    return 0;
}

static uint64_t helper_wake(uint64_t events, uint64_t, uint64_t, uint64_t, uint64_t,
                            struct code_run *run)
{
    run->wake |= events;
    return 0;
}

static uint64_t helper_own(uint64_t first, uint64_t count, uint64_t type, uint64_t, uint64_t,
                           struct code_run *run)
{
    if (!count || count > UINT32_MAX || type > UINT32_MAX || first > UINT64_MAX - count ||
        run->own_count >= run->own_max)
        return give_up(run, EXO_CODE_A_HELPER);
    run->own[run->own_count++] =
        (struct exo_code_extent){.first = first, .count = (uint32_t)count, .type = (uint32_t)type};
    return 0;
}

code_helper *const code_helpers[EXO_CODE_HELPERS] = {
    [EXO_CODE_HELPER_COPY] = helper_copy, [EXO_CODE_HELPER_CHECKSUM] = helper_checksum,
    [EXO_CODE_HELPER_SEND] = helper_send, [EXO_CODE_HELPER_WAKE] = helper_wake,
    [EXO_CODE_HELPER_OWN] = helper_own,
};
