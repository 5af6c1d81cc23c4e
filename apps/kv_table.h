/* SPDX-License-Identifier: MIT */
/*
 * kv_table.h - the table that kv-ash's handler and its owner share: one entry a bucket, with the whole answer ready.
 *
 * It is a cache of the owner's store: what another key has displaced, or is too long, is answered by the owner. The owner makes
 * `sequence` odd, changes an entry, and makes it even; the handler takes what it finds only if it was even and the same before and
 * after.
 */
#pragma once
#ifdef __bpf__
#include "abi/exo_code.h"
#else
#include <stdint.h>
#endif

#define KV_ENTRIES    64
#define KV_KEY_MAX    32
#define KV_ANSWER_MAX 896 /* "VALUE key flags bytes\r\n", the value, "\r\nEND\r\n" */
#define KV_HASH_START 2166136261u
#define KV_HASH_STEP  16777619u

struct kv_entry {
    uint32_t sequence, hash;
    uint32_t key_bytes, answer_bytes; /* key_bytes 0: empty */
    uint8_t key[KV_KEY_MAX];
    uint8_t answer[KV_ANSWER_MAX];
};

struct kv_shared {
    uint64_t hits, misses;
    uint16_t port; /* in the order of the network */
    uint16_t reserved[3];
    struct kv_entry entry[KV_ENTRIES];
};
