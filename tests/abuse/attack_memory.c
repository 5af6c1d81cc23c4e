/* SPDX-License-Identifier: MIT */
/* attack_memory.c - attacks on frames, page tables, TLBs and the kernel's memory. */
#include "base/string.h"
#include "tests/abuse/abuse.h"

static uint64_t entry_at(uint64_t address)
{
    return *(volatile uint64_t *)(EXO_TABLE_BASE + (address >> 12) * 8);
}

static bool is_own(const struct box *box, uint64_t frame)
{
    return frame - box->own_first < OWN_FRAMES;
}

/* B01: every frame number of memory, and 1 GiB beyond, writable and not. Its own tables say what it may. */
static void map_everything(struct box *box)
{
    uint64_t mapped = 0;

    for (uint64_t f = 0; f < box->frame_count + (1 << 18); f++) {
        struct exo_pte request = {.address = SCRATCH + 0x7000 + 1,
                                  .entry = f << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};
        int64_t result = exo_pt_update(SLOT_OWN, box->own_root, &request, 1);

        box->tries++;
        mapped += result == 1;
        if (result == 1 && (f == box->victim_frame || f == box->kernel_frame ||
                            f == box->own_root || f == box->own_level1 || f == box->host_root ||
                            f == box->env_frame[0] || f == box->victim_upcall_frame))
            escape(box, "a frame that it must not have", f);
    }
    (void)map_at(box, SCRATCH + 0x7000, 0);
    if (mapped > OWN_FRAMES + 80)
        escape(box, "more frames than its domain has", mapped);
    refused(box, map_at(box, SCRATCH + 0x7000, box->victim_frame << 12 | EXO_PTE_PRESENT),
            "the victim's, to read", 0);
}

/* B02: every pattern of low and of high bits, on a frame of its own; what stands then has only allowed bits. */
static void sneak_bits(struct box *box)
{
    const uint64_t never =
        0x100 | 0x80; /* global; at level 1 the memory-type bit that we do not give */

    for (uint64_t bits = 0; bits < 8192; bits++) {
        uint64_t pattern = bits < 4096 ? bits : (bits - 4096) << 52 | EXO_PTE_PRESENT;

        (void)map_at(box, SCRATCH + 0x8000, 0);
        int64_t result = map_at(box, SCRATCH + 0x8000, box->own_first << 12 | pattern);
        uint64_t entry = entry_at(SCRATCH + 0x8000);

        box->tries++;
        if (result == 1 && pattern & never)
            escape(box, "a forbidden bit was taken", pattern);
        if (entry & EXO_PTE_PRESENT && (entry & never || !(entry & EXO_PTE_USER)))
            escape(box, "a forbidden bit stands", entry);
        if (result < 0 && entry)
            escape(box, "a refused entry stands", entry);
    }
    (void)map_at(box, SCRATCH + 0x8000, 0);
}

static int64_t put(struct box *box, uint64_t root, uint64_t address, uint32_t level, uint64_t entry)
{
    struct exo_pte request = {.address = address | level, .entry = entry};

    (void)box;
    return exo_pt_update(SLOT_OWN, root, &request, 1);
}

/* B03: tables linked at wrong levels, others' tables, tables as pages, entries of the kernel's half. */
static void wrong_links(struct box *box)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE;
    const uint64_t tables[] = {box->own_root,    box->own_level3, box->own_level2,  box->own_level1,
                               box->victim_root, box->host_root,  box->kernel_frame};
    const uint32_t levels[] = {4, 3, 2, 1, 4, 4, 0};

    for (uint32_t t = 0; t < 7; t++) {
        for (uint32_t level = 2; level <= 4; level++) {
            if (t < 4 && levels[t] == level - 1)
                continue;
            refused(box,
                    put(box, box->own_root,
                        level == 4   ? 1ull << 39
                        : level == 3 ? ELSEWHERE
                                     : ELSEWHERE + 0x200000,
                        level, tables[t] << 12 | bits),
                    "a table at the wrong place", t << 4 | level);
            if (level == 2)
                refused(
                    box,
                    put(box, box->own_root, ATTACKER_BASE + 0x400000, 2, tables[t] << 12 | bits),
                    "a table at the wrong level", t);
        }
        refused(box, map_at(box, SCRATCH + 0x9000, tables[t] << 12 | bits),
                "a table as a writable page", t);
        refused(box, map_at(box, SCRATCH + 0x9000, tables[t] << 12 | EXO_PTE_PRESENT),
                "a table as a page", t);
        if (t) /* through a root that is none, or another's */
            refused(box,
                    put(box, tables[t], t == 4 ? VICTIM_BASE : 0, 1, box->own_first << 12 | bits),
                    "an entry in a root that is none of its own", t);
    }
    for (uint64_t slot = 256; slot < 512; slot++)
        refused(box,
                put(box, box->own_root, slot << 39 | 0xffff000000000000, 4,
                    box->own_level3 << 12 | bits),
                "the kernel's half", slot);
    refused(box, put(box, box->own_root, EXO_USER_END & ~0xfffull, 1, box->own_first << 12 | bits),
            "past the end of user space", 0);
    refused(box, put(box, box->own_root, SCRATCH, 5, bits), "a level that is none", 5);
    refused(box, put(box, box->own_root, SCRATCH, 0, bits), "a level that is none", 0);
}

