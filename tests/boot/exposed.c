/* SPDX-License-Identifier: MIT */
/* exposed.c - boot tests of what the machine page tells: CPUs and their names, caches, counters. */
#include "exo_numbers.h"
#include "lib/exo/topology.h"
#include "tests/boot/boot.h"

static void test_machine_page(void)
{
    const struct exo_machine *page = machine.page;

    check(page->version == EXO_ABI_VERSION && page->size == sizeof *page,
          "the machine page has this version and size");
    check(page->cpu_count >= 1 && page->cpu_count <= EXO_CPU_MAX, "%u CPUs run", page->cpu_count);
    check(page->tsc_hz > 1000000 && page->tsc_mult, "time-stamp counters have a frequency: %lu MHz",
          (unsigned long)(page->tsc_hz / 1000000));
    for (uint32_t c = page->cpu_count; c < EXO_CPU_MAX; c++)
        if (page->apic_id[c])
            check(false, "CPU %u, which does not run, has APIC id %u", c, page->apic_id[c]);
}

static void test_topology(void)
{
    static struct exo_topology t;

    exo_topology_read(&t, machine.page);
    expect(t.cpu_count, machine.page->cpu_count, "the topology has the CPUs that run");
    for (uint32_t a = 0; a < t.cpu_count; a++) {
        note("CPU %u: APIC id %u, package %u, core %u, thread %u", a, t.cpu[a].apic_id,
             t.cpu[a].package, t.cpu[a].core, t.cpu[a].thread);
        for (uint32_t b = 0; b < a; b++) {
            check(t.cpu[a].apic_id != t.cpu[b].apic_id, "CPUs %u and %u have names of their own", b,
                  a);
            check(t.cpu[a].package != t.cpu[b].package || t.cpu[a].core != t.cpu[b].core ||
                      t.cpu[a].thread != t.cpu[b].thread,
                  "and places of their own");
        }
    }
    check(t.cache_count > 0, "the processor tells %u caches", t.cache_count);
    for (uint32_t i = 0; i < t.cache_count; i++) {
        const struct exo_cache *cache = &t.cache[i];

        note("level %u kind %u: %lu KiB, lines of %u, %u ways, %u colours, shared above %u bits",
             cache->level, cache->kind, (unsigned long)(cache->bytes >> 10), cache->line_bytes,
             cache->ways, cache->colours, cache->sharing);
        check(cache->level >= 1 && cache->level <= 4 && cache->bytes &&
                  cache->bytes % ((uint64_t)cache->line_bytes * cache->ways) == 0,
              "cache %u is made of whole sets", i);
        check(cache->bytes / cache->ways <= (uint64_t)cache->colours * EXO_PAGE_SIZE,
              "and a way of it of whole pages");
    }
    const struct exo_cache *first = exo_cache_of(&t, 1), *second = exo_cache_of(&t, 2);

    check(first && second && first->bytes < second->bytes, "the second level is the larger one");
    check(exo_cache_shared(&t, first, 0, 0), "a CPU shares with itself");
}

/* The instruction counter, if ring 3 may read it; else the trap is the reader's. */
static void counter_body(struct child *child)
{
    uint32_t low = 0, high = 0;

    for (uint32_t i = 0; i < 2; i++) {
        __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %2\n\tmovl $0x40000000, %%ecx\n\t"
                         "rdpmc\n\tmovl %%eax, %0\n\tmovl %%edx, %1\n1:"
                         : "=m"(low), "=m"(high), "=m"(child->resume)
                         :
                         : "rax", "rcx", "rdx", "memory");
        child->value = ((uint64_t)high << 32 | low) - child->value;
    }
    child->step = 1;
}

static void test_counters(void)
{
    struct child *child = child_make(counter_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    check(wait_for(&child->step, 1, 20000), "a child reads the instruction counter");
    if (machine.page->features & EXO_FEATURE_COUNTERS) {
        check(!child->traps && child->value > 0 && child->value < 1000,
              "which counts what it does: %lu instructions", (unsigned long)child->value);
    } else {
        expect((int64_t)child->traps, 2, "which nobody may here: it traps");
        expect(child->trap.vector, 13, "as a general protection fault of its own");
    }
    child_free(child);
}

/* One's own rows without the observe right; others' only with it; totals for all. */
static void test_rows(void)
{
    uint64_t own = frame_new(SLOT_CHILD), other = frame_new(SLOT_OTHER);
    uint64_t free = machine.page->frames_free;
    union exo_row row;

    expect(exo_cap_derive(SLOT_CHILD, SLOT_WORK, 0, EXO_RIGHT_READ | EXO_RIGHT_WRITE), 0,
           "a capability without the observe right");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_FRAME, own, &row), 0, "its own frame's row");
    check(row.frame.kind == EXO_FRAME_DATA && row.frame.guard[0] == 77, "says what it is");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_FRAME, other, &row), -EXO_E_CAP, "another's");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_FRAME, 1, &row), -EXO_E_CAP, "what is nobody's");
    expect(exo_row_read(SLOT_CHILD, EXO_ROW_FRAME, other, &row), 0, "another's, observing");
    check(row.frame.guard[0] == 78, "says whose");
    expect(exo_row_read(SLOT_NOTHING, EXO_ROW_FRAME, own, &row), -EXO_E_RIGHT, "without reading");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_FRAME, machine.page->frame_count, &row), -EXO_E_RANGE,
           "no such frame");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_SLICE, 0, &row), -EXO_E_CAP, "init's position");
    expect(exo_row_read(CAP_ROOT, EXO_ROW_SLICE, 0, &row), 0, "which init may see");
    check(row.slice.env == machine.env, "names init");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_SLICE, machine.page->cpu_count * EXO_SLICE_COUNT, &row),
           -EXO_E_RANGE, "no such position");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_DEVICE, 0, &row), -EXO_E_CAP, "a device of nobody's");
    expect(exo_row_read(CAP_ROOT, EXO_ROW_DEVICE, 0, &row), 0, "which init may see");
    expect(exo_row_read(SLOT_WORK, EXO_ROW_DEVICE, EXO_DEVICE_MAX, &row), -EXO_E_RANGE,
           "no such device");
    expect(exo_row_read(SLOT_WORK, 3, 0, &row), -EXO_E_ARG, "no such table");
    frame_drop(own);
    frame_drop(other);
    expect((int64_t)(machine.page->frames_free - free), 2, "free frames are counted");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop the capability");
}

