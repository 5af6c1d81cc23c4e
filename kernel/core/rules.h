/* SPDX-License-Identifier: MIT */
/*
 * rules.h - the kernel's decisions, apart from what they are about: each takes values and says yes, no, or which error.
 *
 * No state, no memory of its own, no hardware. `make prove` proves what stands in the special comments
 * (docs/proofs.md says what that does and does not mean); unit tests try them against the obvious definitions.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/exo_types.h"

/* d components of 16 bits, the first lowest, each 1..65535, all others 0. */
struct path {
    uint64_t part[2];
    uint32_t depth; /* 0..EXO_CAP_DEPTH */
};

extern const uint64_t path_depth_mask[EXO_CAP_DEPTH + 1][2];

/*
 * path_dominates - does `over` prefix `under`? Constant time: no branch on the contents of the paths.
 */
/*@ requires \valid_read(over) && \valid_read(under) && over->depth <= EXO_CAP_DEPTH;
    assigns \nothing;
    ensures prefix: \result <==> over->depth <= under->depth &&
        ((over->part[0] ^ under->part[0]) & path_depth_mask[over->depth][0]) == 0 &&
        ((over->part[1] ^ under->part[1]) & path_depth_mask[over->depth][1]) == 0;
    ensures root_dominates_all: over->depth == 0 ==> \result;
    ensures itself: over->depth == under->depth && over->part[0] == under->part[0] &&
        over->part[1] == under->part[1] ==> \result;
    ensures never_upwards: over->depth > under->depth ==> !\result;
 */
static inline bool path_dominates(const struct path *over, const struct path *under)
{
    const uint64_t *mask = path_depth_mask[over->depth];
    uint64_t differs =
        ((over->part[0] ^ under->part[0]) & mask[0]) | ((over->part[1] ^ under->part[1]) & mask[1]);

    return !(differs | (over->depth > under->depth));
}

/* path_append - a path one component (1..65535) longer. False when the path is full; *out is then unchanged. */
/*@ requires \valid(out) && \valid_read(parent) && parent->depth <= EXO_CAP_DEPTH;
    assigns *out;
    ensures full: \old(parent->depth) == EXO_CAP_DEPTH <==> !\result;
    ensures longer: \result ==> out->depth == \old(parent->depth) + 1;
    ensures unchanged: !\result ==> *out == \old(*out);
 */
bool path_append(struct path *out, const struct path *parent, uint32_t component);

/*
 * path_child - the path of a capability derived from one with `parent` and `held` rights: component 0 is a narrowed
 * copy. 0, EXO_E_RIGHT (rights not held), EXO_E_RANGE (full depth).
 */
/*@ requires \valid(out) && \valid_read(parent) && parent->depth <= EXO_CAP_DEPTH;
    assigns *out;
    ensures never_more: \result == 0 ==> (rights & held) == rights;
    ensures below: \result == 0 ==> out->depth == \old(parent->depth) + (component == 0 ? 0 : 1);
    ensures refused: \result != 0 ==> *out == \old(*out);
    ensures errors: \result == 0 || \result == EXO_E_RIGHT || \result == EXO_E_RANGE;
 */
int path_child(struct path *out, const struct path *parent, uint32_t component, uint32_t held,
               uint32_t rights);

/* rights_within - is every right of `want` held? */
/*@ assigns \nothing;
    ensures \result <==> (want & held) == want;
 */
static inline bool rights_within(uint32_t want, uint32_t held)
{
    return (want & held) == want;
}

/* range_ok - is [first, first + count) inside [0, end), without wrap? */
/*@ assigns \nothing;
    ensures no_wrap: \result <==> first < end && first + count <= end;
 */
static inline bool range_ok(uint64_t first, uint64_t count, uint64_t end)
{
    return first < end && count <= end - first;
}

/* --- Page-table entries --------------------------------------------------------------------------- */

#define PTE_KEY_BITS 0x7800000000000000
#define PTE_LEAF_BITS                                                                              \
    (EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_USER | EXO_PTE_THROUGH | EXO_PTE_UNCACHED |         \
     EXO_PTE_ACCESSED | EXO_PTE_DIRTY | EXO_PTE_SOFT | EXO_PTE_SOFT_HIGH | EXO_PTE_FRAME |         \
     EXO_PTE_NO_EXECUTE | PTE_KEY_BITS)