/* Far from all other pages in the index of an emulator's TLB, so that only a flush removes the entry. */
#define STALE (SCRATCH + 0x90000)

/* B04: it reads while the host takes the page away and writes into it; it must never see that. */
static void stale_second(struct box *box)
{
    while (!box->done[0]) {
        uint64_t value = 0;

        if (!read_faults(box, box->where, &value) && value == 666)
            escape(box, "a stale entry", box->step);
        box->tries++;
    }
}

/* Until the second env has had time to look, whatever the host's speed. */
static void let_it_read(const struct box *box)
{
    uint64_t seen = box->tries, deadline = host_now() + 2000000000;

    while (box->tries < seen + 100 && host_now() < deadline)
        __builtin_ia32_pause();
}

/* Asks, with a short deadline however slow the host is, and waits until it has passed. */
static void ask(const struct box *box, uint64_t count)
{
    const struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);

    while (exo_revoke(0, box->env[0], EXO_REVOKE_FRAMES, count, host_now() + 1000000) ==
           -EXO_E_RANGE)
        ;
    while (host_now() < upcall->revoke_deadline_ns)
        ;
}

static void stale_host(struct box *box)
{
    if (box->step % 2 == 0)
        return;
    ask(box, 1);
    if (host_repossess(box->env[0], box->detail) == 0) {
        struct exo_pte request = {.address = 0x17000001f000 | 1,
                                  .entry = box->detail << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE |
                                           EXO_PTE_NO_EXECUTE};

        if (exo_pt_update(0, box->host_root, &request, 1) == 1) {
            *(volatile uint64_t *)0x17000001f000 = 666;
            let_it_read(box);
            request.entry = 0;
            (void)exo_pt_update(0, box->host_root, &request, 1);
        }
        (void)exo_frame_free(0, box->detail, 1);
    }
    box->step++;
}

static void stale(struct box *box)
{
    for (uint64_t round = 0; round < 12; round++) {
        uint64_t frame = box->own_first + round, seen = box->tries;

        if (map_at(box, STALE,
                   frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE) != 1)
            escape(box, "(cannot map its own)", frame);
        *(volatile uint64_t *)(STALE) = 1;
        while (box->tries < seen + 100)
            __builtin_ia32_pause(); /* the second env reads it */
        box->detail = frame;
        box->step++;
        while (box->step % 2)
            (void)exo_yield();
        if (entry_at(STALE) & EXO_PTE_PRESENT)
            escape(box, "the entry is still there", frame);
    }
    box->detail = 0;
}

/* B18: the same after it unmapped and freed the frame itself. */
static void freed_host(struct box *box)
{
    uint64_t frame = box->detail;
    struct exo_pte request = {.address = 0x17000001f000 | 1,
                              .entry = frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE |
                                       EXO_PTE_NO_EXECUTE};

    if (box->step % 2 == 0)
        return;
    if (exo_frame_alloc(0, frame, 1) == 0 && exo_pt_update(0, box->host_root, &request, 1) == 1) {
        *(volatile uint64_t *)0x17000001f000 = 666;
        let_it_read(box);
        request.entry = 0;
        (void)exo_pt_update(0, box->host_root, &request, 1);
        (void)exo_frame_free(0, frame, 1);
    }
    box->step++;
}