/* A call changes rax, rdx, rcx, r11 and the scratch registers, which it clears; everything else is the caller's. */
static void test_registers(void)
{
    static uint64_t before[8], after[8], cleared[5];
    static uint8_t vectors[2][256] __attribute__((aligned(16)));

    for (uint32_t i = 0; i < 256; i++)
        vectors[0][i] = (uint8_t)(i * 7 + 1);
    for (uint32_t i = 0; i < 8; i++)
        before[i] = 0x1111111111111111ull * (i + 1);
    __asm__ volatile(
        "pushq %%rbx\n\tpushq %%rbp\n\tpushq %%r12\n\tpushq %%r13\n\tpushq %%r14\n\t"
        "pushq %%r15\n\t"
        "leaq %[v], %%rax\n\tmovaps (%%rax), %%xmm0\n\tmovaps 16(%%rax), %%xmm7\n\t"
        "movaps 32(%%rax), %%xmm15\n\t"
        "leaq %[before], %%rax\n\tmovq (%%rax), %%rbx\n\tmovq 8(%%rax), %%rbp\n\t"
        "movq 16(%%rax), %%r12\n\tmovq 24(%%rax), %%r13\n\tmovq 32(%%rax), %%r14\n\t"
        "movq 40(%%rax), %%r15\n\t"
        "movq %[call], %%rax\n\tmovq $-1, %%rdi\n\tmovq $-1, %%rsi\n\tmovq $-1, %%r8\n\t"
        "movq $-1, %%r9\n\tmovq $-1, %%r10\n\tsyscall\n\t"
        "leaq %[after], %%rax\n\tmovq %%rbx, (%%rax)\n\tmovq %%rbp, 8(%%rax)\n\t"
        "movq %%r12, 16(%%rax)\n\tmovq %%r13, 24(%%rax)\n\tmovq %%r14, 32(%%rax)\n\t"
        "movq %%r15, 40(%%rax)\n\t"
        "leaq %[cleared], %%rax\n\tmovq %%rdi, (%%rax)\n\tmovq %%rsi, 8(%%rax)\n\t"
        "movq %%r8, 16(%%rax)\n\tmovq %%r9, 24(%%rax)\n\tmovq %%r10, 32(%%rax)\n\t"
        "leaq %[w], %%rax\n\tmovaps %%xmm0, (%%rax)\n\tmovaps %%xmm7, 16(%%rax)\n\t"
        "movaps %%xmm15, 32(%%rax)\n\t"
        "popq %%r15\n\tpopq %%r14\n\tpopq %%r13\n\tpopq %%r12\n\tpopq %%rbp\n\tpopq %%rbx"
        : [after] "=m"(after), [cleared] "=m"(cleared), [w] "=m"(vectors[1])
        : [before] "m"(before), [v] "m"(vectors[0]),
          [call] "i"((uint64_t)EXO_CALL_TAG << 32 | EXO_CALL_NULL)
        : "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
    bool kept = true, empty = true;

    for (uint32_t i = 0; i < 6; i++)
        kept &= after[i] == before[i];
    for (uint32_t i = 0; i < 5; i++)
        empty &= !cleared[i];
    for (uint32_t i = 0; i < 48; i++)
        kept &= vectors[0][i] == vectors[1][i];
    check(kept, "a call leaves rbx, rbp, r12 to r15 and the vector registers alone");
    check(empty, "and nothing of the kernel's in rdi, rsi, r8, r9, r10");
}

/* What lies behind struct exo_upcall in the page is the env's. */
static void test_upcall_tail(void)
{
    uint8_t *page = (uint8_t *)machine.upcall;
    bool same = true;

    for (uint32_t i = sizeof *machine.upcall; i < EXO_PAGE_SIZE; i++)
        page[i] = (uint8_t)(i ^ 0x5a);
    for (uint32_t i = 0; i < 50; i++)
        (void)exo_yield();
    (void)exo_sleep(0, 0, exo_now_ns(machine.page) + 2000000);
    for (uint32_t i = sizeof *machine.upcall; i < EXO_PAGE_SIZE; i++)
        same &= page[i] == (uint8_t)(i ^ 0x5a);
    check(same, "the kernel leaves the rest of an upcall page (%lu bytes) to its env",
          (unsigned long)(EXO_PAGE_SIZE - sizeof *machine.upcall));
}

void test_exposed(void)
{
    test_registers();
    test_upcall_tail();
    test_rows();
    test_machine_page();
    test_topology();
    test_counters();
}
