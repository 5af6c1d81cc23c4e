/* SPDX-License-Identifier: MIT */
/* checksum.h - the sum that the Internet's protocols use (RFC 1071). */
#pragma once
#include <stdint.h>

static inline uint32_t checksum_word(const uint8_t *at, uint32_t bytes)
{
    uint32_t word = 0;

    __builtin_memcpy(&word, at, bytes);
    return word;
}

/*
 * checksum_add - the ones' complement sum of 16-bit words as this machine loads them, so that what is stored of it again is in the order
 * of the network; a last odd byte counts as the first of a word.
 *
 * sum  what it is added to, e.g. a former result
 *
 * Returns  16 bits, not inverted; 0 only if everything was 0
 */
static inline uint32_t checksum_add(const void *bytes, uint64_t count, uint64_t sum)
{
    const uint8_t *at = bytes;
    uint64_t rounds = count >> 6;
    uint64_t last = 0;

    /* Carries go round: a word of 64 bits is as good as four of 16. The loop's own arithmetic leaves the carry alone. */
    if (rounds) {
        count &= 63;
        __asm__("clc\n"
                "1:\tadcq (%1), %0\n\tadcq 8(%1), %0\n\tadcq 16(%1), %0\n\tadcq 24(%1), %0\n\t"
                "adcq 32(%1), %0\n\tadcq 40(%1), %0\n\tadcq 48(%1), %0\n\tadcq 56(%1), %0\n\t"
                "leaq 64(%1), %1\n\tdecq %2\n\tjnz 1b\n\tadcq $0, %0"
                : "+r"(sum), "+r"(at), "+r"(rounds)
                :
                : "cc", "memory");
    }
    for (; count >= 8; count -= 8, at += 8)
        __asm__("addq (%1), %0\n\tadcq $0, %0"
                : "+r"(sum)
                : "r"(at), "m"(*(const uint8_t(*)[8])at)
                : "cc");
    /* Where a 16-bit word stands does not matter. */
    if (count & 4) {
        last += checksum_word(at, 4);
        at += 4;
    }
    if (count & 2) {
        last += checksum_word(at, 2);
        at += 2;
    }
    if (count & 1)
        last += *at;
    __asm__("addq %1, %0\n\tadcq $0, %0" : "+r"(sum) : "r"(last) : "cc");
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)((sum & 0xffff) + (sum >> 16));
}
