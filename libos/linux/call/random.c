/* SPDX-License-Identifier: MIT */
/*
 * random.c - a ChaCha20 generator with fast key erasure, seeded from the processor.
 *
 * A pool is filled with a few blocks under the current key; the first bytes become the next key, and
 * what is given out is erased, so that it cannot be computed from what is in memory later. Seeds: RDSEED or RDRAND where
 * the CPU has them, else the low bits of the time-stamp counter between loads that miss the cache,
 * which is weak. LIMIT: in that case the log says so once.
 *
 * Source: RFC 8439, "The ChaCha20 Block Function"; D. J. Bernstein, "Fast-key-erasure random-number
 * generators".
 */
#include "libos/linux/call/random.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/user.h"
#include <cpuid.h>
#include <linux/random.h>

#define BLOCK_BYTES      64
#define KEY_BYTES        32
#define POOL_BLOCKS      4
#define RESEED_REQUESTS  1024 /* fillings of the pool */
#define ECX_RDRAND       (1u << 30) /* leaf 1 */
#define EBX_RDSEED       (1u << 18) /* leaf 7 */
#define HARDWARE_RETRIES 32
#define CHUNK            256

static uint32_t key[KEY_BYTES / 4];
static uint64_t counter; /* of blocks under any key: never repeats */
static uint32_t requests_left;
static uint8_t pool[POOL_BLOCKS * BLOCK_BYTES - KEY_BYTES]; /* the last pool_left bytes wait */
static uint32_t pool_left;

static uint32_t rotate(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

static void chacha_block(const uint32_t *with_key, uint64_t position, uint32_t out[16])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    memcpy(start + 4, with_key, KEY_BYTES);
    start[12] = (uint32_t)position;
    start[13] = (uint32_t)(position >> 32);
    memcpy(out, start, sizeof start);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++)
            quarter(&out[i], &out[4 + i], &out[8 + i], &out[12 + i]);
        for (int i = 0; i < 4; i++)
            quarter(&out[i], &out[4 + (i + 1) % 4], &out[8 + (i + 2) % 4], &out[12 + (i + 3) % 4]);
    }
    for (int i = 0; i < 16; i++)
        out[i] += start[i];
}

static bool hardware_word(uint64_t *word)
{
    uint32_t a, b, c, d;
    uint8_t ok = 0;

    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & EBX_RDSEED)) {
        for (int i = 0; i < HARDWARE_RETRIES && !ok; i++)
            __asm__ volatile("rdseed %0; setc %1" : "=r"(*word), "=qm"(ok) : : "cc");
    }
    if (!ok && __get_cpuid(1, &a, &b, &c, &d) && (c & ECX_RDRAND)) {
        for (int i = 0; i < HARDWARE_RETRIES && !ok; i++)
            __asm__ volatile("rdrand %0; setc %1" : "=r"(*word), "=qm"(ok) : : "cc");
    }
    return ok;
}

static uint64_t jitter_word(void)
{
    const volatile uint8_t *memory = (const volatile uint8_t *)INSTANCE_STREAM_ADDRESS;
    uint64_t word = 0;

    for (int i = 0; i < 256; i++) {
        __asm__ volatile("clflush (%0)" : : "r"(memory + (i & 15) * 64) : "memory");
        (void)memory[(i & 15) * 64];
        word = (word << 7 | word >> 57) ^ __builtin_ia32_rdtsc();
    }
    return word;
}

/* Mixes bytes into the key: XORed in, then run through the cipher. */
static void key_mix(const void *bytes, size_t count)
{
    const uint8_t *from = bytes;
    uint32_t block[16];

    while (count) {
        size_t piece = min_of(count, (size_t)KEY_BYTES);

        for (size_t i = 0; i < piece; i++)
            ((uint8_t *)key)[i] ^= from[i];
        chacha_block(key, counter++, block);
        memcpy(key, block, KEY_BYTES);
        from += piece;
        count -= piece;
    }
}

static void reseed(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
    uint64_t seed[4];
    bool weak = false;

    for (int i = 0; i < 4; i++) {
        if (!hardware_word(&seed[i])) {
            weak = true;
            seed[i] = jitter_word();
        }
        seed[i] += __builtin_ia32_rdtsc() ^ machine->rtc;
    }
    if (weak)
        log_once(0x72616e64, "random numbers are seeded from timing only: this CPU has no RDRAND; "
                             "do not make long-lived keys");
    key_mix(seed, sizeof seed);
    requests_left = RESEED_REQUESTS;
}

/* Fills the pool: of each block but the first all bytes are for use, of the first half is the next key. */
static void pool_fill(void)
{
    uint32_t block[POOL_BLOCKS][BLOCK_BYTES / 4];

    if (!requests_left)
        reseed();
    requests_left--;
    for (int i = 0; i < POOL_BLOCKS; i++)
        chacha_block(key, counter++, block[i]);
    memcpy(key, block, KEY_BYTES);
    memcpy(pool, (uint8_t *)block + KEY_BYTES, sizeof pool);
    pool_left = sizeof pool;
    memset(block, 0, sizeof block);
    __asm__ volatile("" : : "r"(block) : "memory"); /* keeps the erasure */
}

void random_bytes(void *to, size_t bytes)
{
    uint8_t *out = to;

    while (bytes) {
        if (!pool_left)
            pool_fill();
        size_t piece = min_of(bytes, (size_t)pool_left);
        uint8_t *from = pool + sizeof pool - pool_left;

        memcpy(out, from, piece);
        memset(from, 0, piece); /* what was given out is nowhere here any more */
        pool_left -= (uint32_t)piece;
        out += piece;
        bytes -= piece;
    }
}

void random_stir(const void *from, size_t bytes)
{
    if (!requests_left)
        reseed();
    key_mix(from, bytes);
    pool_left = 0;
}

int64_t lx_getrandom(uint64_t buffer, uint64_t bytes, uint64_t flags)
{
    uint8_t chunk[CHUNK];
    uint64_t done = 0;

    if (flags & ~(uint64_t)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    bytes = min_of(bytes, (uint64_t)INT32_MAX);
    while (done < bytes) {
        size_t piece = min_of(bytes - done, (uint64_t)CHUNK);

        /* Up to the end of a page, so that what fits in front of a bad one counts. */
        piece = min_of(piece, PAGE_SIZE - ((buffer + done) & ~PAGE_MASK));

        random_bytes(chunk, piece);
        if (copy_to_user(buffer + done, chunk, piece))
            return done ? (int64_t)done : -EFAULT;
        done += piece;
    }
    return (int64_t)done;
}