static void freed(struct box *box)
{
    const uint64_t address = 0x210000090000, bits = EXO_PTE_PRESENT | EXO_PTE_WRITE;
    uint64_t root = box->own_root;

    for (uint32_t level = 1; level <= 3; level++) /* tables that no other space shares */
        if (exo_table_create(SLOT_OWN, box->own_first + 20 + level, level))
            escape(box, "(no table)", level);
    for (uint32_t level = 4; level >= 2; level--)
        if (put(box, root, address & ~0x1fffffull, level,
                (box->own_first + 20 + level - 1) << 12 | bits) != 1)
            escape(box, "(no link)", level);
    box->where = address;
    for (uint64_t round = 0; round < 12; round++) {
        uint64_t frame = box->own_first + round, seen = box->tries;

        if (put(box, root, address, 1, frame << 12 | bits | EXO_PTE_NO_EXECUTE) != 1)
            escape(box, "(cannot map its own)", frame);
        *(volatile uint64_t *)address = 1;
        while (box->tries < seen + 100)
            __builtin_ia32_pause(); /* the second env reads it */
        if (put(box, root, address, 1, 0) != 1 || exo_frame_free(SLOT_OWN, frame, 1))
            escape(box, "(cannot free its own)", frame);
        box->detail = frame;
        box->step++;
        while (box->step % 2)
            (void)exo_yield();
    }
    box->detail = 0;
}

/* B17: capabilities that only read, or that may nothing, for mappings that need more. */
static void fewer_rights(struct box *box)
{
    struct exo_pte request = {.address = (SCRATCH + 0x13000) | 1};
    const uint64_t frames[] = {box->own_first, box->upcall_frame[0]}; /* the kernel has a short way for plain memory */

    for (uint32_t rights = 0; rights < 4; rights++) {
        if (exo_cap_derive(SLOT_OWN, SLOT_WORK, 0, rights))
            escape(box, "(cannot derive)", rights);
        for (uint32_t way = 0; way < 4; way++) {
            bool write = way & 1;
            uint32_t need = EXO_RIGHT_READ | (write ? EXO_RIGHT_WRITE : 0);

            /* Without the last bit the missing right to writable code would be what refuses it. */
            request.entry = frames[way / 2] << 12 | EXO_PTE_PRESENT | (write ? EXO_PTE_WRITE : 0) |
                            EXO_PTE_NO_EXECUTE;
            if ((rights & need) != need)
                refused(box, exo_pt_update(SLOT_WORK, box->own_root, &request, 1),
                        "a mapping beyond its rights", rights);
        }
        if (!(rights & EXO_RIGHT_WRITE)) {
            refused(box, exo_frame_free(SLOT_WORK, box->own_first, 1), "a frame freed by a reader",
                    rights);
            refused(box, exo_table_create(SLOT_WORK, box->own_first, 1), "a table by a reader",
                    rights);
            refused(box, exo_env_destroy(SLOT_WORK, box->env[0]), "an end by a reader", rights);
            refused(box, exo_cap_destroy(SLOT_WORK, 0, 0), "destruction by a reader", rights);
        }
        (void)exo_cap_drop(SLOT_WORK);
    }
}

/* B05: 2 MiB pages over frames that are not all its own. */
static void huge(struct box *box)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_LARGE;

    for (uint64_t f = 0; f < box->frame_count; f += 512)
        refused(box, put(box, box->own_root, ATTACKER_BASE + 0x400000, 2, f << 12 | bits),
                "2 MiB of others' frames", f);
    for (uint64_t i = 0; i < OWN_FRAMES; i++)
        refused(
            box,
            put(box, box->own_root, ATTACKER_BASE + 0x400000, 2, (box->own_first + i) << 12 | bits),
            "2 MiB around a frame of its own", i);
    for (uint32_t level = 3; level <= 4; level++)
        refused(box,
                put(box, box->own_root, level == 3 ? ELSEWHERE : 1ull << 39, level,
                    box->own_first << 12 | bits),
                "a larger page", level);
}