#define PTE_LINK_BITS                                                                              \
    (EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_USER | EXO_PTE_FRAME | EXO_PTE_NO_EXECUTE)
#define PTE_ABSENT_BITS (EXO_PTE_SOFT | EXO_PTE_SOFT_HIGH)
#define REFERENCES_MAX  0xffff0000u
#define LARGE_FRAMES    512
#define TABLE_ENTRIES   512
#define TABLE_USER_HALF 256

/*@ assigns \nothing;
    ensures \result <==> level == 1 || (entry & EXO_PTE_LARGE) != 0;
 */
static inline bool entry_is_leaf(uint64_t entry, uint32_t level)
{
    return level == 1 || entry & EXO_PTE_LARGE;
}

/* entry_place_ok - may a user name this entry at all: level 1..4, aligned, in user space? */
/*@ assigns \nothing;
    ensures in_user_space: \result ==> 1 <= level <= 4 && address < EXO_USER_END && low_bits == 0;
 */
static inline bool entry_place_ok(uint64_t address, uint32_t level, uint64_t low_bits)
{
    return level >= 1 && level <= 4 && address < EXO_USER_END && !low_bits &&
           !(address & ((1ull << (12 + 9 * (level - 1))) - 1));
}

/* leaf_bits - a leaf's bits against rights, frame alignment included: 0, EXO_E_ARG, EXO_E_RIGHT. */
/*@ assigns \nothing;
    ensures readable: \result == 0 ==> (rights & EXO_RIGHT_READ) != 0;
    ensures writable: \result == 0 && (entry & EXO_PTE_WRITE) != 0 ==> (rights & EXO_RIGHT_WRITE) != 0;
    ensures write_xor_execute: \result == 0 && (entry & EXO_PTE_WRITE) != 0 &&
        (entry & EXO_PTE_NO_EXECUTE) == 0 ==> (rights & EXO_RIGHT_WX) != 0;
    ensures small: \result == 0 && level != 2 ==> (entry & ~PTE_LEAF_BITS) == 0;
    ensures large: \result == 0 && level == 2 ==> (entry & ~(PTE_LEAF_BITS | EXO_PTE_LARGE)) == 0;
    ensures errors: \result == 0 || \result == EXO_E_ARG || \result == EXO_E_RIGHT;
 */
static inline int leaf_bits(uint64_t entry, uint32_t level, uint32_t rights)
{
    if (entry & ~(PTE_LEAF_BITS | (level == 2 ? EXO_PTE_LARGE : 0)))
        return EXO_E_ARG;
    if (!(rights & EXO_RIGHT_READ) || (entry & EXO_PTE_WRITE && !(rights & EXO_RIGHT_WRITE)))
        return EXO_E_RIGHT;
    if (entry & EXO_PTE_WRITE && !(entry & EXO_PTE_NO_EXECUTE) && !(rights & EXO_RIGHT_WX))
        return EXO_E_RIGHT;
    if (level == 2 && entry & ((uint64_t)(LARGE_FRAMES - 1) << EXO_PAGE_SHIFT))
        return EXO_E_ARG;
    return 0;
}

/* leaf_frame - may a leaf name a frame of this kind: `dominated` by the capability, `open` to it as an exposed one? */
/*@ assigns \nothing;
    ensures sound: \result == 0 <==>
        (kind == EXO_FRAME_EXPOSED && open && !write) ||
        (kind == EXO_FRAME_NET && (dominated || open) && !write && references < REFERENCES_MAX) ||
        ((kind == EXO_FRAME_DATA || kind == EXO_FRAME_UPCALL || kind == EXO_FRAME_RING) && dominated &&
         references < REFERENCES_MAX && (flags & EXO_FRAME_FLAG_TAKEN) == 0);
    ensures no_table: \result == 0 ==> kind != EXO_FRAME_TABLE && kind != EXO_FRAME_ENV &&
        kind != EXO_FRAME_KERNEL && kind != EXO_FRAME_FREE && kind != EXO_FRAME_NONE &&
        kind != EXO_FRAME_CODE;
    ensures no_overflow: \result == 0 && kind != EXO_FRAME_EXPOSED ==> references + 1 <= 4294967295;
 */
