/* SPDX-License-Identifier: MIT */
/* checksum.h - the sum that the Internet's protocols use (RFC 1071). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

static inline uint32_t checksum_word(const uint8_t *at, uint32_t bytes)
{
    uint32_t word = 0;

    __builtin_memcpy(&word, at, bytes);
    return word;
}

/* checksum_fold - 16 bits of a sum of words of any size; 0 only if it is 0. */
static inline uint32_t checksum_fold(uint64_t sum)
{
    uint32_t low = (uint32_t)sum;
    uint32_t high = (uint32_t)(sum >> 32);

    __asm__("addl %1, %0\n\tadcl $0, %0" : "+r"(low) : "r"(high) : "cc");
    high = low >> 16;
    __asm__("addw %w1, %w0\n\tadcw $0, %w0" : "+r"(low) : "r"(high) : "cc");
    return low & 0xffff;
}

/* checksum_fold_short - the same of a sum of at most 2^16 words of 16 bits. */
static inline uint32_t checksum_fold_short(uint32_t sum)
{
    uint32_t high = sum >> 16;

    __asm__("addw %w1, %w0\n\tadcw $0, %w0" : "+r"(sum) : "r"(high) : "cc");
    return sum & 0xffff;
}

/*
 * checksum_right - is a sum of words of any size, the checksum among them, what it has to be: 0xffff when folded, a multiple of that but 0?
 */
static inline bool checksum_right(uint64_t sum)
{
    /* Multiplied by the inverse of 65535 (modulo 2^64), its multiples and only they become small. */
    return sum * 0xfffefffefffeffffull - 1 < UINT64_MAX / 65535;
}

/* checksum_header - the sum of 20 bytes, an IP or TCP header without options, added to `sum`: a word of 64 bits, to be folded. */
static inline uint64_t checksum_header(const uint8_t *at, uint64_t sum)
{
    uint64_t last = checksum_word(at + 16, 4);

    __asm__("addq (%1), %0\n\tadcq 8(%1), %0\n\tadcq %2, %0\n\tadcq $0, %0"
            : "+r"(sum)
            : "r"(at), "r"(last), "m"(*(const uint8_t(*)[16])at)
            : "cc");
    return sum;
}

/* checksum_eight - the same of 8 bytes. */
static inline uint64_t checksum_eight(const uint8_t *at, uint64_t sum)
{
    __asm__("addq (%1), %0\n\tadcq $0, %0"
            : "+r"(sum)
            : "r"(at), "m"(*(const uint8_t(*)[8])at)
            : "cc");
    return sum;
}

#define CHECKSUM_LONG 64

/* Adds words of 64 bits, at least one; the result is as good as a sum of 16-bit words, as carries go round. */
static inline uint64_t checksum_words(const uint8_t *at, uint64_t words, uint64_t sum)
{
    uint64_t rounds = (words + 31) >> 5;
    uint64_t skip = -words & 31; /* words that are missing in the first round */
    uint64_t entry;

    /* 32 instructions of 4 bytes each, of which the first round leaves out some; the loop's own arithmetic leaves the carry alone. */
    at += 128 - skip * 8;
    __asm__("leaq 1f(%%rip), %2\n\t"
            "leaq (%2,%4,4), %2\n\t"
            "clc\n\t"
            "jmp *%2\n"
            "1:\t.set checksum_at, -128\n\t"
            ".rept 32\n\t"
            "%{disp8%} adcq checksum_at(%1), %0\n\t"
            ".set checksum_at, checksum_at + 8\n\t"
            ".endr\n\t"
            "leaq 256(%1), %1\n\t"
            "decq %3\n\t"
            "jnz 1b\n\t"
            "adcq $0, %0"
            : "+a"(sum), "+S"(at), "=&D"(entry), "+c"(rounds)
            : "d"(skip)
            : "cc", "memory");
    return sum;
}

/* checksum_sum - checksum_add, not folded. */
static inline uint64_t checksum_sum(const void *bytes, uint64_t count, uint64_t sum)
{
    const uint8_t *at = bytes;
    uint64_t last = 0;

    if (count >= CHECKSUM_LONG) {
        sum = checksum_words(at, count >> 3, sum);
        at += count & ~7ull;
        count &= 7;
    }
    for (; count >= 8; count -= 8, at += 8)
        sum = checksum_eight(at, sum);
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
    return sum;
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
    return checksum_fold(checksum_sum(bytes, count, sum));
}