/* B06: frames that somebody freed: it looks for what they wrote. */
static void dirty_host(struct box *box)
{
    if (box->step)
        return;
    for (uint64_t i = 0; i < 16;
         i++) { /* its own last frames, taken back, full of secrets, freed */
        uint64_t frame = box->own_first + 16 + i;
        struct exo_pte request = {.address = 0x17000001f000 | 1,
                                  .entry = frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE |
                                           EXO_PTE_NO_EXECUTE};

        if (exo_frame_guard(0, frame, 1, 2, 0) == 0 &&
            exo_pt_update(0, box->host_root, &request, 1) == 1) {
            memset((void *)0x17000001f000, 0x5c, EXO_PAGE_SIZE);
            request.entry = 0;
            (void)exo_pt_update(0, box->host_root, &request, 1);
        }
        (void)exo_frame_free(0, frame, 1);
    }
    box->step = 1;
}

static void dirty(struct box *box)
{
    while (!box->step)
        (void)exo_yield();
    for (uint64_t i = 0; i < 16; i++) {
        uint64_t frame = box->own_first + 16 + i;

        if (exo_frame_alloc(SLOT_OWN, frame, 1) ||
            map_at(box, SCRATCH + 0xb000, frame << 12 | EXO_PTE_PRESENT) != 1)
            escape(box, "(cannot take a free frame)", frame);
        for (uint64_t w = 0; w < 512; w++, box->tries++)
            if (((volatile uint64_t *)(SCRATCH + 0xb000))[w])
                escape(box, "another's data in a new frame", frame);
    }
    (void)map_at(box, SCRATCH + 0xb000, 0);
}

/* B07: it does not answer when it is asked for memory. */
static void deaf_host(struct box *box)
{
    uint64_t hour = 3600000000000;

    if (box->step != 1)
        return;
    if (exo_revoke(0, box->env[0], EXO_REVOKE_FRAMES, 2, host_now() + hour) ||
        exo_repossess(0, box->env[0], box->own_first, 1, 0) != -EXO_E_BUSY)
        escape(box, "(taken before the deadline)", 0);
    ask(box, 2);
    int64_t first = host_repossess(box->env[0], box->own_first);
    int64_t second = host_repossess(box->env[0], box->own_first + 1);

    if (first || second != -EXO_E_BUSY)
        escape(box, "(not taken, or the guaranteed one)",
               (uint64_t)-first << 8 | (uint64_t)-second);
    (void)exo_frame_free(0, box->own_first, 1);
    box->step = 3;
}

static void deaf(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);
    struct exo_revoke_plan plan = {.guaranteed_count = 1, .guaranteed = {box->own_first + 1}};
    uint64_t value;

    (void)map_at(box, SCRATCH + 0xc000, box->own_first << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    if (exo_revoke_prepare(SLOT_OWN, &plan))
        escape(box, "(cannot guarantee)", 0);
    plan.guaranteed[0] = box->victim_frame;
    refused(box, exo_revoke_prepare(SLOT_OWN, &plan), "guaranteeing another's frame", 0);
    box->deaf = true;
    box->step = 1;
    while (box->step != 3)
        (void)write_faults(box, ATTACKER_BASE + 0x9ff8, 0); /* again and again */
    box->deaf = false;
    if (!read_faults(box, SCRATCH + 0xc000, &value))
        escape(box, "it still has what was taken", 0);
    if (upcall->repossessed != 1 || upcall->repossession[0].frame != box->own_first)
        escape(box, "it was not told", upcall->repossessed);
}

/* B09: kernel addresses, wrapping ranges and holes as buffers, in every call that takes one. */
static void bad_buffers(struct box *box)
{
    static const uint64_t bad[] = {0,
                                   8,
                                   0x7fffffffeff8,
                                   0x7ffffffff000,
                                   0x800000000000,
                                   0xffff800000000000,
                                   0xfffffe0000000000,
                                   0xfffffe8000000000,
                                   0xffffff0000000000,
                                   0xffffffff80000000,
                                   0xffffffff80100000,
                                   UINT64_MAX - 7,
                                   UINT64_MAX};

    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        refused(box, raw(EXO_CALL_CAP_READ, SLOT_OWN, bad[i], 0, 0, 0, 0), "a result written there",
                bad[i]);
        refused(box, raw(EXO_CALL_PT_UPDATE, SLOT_OWN, box->own_root, bad[i], 64, 0, 0),
                "a batch read there", bad[i]);
        refused(box, raw(EXO_CALL_ENV_CREATE, SLOT_OWN, box->own_first, bad[i], 0, 0, 0),
                "a config read there", bad[i]);
        refused(box, raw(EXO_CALL_SLEEP, bad[i], 4, EXO_FOREVER, 0, 0, 0), "words read there",
                bad[i]);
        refused(box, raw(EXO_CALL_TOKEN_SEAL, SLOT_OWN, 0, bad[i], 0, 0, 0),
                "a token written there", bad[i]);
        refused(box, raw(EXO_CALL_TOKEN_OPEN, SLOT_WORK, bad[i], 0, 0, 0, 0), "a token read there",
                bad[i]);
        refused(box, raw(EXO_CALL_REVOKE_PREPARE, SLOT_OWN, bad[i], 0, 0, 0, 0),
                "a plan read there", bad[i]);
        struct exo_sleep_word word = {.address = bad[i]};

        refused(box, exo_sleep((uint64_t)&word, 1, 1), "a word slept on there", bad[i]);
    }
}