static inline int leaf_frame(uint32_t kind, uint32_t references, uint32_t flags, bool dominated,
                             bool open, bool write)
{
    if (kind == EXO_FRAME_EXPOSED)
        return write || !open ? EXO_E_RIGHT : 0;
    if (kind == EXO_FRAME_NET && (dominated || open))
        return write ? EXO_E_RIGHT : references < REFERENCES_MAX ? 0 : EXO_E_BUSY;
    if (kind == EXO_FRAME_FREE || !dominated)
        return EXO_E_CAP;
    if (kind != EXO_FRAME_DATA && kind != EXO_FRAME_UPCALL && kind != EXO_FRAME_RING)
        return EXO_E_KIND;
    return references < REFERENCES_MAX && !(flags & EXO_FRAME_FLAG_TAKEN) ? 0 : EXO_E_BUSY;
}

/* link_frame - may an entry of `level` link to this frame, which the capability dominates? */
/*@ requires level >= 1;
    assigns \nothing;
    ensures one_below: \result == 0 <==>
        kind == EXO_FRAME_TABLE && frame_level == level - 1 && links < 65535;
 */
static inline int link_frame(uint32_t kind, uint32_t frame_level, uint32_t links, uint32_t level)
{
    if (kind != EXO_FRAME_TABLE || frame_level != level - 1)
        return EXO_E_KIND;
    return links < UINT16_MAX ? 0 : EXO_E_BUSY;
}

#define DMA_BITS ((uint64_t)(EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_FRAME))

/* dma_bits - an entry of an IOMMU table against rights: 0, EXO_E_ARG, EXO_E_RIGHT. 0 is no entry. */
/*@ assigns \nothing;
    ensures known: \result == 0 ==> (entry & ~DMA_BITS) == 0;
    ensures present: \result == 0 && entry != 0 ==> (entry & EXO_PTE_PRESENT) != 0;
    ensures readable: \result == 0 && entry != 0 ==> (rights & EXO_RIGHT_READ) != 0;
    ensures writable: \result == 0 && (entry & EXO_PTE_WRITE) != 0 ==> (rights & EXO_RIGHT_WRITE) != 0;
 */
static inline int dma_bits(uint64_t entry, uint32_t rights)
{
    if (entry & ~DMA_BITS || (entry && !(entry & EXO_PTE_PRESENT)))
        return EXO_E_ARG;
    if (entry &&
        (!(rights & EXO_RIGHT_READ) || (entry & EXO_PTE_WRITE && !(rights & EXO_RIGHT_WRITE))))
        return EXO_E_RIGHT;
    return 0;
}

/* dma_frame - may an entry of `level` of an IOMMU table name this frame, which the capability dominates? */
/*@ requires level >= 1;
    assigns \nothing;
    ensures memory: \result == 0 && level == 1 ==> kind == EXO_FRAME_DATA &&
        references < REFERENCES_MAX && (flags & EXO_FRAME_FLAG_TAKEN) == 0;
    ensures one_below: \result == 0 && level > 1 ==>
        kind == EXO_FRAME_DMA && frame_level == level - 1 && links < 65535;
 */
static inline int dma_frame(uint32_t kind, uint32_t frame_level, uint32_t links,
                            uint32_t references, uint32_t flags, uint32_t level)
{
    if (level == 1 && kind != EXO_FRAME_DATA)
        return EXO_E_KIND;
    if (level > 1 && (kind != EXO_FRAME_DMA || frame_level != level - 1))
        return EXO_E_KIND;
    if (level > 1)
        return links < UINT16_MAX ? 0 : EXO_E_BUSY;
    return references < REFERENCES_MAX && !(flags & EXO_FRAME_FLAG_TAKEN) ? 0 : EXO_E_BUSY;
}

/* entry_replace_ok - a link may be written over nothing or itself; a 2 MiB leaf may not replace a link. */
/*@ assigns \nothing;
    ensures links_stay: \result && (old & EXO_PTE_PRESENT) != 0 && level != 1 &&
        ((old & EXO_PTE_LARGE) == 0 || (entry & EXO_PTE_LARGE) == 0) ==>
        (old & ~(uint64_t)EXO_PTE_ACCESSED) == (entry | EXO_PTE_USER);
    ensures onto_nothing: (old & EXO_PTE_PRESENT) == 0 ==> \result;
 */