/* B10: the second env unmaps the buffer while the kernel copies from it. */
static void unmap_second(struct box *box)
{
    while (!box->done[0]) {
        (void)map_at(box, SCRATCH + 0xd000, 0);
        (void)map_at(box, SCRATCH + 0xd000, box->own_first << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    }
}

static void unmap_race(struct box *box)
{
    uint64_t faults = 0;

    for (uint32_t i = 0; i < 20000; i++, box->tries++) {
        int64_t result = raw(EXO_CALL_CAP_READ, SLOT_OWN, SCRATCH + 0xd000, 0, 0, 0, 0);

        faults += result == -EXO_E_FAULT;
        if (result && result != -EXO_E_FAULT)
            escape(box, "another error", (uint64_t)-result);
    }
}

/* B11: freeing and re-using what is still mapped, linked, loaded or pinned. */
static void free_in_use(struct box *box)
{
    uint64_t frame = box->own_first;

    (void)map_at(box, SCRATCH + 0xe000, frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    refused(box, exo_frame_free(SLOT_OWN, frame, 1), "a mapped frame freed", 0);
    refused(box, exo_frame_free(SLOT_OWN, frame, 8), "a run with a mapped frame freed", 0);
    refused(box, exo_table_create(SLOT_OWN, frame, 1), "a mapped frame made a table", 0);
    struct exo_env_config config = {
        .root = box->own_root, .upcall_frame = frame, .rip = 4096, .rsp = 4096};

    refused(box, exo_env_create(SLOT_OWN, frame, &config), "a mapped frame made an env", 0);
    refused(box, exo_table_destroy(SLOT_OWN, box->own_level1), "a linked table destroyed", 1);
    refused(box, exo_table_destroy(SLOT_OWN, box->own_level3), "a linked table destroyed", 3);
    refused(box, exo_table_destroy(SLOT_OWN, box->own_root), "its root destroyed", 4);
    refused(box, exo_frame_free(SLOT_OWN, box->own_level1, 1), "a table freed", 0);
    refused(box, exo_frame_free(SLOT_OWN, box->upcall_frame[0], 1), "an upcall page freed", 0);
    refused(box, exo_frame_free(SLOT_OWN, box->env_frame[0], 1), "an env freed", 0);
    refused(box, exo_table_create(SLOT_OWN, box->upcall_frame[0], 1), "an upcall page made a table",
            0);
    refused(box, exo_frame_guard(SLOT_OWN, frame, 1, SLOT_OWN, 0), "a mapped frame handed over", 0);
    (void)map_at(box, SCRATCH + 0xe000, 0);
    for (uint64_t f = 0; f < box->frame_count; f++)
        if (!is_own(box, f) && exo_frame_free(SLOT_OWN, f, 1) == 0 &&
            (f == box->victim_frame || f == box->own_level1))
            escape(box, "freed", f);
    box->tries += box->frame_count;
    refused(box, exo_frame_free(SLOT_OWN, UINT64_MAX, 2), "a run that wraps", 0);
    refused(box, exo_frame_free(SLOT_OWN, box->frame_count - 1, 512), "a run past the end", 0);
}

/* B13: the kernel's memory, and its own tables, by loads and stores. */
static void touch_kernel(struct box *box)
{
    static const uint64_t kernel[] = {0xffffffff80000000, 0xffffffff80100000, 0xfffffe0000000000,
                                      0xfffffe4000000000, 0xfffffe5000000000, 0xfffffe500000c000,
                                      0xfffffe6000000000, 0xfffffe8000000000, 0xffff800000000000,
                                      0xffffff8000000000};
    uint64_t value = 0;

    for (uint32_t i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        box->tries += 2;
        if (!read_faults(box, kernel[i], &value))
            escape(box, "the kernel's memory can be read", kernel[i]);
        if (!write_faults(box, kernel[i], 0))
            escape(box, "the kernel's memory can be written", kernel[i]);
    }
    for (uint64_t f = 0; f < 4096; f++, box->tries++)
        if (!read_faults(box, 0xfffffe8000000000 + f * 0x20000, &value))
            escape(box, "the kernel's window can be read", f);
    uint64_t table = EXO_TABLE_BASE + (SCRATCH >> 12) * 8;

    if (read_faults(box, table, &value))
        escape(box, "(it cannot read its own tables)", 0);
    if (!write_faults(box, table, box->victim_frame << 12 | 7))
        escape(box, "it can write its own tables", table);
    if (!read_faults(box, EXO_TABLE_BASE + (0xffffffff80000000 >> 12 & 0xfffffffff) * 8, &value))
        escape(box, "it can read the kernel's tables", 0);
}

/* B14: exposed tables without the right, or writable. */
static void exposed(struct box *box)
{
    const uint64_t tables[] = {box->frame_table, box->slice_frame, box->machine_frame};
    uint64_t value;

    for (uint32_t i = 0; i < 3; i++) {
        refused(box,
                map_at(box, SCRATCH + 0xf000, tables[i] << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE),
                "an exposed table writable", i);
        if (i < 2)
            refused(box, map_at(box, SCRATCH + 0xf000, tables[i] << 12 | EXO_PTE_PRESENT),
                    "what others hold", i);
    }
    if (map_at(box, SCRATCH + 0xf000, box->machine_frame << 12 | EXO_PTE_PRESENT) != 1)
        escape(box, "(the machine page is not public)", 0);
    if (!write_faults(box, SCRATCH + 0xf000, 0))
        escape(box, "the machine page can be written", 0);
    refused(box,
            map_at(box, SCRATCH + 0xf000,
                   box->machine_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE),
            "a mapped exposed page writable", 0);
    for (uint64_t w = 0; w < 512; w++, box->tries++) {
        (void)read_faults(box, SCRATCH + 0xf000 + w * 8, &value);
        if (value >> 47 == 0x1ffff && value != EXO_FOREVER)
            escape(box, "a kernel address in the machine page", value);
    }
    (void)map_at(box, SCRATCH + 0xf000, 0);
    union exo_row *row = (union exo_row *)(SCRATCH + 64);

    for (uint64_t f = 0; f < box->frame_count; f++, box->tries++)
        if (exo_row_read(SLOT_OWN, EXO_ROW_FRAME, f, row) >= 0 &&
            (row->frame.guard[0] & 0xffff) != 80)
            escape(box, "the row of another's frame", f);
    for (uint64_t p = 0; p < box->cpu_count * EXO_SLICE_COUNT; p++, box->tries++)
        if (exo_row_read(SLOT_OWN, EXO_ROW_SLICE, p, row) >= 0 &&
            (row->slice.guard[0] & 0xffff) != 80)
            escape(box, "the row of another's position", p);
    for (uint64_t d = 0; d < EXO_DEVICE_MAX; d++)
        refused(box, exo_row_read(SLOT_OWN, EXO_ROW_DEVICE, d, row), "the row of a device", d);
}

/* B19: code written to memory by who gave up the right: at once, in two steps, with a page of 2 MiB, by another table. */
static void write_and_run(struct box *box)
{
    const uint64_t data = box->own_first << 12 | EXO_PTE_PRESENT;
    struct exo_pte request = {.address = (SCRATCH + 0xf000) | 1};
    const uint64_t first[] = {0, data, data | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE,
                              data | EXO_PTE_NO_EXECUTE};

    if (exo_cap_derive(SLOT_OWN, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE))
        escape(box, "(it cannot give the right up)", 0);
    for (uint32_t i = 0; i < 4; i++) {
        request.entry = first[i];
        if (exo_pt_update(SLOT_WORK, box->own_root, &request, 1) != 1)
            escape(box, "(a page that is only one of both)", i);
        request.entry = data | EXO_PTE_WRITE;
        refused(box, exo_pt_update(SLOT_WORK, box->own_root, &request, 1), "writable code", i);
        if (entry_at(SCRATCH + 0xf000) != (first[i] ? first[i] | EXO_PTE_USER : 0))
            escape(box, "a refused entry stands", i);
    }
    request.entry = first[2];
    if (exo_pt_update(SLOT_WORK, box->own_root, &request, 1) == 1) {
        uint64_t before = box->traps;

        *(volatile uint8_t *)(SCRATCH + 0xf000) = 0xc3; /* ret */
        __asm__ volatile("movq %%rsp, %1\n\tleaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\tcall *%2\n1:"
                         : "=m"(box->resume), "=m"(box->resume_sp)
                         : "r"(SCRATCH + 0xf000)
                         : "rax", "memory");
        box->resume = box->resume_sp = 0;
        box->tries++;
        if (box->traps == before || box->vector != 14 || box->error != 0x15)
            escape(box, "data is run", box->error);
    }
    request =
        (struct exo_pte){.address = ELSEWHERE | 2, .entry = data | EXO_PTE_WRITE | EXO_PTE_LARGE};
    refused(box, exo_pt_update(SLOT_WORK, box->own_root, &request, 1), "2 MiB of it", 0);
    refused(box, exo_cap_derive(SLOT_WORK, SLOT_WORK + 1, 0, EXO_RIGHT_READ | EXO_RIGHT_WX),
            "the right again", 0);
    (void)map_at(box, SCRATCH + 0xf000, 0);
    (void)exo_cap_drop(SLOT_WORK);
}

/* B15: sleeps pin words: what it may not read it cannot sleep on, and pins end with the sleep. */
static void pins(struct box *box)
{
    struct exo_sleep_word word[4];

    (void)map_at(box, SCRATCH + 0x10000, box->own_first << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    for (uint32_t i = 0; i < 500; i++, box->tries++) {
        for (uint32_t w = 0; w < 4; w++)
            word[w] = (struct exo_sleep_word){.address = SCRATCH + 0x10000 + w * 4, .value = 1};
        word[3].address += i % 3 == 0   ? 1
                           : i % 3 == 1 ? 0x2000000
                                        : 0; /* unaligned; not mapped; good */
        (void)exo_sleep((uint64_t)word, 4, i % 3 == 2 ? 0 : EXO_FOREVER);
    }
    (void)map_at(box, SCRATCH + 0x10000, 0);
    if (exo_frame_guard(SLOT_OWN, box->own_first, 1, SLOT_OWN, 0))
        escape(box, "a refused sleep left a pin", 0);
}

const struct attack memory_attacks[] = {
    {"B01", "every frame of the machine", map_everything, 0, 0, 0, 1, 0},
    {"B02", "forbidden bits in entries", sneak_bits, 0, 0, 0, 1, 0},
    {"B03", "tables at wrong places", wrong_links, 0, 0, 0, 1, 0},
    {"B04", "stale TLB entries after repossession", stale, stale_second, stale_host, 0, 2, 0},
    {"B18", "stale TLB entries after its own unmapping", freed, stale_second, freed_host, 0, 2, 0},
    {"B17", "mappings beyond its rights", fewer_rights, 0, 0, 0, 1, 0},
    {"B05", "2 MiB pages over others' frames", huge, 0, 0, 0, 1, 0},
    {"B06", "what is left in free frames", dirty, 0, dirty_host, EXO_RIGHT_ALLOCATE, 1, 0},
    {"B07", "revocation ignored", deaf, 0, deaf_host, 0, 1, 0},
    {"B09", "kernel addresses as buffers", bad_buffers, 0, 0, 0, 1, 0},
    {"B10", "buffers unmapped during the copy", unmap_race, unmap_second, 0, 0, 2, 0},
    {"B11", "freeing what is in use", free_in_use, 0, 0, 0, 1, 0},
    {"B13", "the kernel's memory and its own tables", touch_kernel, 0, 0, 0, 1, 0},
    {"B14", "exposed tables", exposed, 0, 0, 0, 1, 0},
    {"B19", "writable code without the right", write_and_run, 0, 0, 0, 1, 0},
    {"B15", "pins left by sleeps", pins, 0, 0, 0, 1, 0},
};
const uint32_t memory_attack_count = sizeof memory_attacks / sizeof memory_attacks[0];