static inline bool entry_replace_ok(uint64_t old, uint64_t entry, uint32_t level)
{
    if (!(old & EXO_PTE_PRESENT) || (entry_is_leaf(entry, level) && entry_is_leaf(old, level)))
        return true;
    return (old & ~(uint64_t)EXO_PTE_ACCESSED) == (entry | EXO_PTE_USER);
}

#define ENTRY_FLUSH_LOCAL  1 /* this page, this CPU */
#define ENTRY_FLUSH_REMOTE 2 /* rights were removed */
#define ENTRY_FLUSH_ALL    4 /* a table was unlinked, or is shared by several spaces */

/* entry_flush - what to flush when `old` became `new` in a table that several spaces may share. */
/*@ assigns \nothing;
    ensures values: \result == 0 || \result == 1 || \result == 3 || \result == 6;
    ensures nothing: \result == 0 <==> (old & EXO_PTE_PRESENT) == 0 || old == new;
    ensures local_only: \result == ENTRY_FLUSH_LOCAL ==>
        (old & EXO_PTE_FRAME) == (new & EXO_PTE_FRAME) && (new & EXO_PTE_PRESENT) != 0 &&
        (old & EXO_PTE_WRITE & ~new) == 0 && (~old & new & EXO_PTE_NO_EXECUTE) == 0 &&
        (old & EXO_PTE_DIRTY & ~new) == 0 && !shared;
 */
static inline uint32_t entry_flush(uint64_t old, uint64_t new, uint32_t level, bool shared)
{
    if (!(old & EXO_PTE_PRESENT) || old == new)
        return 0;
    if (!entry_is_leaf(old, level) || shared)
        return ENTRY_FLUSH_ALL | ENTRY_FLUSH_REMOTE;
    /* Only more rights on the same frame: a stale entry elsewhere costs a spurious fault, no more. */
    bool wider =
        (old & EXO_PTE_FRAME) == (new &EXO_PTE_FRAME) && (new &EXO_PTE_PRESENT) &&
        !(old & EXO_PTE_WRITE & ~new) && !(~old & new &EXO_PTE_NO_EXECUTE) &&
        !(old & EXO_PTE_DIRTY & ~new); /* another CPU's dirty entry would not set it again */

    return wider ? ENTRY_FLUSH_LOCAL : ENTRY_FLUSH_LOCAL | ENTRY_FLUSH_REMOTE;
}

/* --- Slices and repossession ---------------------------------------------------------------------- */

/*
 * slice_rule - may a capability change a position? held: it has a guard; over: the capability dominates that guard;
 * time: it has the time right; named, exists, covered: an env is named, lives, and is dominated.
 */
/*@ assigns \nothing;
    ensures sound: \result == 0 <==>
        (held ==> over) && (!held ==> time) && (named ==> (exists && covered));
 */
static inline int slice_rule(bool held, bool over, bool time, bool named, bool exists, bool covered)
{
    if (held && !over)
        return EXO_E_CAP;
    if (!held && !time)
        return EXO_E_RIGHT;
    if (named && !exists)
        return EXO_E_NONE;
    return named && !covered ? EXO_E_CAP : 0;
}

/*
 * repossess_rule - may this frame be taken by force? over: the revoker dominates its guard; theirs: the env that was
 * asked does, too; asked: how many are still owed; due: the deadline has passed.
 */
/*@ assigns \nothing;
    ensures sound: \result == 0 <==> over && theirs && kind == EXO_FRAME_DATA && due &&
        count <= owed && (flags & EXO_FRAME_FLAG_GUARANTEED) == 0;
    ensures none_left_over: \result == 0 ==> owed - count >= 0;
 */
static inline int repossess_rule(uint32_t kind, uint32_t flags, bool over, bool theirs,
                                 uint64_t owed, uint64_t count, bool due)
{
    if (!over || !theirs)
        return EXO_E_CAP;
    if (kind != EXO_FRAME_DATA)
        return EXO_E_KIND;
    if (!due || count > owed || flags & EXO_FRAME_FLAG_GUARANTEED)
        return EXO_E_BUSY;
    return 0;
}
