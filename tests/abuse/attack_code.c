/* SPDX-License-Identifier: MIT */
/* attack_code.c - attacks on the verifier, the compiler and the runs of downloaded code. */
#include "base/string.h"
#include "tests/abuse/abuse.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

/* Of the attacker's frames. */
#define FRAME_SHARED 4
#define FRAME_CODE   8 /* the rest */
#define CODE_FRAMES  (OWN_FRAMES - FRAME_CODE)

#define SHARED_AT (SCRATCH + 0x30000)
#define ELSE_AT   (SCRATCH + 0x40000)

/* Instructions: opcode, destination, source, offset, constant. */
#define I(op, d, s, off, imm)                                                                      \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(s) << 12 | (uint64_t)(uint16_t)(off) << 16 | \
     (uint64_t)(uint32_t)(imm) << 32)
#define MOV(d, imm)         I(0xb7, d, 0, 0, imm)
#define MOV_REG(d, s)       I(0xbf, d, s, 0, 0)
#define ADD_REG(d, s)       I(0x0f, d, s, 0, 0)
#define LOAD64(d, s, off)   I(0x79, d, s, off, 0)
#define LOAD8(d, s, off)    I(0x71, d, s, off, 0)
#define JUMP_EQ(d, imm, to) I(0x15, d, 0, to, imm)
#define CALL_HELPER(n)      I(0x85, 0, 0, 0, n)
#define EXIT                I(0x95, 0, 0, 0, 0)
#define INPUT_BYTES         64

/* A program that is being loaded. */
struct loading {
    int64_t id;    /* -EXO_E_*: there is none */
    int64_t error; /* of the last call */
    uint32_t calls;
    struct exo_code_image image;
};

/* An empty program of so many frames, at whatever place is free. */
static int64_t create(struct box *box, uint32_t frame_count)
{
    uint64_t frames[CODE_FRAMES];
    int64_t id = -EXO_E_EXISTS;

    for (uint32_t i = 0; i < CODE_FRAMES; i++)
        frames[i] = box->own_first + FRAME_CODE + i;
    for (uint32_t place = 0; id == -EXO_E_EXISTS && place < EXO_CODE_PROGRAMS; place++)
        id = exo_code_create(SLOT_OWN, place, frames, frame_count);
    return id;
}

/* The next call. False: there is no further one, and a program that was refused is gone. */
static bool load_more(struct loading *l)
{
    if (l->id < 0)
        return false;
    l->error = exo_code_load(SLOT_OWN, (uint64_t)l->id, &l->image);
    l->calls++;
    return l->error == -EXO_E_AGAIN;
}

static void end_program(int64_t id)
{
    while (id >= 0 && exo_code_destroy(SLOT_OWN, (uint64_t)id) == -EXO_E_BUSY)
        ;
}

/* A program of these instructions; its id, or -EXO_E_*. */
static int64_t load(struct box *box, uint32_t type, const uint64_t *insns, uint32_t count)
{
    struct loading l = {.id = create(box, CODE_FRAMES),
                        .image = {.type = type, .insn_count = count, .insns = (uint64_t)insns}};

    box->tries++;
    while (load_more(&l))
        ;
    if (!l.error)
        return l.id;
    end_program(l.id);
    return l.error;
}

/* One run of it on 64 bytes; false: the call failed. */
static bool run_it(int64_t id, struct exo_code_test *test)
{
    uint8_t input[INPUT_BYTES];
    uint8_t output[64];

    memset(input, 1, sizeof input);
    *test = (struct exo_code_test){.input = (uint64_t)input,
                                   .input_bytes = sizeof input,
                                   .output = (uint64_t)output,
                                   .output_bytes = sizeof output};
    return exo_code_test(SLOT_OWN, (uint64_t)id, test) == 0;
}

/* E01: loops for ever: refused where time is fixed, metered elsewhere. */
static void never_ends(struct box *box)
{
    const uint64_t loop[] = {MOV(0, 0), JUMP_EQ(0, 0, -1), EXIT};
    struct exo_code_test test;
    int64_t id = load(box, EXO_CODE_PREDICATE, loop, 3);

    if (id >= 0) {
        escape(box, "a predicate that loops is accepted", 0);
        end_program(id);
    }
    id = load(box, EXO_CODE_PACKET, loop, 3);
    if (id < 0) {
        escape(box, "a loop that is metered is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < 50; i++) {
        box->tries++;
        if (!run_it(id, &test) || test.abort != EXO_CODE_A_FUEL)
            escape(box, "it ends otherwise than without fuel", test.abort);
    }
    end_program(id);
}

/* E02: offsets outside of the packet, also those that wrap, and helpers with wild lengths: refused, or the run ends. */
static void out_of_bounds(struct box *box)
{
    static const int64_t offsets[] = {INPUT_BYTES, 2047,         2048,       4096,      65536,
                                      1 << 20,     0x7fffffff,   -1,         -8,        -4096,
                                      -65536,      -0x80000000l, 0x7ffffff8, 0x40000000};
    struct exo_code_test test;

    for (uint32_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        int32_t at = (int32_t)offsets[i];
        /* The number comes out of the packet's context, so that nothing is known of it. */
        const uint64_t read[] = {
            LOAD64(2, 1, 0), LOAD64(4, 1, 48), MOV(3, 0),      I(0x5f, 4, 3, 0, 0), MOV(3, at),
            ADD_REG(4, 3),   ADD_REG(2, 4),    LOAD8(0, 2, 0), MOV(0, 0),           EXIT};
        const uint64_t copy[] = {MOV_REG(6, 1),
                                 LOAD64(1, 6, 16),
                                 LOAD64(2, 6, 0),
                                 MOV(3, at),
                                 CALL_HELPER(EXO_CODE_HELPER_COPY),
                                 MOV(0, 0),
                                 EXIT};
        const uint64_t send[] = {MOV_REG(6, 1), LOAD64(1, 6, 0),
                                 MOV(2, at),    CALL_HELPER(EXO_CODE_HELPER_SEND),
                                 MOV(0, 0),     EXIT};
        const struct {
            const uint64_t *insns;
            uint32_t count;
        } program[] = {{read, 10}, {copy, 7}, {send, 6}};

        for (uint32_t p = 0; p < 3; p++) {
            if (p && at == INPUT_BYTES)
                continue; /* as a length that is right */
            int64_t id = load(box, EXO_CODE_PACKET, program[p].insns, program[p].count);

            if (id < 0)
                continue;
            box->tries++;
            if (!run_it(id, &test) || !test.abort || test.sends)
                escape(box, "it ran to its end", (uint64_t)p << 32 | (uint32_t)at);
            end_program(id);
        }
    }
}

#define PROGRAMS_AT        0xffffffffc0000000 /* docs/code.md: a slot of 2 MiB each */
#define PROGRAM_FRAMES     3 /* its record, its page table, its text: the rest goes back */
#define LDDW_REGION        6 /* source of an 8-byte constant that is a place in a region */
#define LDDW(d, s, imm)    I(0x18, d, s, 0, imm)
#define STORE64(d, s, off) I(0x7b, d, s, off, 0)

/* Jumps into the middle of a constant, or out of the program. The constant's bytes would be a system call. */
static void jump_astray(struct box *box)
{
    static const int16_t astray[] = {-3, -5, -6, 1, 2, 100, 32767, -32768};
    const uint64_t second = (uint64_t)0x050f << 32;

    for (uint32_t i = 0; i < sizeof astray / sizeof astray[0]; i++) {
        const uint64_t insns[] = {LDDW(2, 0, 0x050f050f), second, MOV(0, 0),
                                  JUMP_EQ(0, 0, astray[i]), EXIT};
        int64_t id = load(box, EXO_CODE_PACKET, insns, 5);

        if (id < 0)
            continue;
        escape(box, "a jump to where no instruction begins is accepted", (uint16_t)astray[i]);
        end_program(id);
    }
}

/* Constants and text are written by nobody, whatever they are called. */
static void write_to_constants(struct box *box)
{
    for (uint32_t off = 0; off < 64; off += 8) {
        const uint64_t insns[] = {LDDW(2, LDDW_REGION, 0), (uint64_t)0, MOV(0, 0),
                                  STORE64(2, 0, off), EXIT};
        int64_t id = load(box, EXO_CODE_PACKET, insns, 5);

        if (id < 0)
            continue;
        escape(box, "a store to constants is accepted", off);
        end_program(id);
    }
}

/* E03: what stands in the kernel as text is neither chosen, nor seen, nor changed by its owner. */
static void compiler_tricks(struct box *box)
{
    const uint64_t write = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    const uint64_t insns[] = {LDDW(2, 0, 0x050f050f), (uint64_t)0x050f << 32, MOV(0, 1), EXIT};
    struct exo_code_test test;
    uint64_t value;

    jump_astray(box);
    write_to_constants(box);
    /* A mapping from before, so that the text could be written later. */
    for (uint32_t i = 0; i < PROGRAM_FRAMES; i++) {
        if (map_at(box, SHARED_AT, (box->own_first + FRAME_CODE + i) << 12 | write) != 1)
            escape(box, "its own page is refused", i);
        int64_t id = load(box, EXO_CODE_PACKET, insns, 4);

        if (id >= 0) {
            escape(box, "a program of frames that are mapped", i);
            end_program(id);
        }
        (void)map_at(box, SHARED_AT, 0);
    }
    int64_t id = load(box, EXO_CODE_PACKET, insns, 4);

    if (id < 0) {
        escape(box, "a good program is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < PROGRAM_FRAMES; i++) {
        uint64_t frame = box->own_first + FRAME_CODE + i;

        refused(box, map_at(box, SHARED_AT, frame << 12 | write) == 1 ? 0 : -1,
                "a program's frame, writable", i);
        refused(box,
                map_at(box, SHARED_AT, frame << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE) == 1
                    ? 0
                    : -1,
                "a program's frame, to read", i);
        refused(box, exo_frame_free(SLOT_OWN, frame, 1), "a program's frame freed", i);
    }
    for (uint64_t page = 0; page < 16; page++) {
        box->tries += 2;
        if (!read_faults(box, PROGRAMS_AT + page * 0x1000, &value))
            escape(box, "a program's text is read", page);
        if (!write_faults(box, PROGRAMS_AT + page * 0x1000, 0))
            escape(box, "a program's text is written", page);
    }
    if (!run_it(id, &test) || test.abort || test.result != 1)
        escape(box, "afterwards it does not run as it was", test.abort);
    end_program(id);
}

/* Programs for blocks that see, keep or do more than the bytes that they are given: refused. */
static void owners_with_more(struct box *box)
{
    const uint64_t tried[][6] = {
        {LOAD64(0, 1, 32), MOV(0, 0), EXIT}, /* the time behind its context */
        {LOAD64(0, 10, -8), EXIT},           /* what an earlier run left on the stack */
        {LDDW(2, LDDW_REGION, 1), 0, MOV(0, 0), STORE64(2, 0, 0), EXIT}, /* a memory of its own */
        {LDDW(2, LDDW_REGION, 1), 0, LOAD64(0, 2, 0), MOV(0, 0), EXIT},  /* the same, read */
        {LOAD64(2, 1, 0), MOV(0, 0), STORE64(2, 0, 0), EXIT}, /* other bytes for who looks later */
        {MOV(1, 1), CALL_HELPER(EXO_CODE_HELPER_WAKE), MOV(0, 0), EXIT}, /* a word to somebody */
        {MOV(2, 1), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0),
         EXIT}, /* a place as a number */
        {MOV_REG(0, 1), EXIT},
    };
    static const uint8_t count[] = {3, 2, 5, 5, 4, 4, 5, 2};

    for (uint32_t i = 0; i < sizeof count; i++) {
        int64_t id = load(box, EXO_CODE_OWNERSHIP, tried[i], count[i]);

        if (id < 0)
            continue;
        escape(box, "an ownership function with more than bytes is accepted", i);
        end_program(id);
    }
}

static bool own_run(int64_t id, uint8_t fill, struct exo_code_extent *extents,
                    struct exo_code_test *test)
{
    uint8_t input[INPUT_BYTES];

    memset(input, fill, sizeof input);
    *test = (struct exo_code_test){.input = (uint64_t)input,
                                   .input_bytes = sizeof input,
                                   .output = (uint64_t)extents,
                                   .output_bytes = 4 * sizeof *extents,
                                   .block = 5,
                                   .argument = 6};
    return exo_code_test(SLOT_OWN, (uint64_t)id, test) == 0;
}

/* The same bytes give the same blocks, whatever ran before; and what cannot be is no list at all. */
static void owners_that_lie(struct box *box)
{
    const uint64_t honest[] = {LOAD64(2, 1, 0),
                               LOAD64(3, 1, 8),
                               MOV_REG(4, 2),
                               I(0x07, 4, 0, 0, 8),
                               I(0x2d, 4, 3, 6, 0),
                               LOAD64(1, 2, 0),
                               MOV(2, 3),
                               MOV(3, 1),
                               CALL_HELPER(EXO_CODE_HELPER_OWN),
                               MOV(0, 0),
                               EXIT,
                               MOV(0, 1),
                               EXIT};
    const uint64_t wild[][8] = {
        {MOV(1, -1), MOV(2, 2), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 0), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 1), MOV(3, -1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 1), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), JUMP_EQ(0, 0, -5),
         EXIT},
    };
    struct exo_code_extent first[4];
    struct exo_code_extent again[4];
    struct exo_code_test test;
    int64_t id = load(box, EXO_CODE_OWNERSHIP, honest, 13);

    if (id < 0) {
        escape(box, "an honest ownership function is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < 50; i++) {
        memset(first, 0, sizeof first);
        memset(again, 0, sizeof again);
        box->tries++;
        if (!own_run(id, 1, first, &test) || test.abort || test.output_bytes != sizeof first[0])
            escape(box, "an honest ownership function does not run", test.abort);
        (void)own_run(id, (uint8_t)i, again, &test);
        if (!own_run(id, 1, again, &test) || memcmp(first, again, sizeof first[0]) != 0)
            escape(box, "the same bytes, other blocks", i);
    }
    end_program(id);
    for (uint32_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        id = load(box, EXO_CODE_OWNERSHIP, wild[i], 6);
        if (id < 0)
            continue;
        box->tries++;
        if (!own_run(id, 1, first, &test) || !test.abort || test.output_bytes)
            escape(box, "blocks that cannot be are owned", i);
        end_program(id);
    }
}

/* E06 */
static void lying_owners(struct box *box)
{
    owners_with_more(box);
    owners_that_lie(box);
}

/* E04: the program changes while it is loaded; what is accepted is what was looked at. */
#define LONG_CODE   700  /* instructions */
#define LONGER_CODE 1600 /* several calls' worth; handlers are shorter */

static uint64_t *shared_code(void)
{
    return (uint64_t *)SHARED_AT;
}

static void map_shared_code(struct box *box, uint32_t count)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;

    for (uint32_t i = 0; i < FRAME_CODE - FRAME_SHARED; i++)
        if (map_at(box, SHARED_AT + i * 0x1000, (box->own_first + FRAME_SHARED + i) << 12 | bits) !=
            1)
            escape(box, "its own page is refused", i);
    for (uint32_t i = 0; i < count; i++)
        shared_code()[i] = MOV(0, 1);
    shared_code()[count - 1] = EXIT;
}

/* Between the calls that a long program takes: after the first, the second, ... */
static void changes_between(struct box *box)
{
    struct exo_code_test test;

    map_shared_code(box, LONGER_CODE);
    for (uint32_t after = 1; after < 6; after++) {
        struct loading l = {.id = create(box, CODE_FRAMES),
                            .image = {.type = EXO_CODE_OWNERSHIP,
                                      .insn_count = LONGER_CODE,
                                      .insns = (uint64_t)shared_code()}};

        shared_code()[LONGER_CODE - 2] = MOV(0, 1);
        box->tries++;
        while (load_more(&l))
            if (l.calls == after)
                shared_code()[LONGER_CODE - 2] = MOV(0, 2);
        if (l.calls < 2)
            escape(box, "a long program is loaded at once", l.calls);
        if (l.error || !run_it(l.id, &test) || test.abort || test.result != 1)
            escape(box, "something else ran than what was looked at", test.result);
        end_program(l.id);
    }
}

/* While it is copied and looked at, by another CPU. */
static void changes(struct box *box)
{
    struct exo_code_test test;

    map_shared_code(box, LONG_CODE);
    box->where = SHARED_AT;
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t count = i % 2 ? LONG_CODE : 4; /* a long one takes its time */

        shared_code()[3] = i % 2 ? MOV(0, 1) : EXIT;
        int64_t id = load(box, EXO_CODE_PACKET, shared_code(), count);

        if (id < 0)
            continue;
        if (!run_it(id, &test) || test.abort || test.result > 2)
            escape(box, "something else ran than what was looked at", test.abort);
        end_program(id);
    }
    box->where = 0;
}

/* Writes a load from far outside the stack into the program, and takes it out again. */
static void changer(struct box *box)
{
    while (!box->done[0]) {
        if (!box->where)
            continue;
        volatile uint64_t *insn = (volatile uint64_t *)box->where + 1;

        *insn = LOAD64(0, 10, 4096);
        *insn = MOV(0, 2);
    }
}

/* Any bytes, and programs whose parts are good: refused or harmless. */
static void random_code(struct box *box)
{
    static const uint8_t opcodes[] = {0xb7, 0xbf, 0x0f, 0x07, 0x79, 0x71, 0x61, 0x7b, 0x73, 0x15,
                                      0x05, 0x85, 0x95, 0x5f, 0x2f, 0x67, 0x77, 0x18, 0xdb, 0x1d};
    uint64_t seed = 88172645463325252;
    uint64_t insns[48];
    struct exo_code_test test;
    uint64_t accepted = 0;

    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t count = 1 + (uint32_t)(noise(&seed) % 48);

        for (uint32_t k = 0; k < count; k++) {
            insns[k] = noise(&seed);
            if (i % 4)
                insns[k] = I(opcodes[insns[k] % sizeof opcodes], noise(&seed) % 11,
                             noise(&seed) % 11, noise(&seed) % 32 - 16, noise(&seed) % 64 - 8);
        }
        if (i % 4) {
            insns[0] = MOV(0, 0);
            insns[count - 1] = EXIT;
        }
        if (i % 8 == 1) { /* numbers only: these are accepted */
            for (uint32_t k = 1; k + 1 < count; k++)
                insns[k] = I(noise(&seed) % 2 ? 0x07 : 0x27, 0, 0, 0, noise(&seed));
        }
        int64_t id = load(box, 1 + (uint32_t)(noise(&seed) % 3), insns, count);

        if (id < 0)
            continue;
        accepted++;
        (void)run_it(id, &test);
        end_program(id);
    }
    if (!accepted)
        escape(box, "nothing is accepted at all", 0);
}

/* --- E05: the verifier itself ------------------------------------------------------------------------------------------- */

#define STEPS_OF(count) (64 * (count) + 256) /* abi/calls.def: code_load; kernel/code/check.h */
#define STEPS_A_CALL    1024
#define COUNT_MAX       (BIG_FRAMES * 512) /* instructions */
#define BIG_FRAMES      8                  /* from the attacker's first frame on */

/* Room for long programs. */
static uint64_t *big_code(struct box *box)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;

    for (uint32_t i = 0; i < BIG_FRAMES; i++)
        if (map_at(box, SHARED_AT + i * 0x1000, (box->own_first + i) << 12 | bits) != 1)
            escape(box, "its own page is refused", i);
    return shared_code();
}

/*
 * Loads a program of so many frames and ends it. What must hold of any: a verdict after a number of steps that is linear in its
 * length, about a thousand each call; it takes memory from its own frames only, and what it was refused with is its owner's.
 * Returns the verdict: an enum exo_code_error, 0 when accepted. says_one: it then runs, and the result is 1.
 */
static uint32_t judge(struct box *box, const uint64_t *insns, uint32_t count, uint32_t frame_count,
                      bool says_one)
{
    struct exo_code_report report = {.error = 0};
    struct loading l = {
        .id = create(box, frame_count),
        .image = {.type = EXO_CODE_PACKET, .insn_count = count, .insns = (uint64_t)insns}};

    box->tries++;
    while (load_more(&l))
        ;
    if (l.id < 0 || exo_code_read(SLOT_OWN, (uint64_t)l.id, &report) < 0) {
        escape(box, "an empty program is refused", (uint64_t)-l.id);
        return EXO_CODE_E_MEMORY;
    }
    if (l.error && l.error != -EXO_E_CODE)
        escape(box, "an error that says nothing of the code", (uint64_t)-l.error);

    /* The last step of each call may be as long as the program. */
    if (report.steps > STEPS_OF(count) || report.steps > l.calls * (STEPS_A_CALL + count) ||
        l.calls > 3 + report.steps / STEPS_A_CALL)
        escape(box, "it takes longer than it may", (uint64_t)l.calls << 32 | report.steps);
    if (report.frames > frame_count)
        escape(box, "it has frames that nobody gave", report.frames);
    if (l.error && frame_count > EXO_CODE_FRAMES_MIN) {
        uint64_t last = box->own_first + FRAME_CODE + frame_count - 1;

        if (map_at(box, ELSE_AT, last << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE) != 1)
            escape(box, "a refused program keeps its frames", frame_count);
        (void)map_at(box, ELSE_AT, 0);
    }
    if (!l.error) {
        struct exo_code_test test;

        if (!run_it(l.id, &test) || (says_one && (test.abort || test.result != 1)))
            escape(box, "what was accepted does not run as it should", test.abort);
    }
    end_program(l.id);
    return l.error ? report.error : 0;
}

static void want(struct box *box, uint32_t verdict, uint32_t expected, const char *what)
{
    if (verdict != expected)
        escape(box, what, verdict);
}

/* Lengths, addresses and types that cannot be. A program that could not be read can still be loaded. */
static void malformed_images(struct box *box)
{
    const uint64_t good[] = {MOV(0, 0), EXIT};
    const uint64_t at = (uint64_t)good;
    const struct {
        struct exo_code_image image;
        int64_t error;
    } tried[] = {
        {{.type = 1, .insn_count = EXO_CODE_INSNS_MAX + 1, .insns = at}, EXO_E_RANGE},
        {{.type = 1, .insn_count = UINT32_MAX, .insns = at}, EXO_E_RANGE},
        {{.type = 1, .insn_count = 1u << 29, .insns = at}, EXO_E_RANGE},
        {{.type = 1, .insn_count = 2, .insns = at, .rodata_bytes = EXO_CODE_RODATA_MAX + 1},
         EXO_E_RANGE},
        {{.type = 1, .insn_count = 2, .insns = at, .rodata_bytes = UINT32_MAX}, EXO_E_RANGE},
        {{.type = 0, .insn_count = 2, .insns = at}, EXO_E_ARG},
        {{.type = EXO_CODE_TYPES, .insn_count = 2, .insns = at}, EXO_E_ARG},
        {{.type = UINT32_MAX, .insn_count = 2, .insns = at}, EXO_E_ARG},
        {{.type = 1, .insn_count = 2, .insns = at, .reserved = 1}, EXO_E_ARG},
        {{.type = 1, .insn_count = 2, .insns = 0}, EXO_E_FAULT},
        {{.type = 1, .insn_count = 2, .insns = PROGRAMS_AT}, EXO_E_FAULT},
        {{.type = 1, .insn_count = 2, .insns = UINT64_MAX - 7}, EXO_E_FAULT},
        {{.type = 1, .insn_count = 2, .insns = SHARED_AT + BIG_FRAMES * 0x1000 - 8}, EXO_E_FAULT},
        {{.type = 1, .insn_count = 2, .insns = at, .rodata = PROGRAMS_AT, .rodata_bytes = 8},
         EXO_E_FAULT},
    };
    struct loading l = {.id = create(box, CODE_FRAMES)};

    for (uint32_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        box->tries++;
        l.image = tried[i].image;
        (void)load_more(&l);
        if (l.error != -tried[i].error)
            escape(box, "an image that cannot be", i);
    }
    l.image = (struct exo_code_image){.type = 1, .insn_count = 2, .insns = at};
    (void)load_more(&l);
    if (l.error)
        escape(box, "and afterwards a good one is refused", (uint64_t)-l.error);
    end_program(l.id);
}

/* A good program cut anywhere, and each of its instructions with registers that there are not. */
static void truncated_code(struct box *box)
{
    uint64_t insns[] = {MOV_REG(6, 1),
                        LOAD64(2, 6, 0),
                        LDDW(3, 0, 0x11223344),
                        (uint64_t)0x55667788 << 32,
                        JUMP_EQ(3, 5, 2),
                        LOAD8(4, 2, 0),
                        I(0x07, 3, 0, 0, 1),
                        MOV(0, 1),
                        EXIT};
    const uint32_t count = sizeof insns / sizeof insns[0];

    want(box, judge(box, insns, count, CODE_FRAMES, false), 0, "a good program is refused");
    want(box, judge(box, insns, 0, CODE_FRAMES, false), EXO_CODE_E_LENGTH, "no program is one");
    for (uint32_t n = 1; n < count; n++)
        if (!judge(box, insns, n, CODE_FRAMES, false))
            escape(box, "a program without an end is accepted", n);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t r = 0; r < 10; r++) {
            uint64_t kept = insns[i];
            uint32_t bad = 11 + r % 5;

            if (r < 5)
                insns[i] = (kept & ~(uint64_t)0xf00) | bad << 8;
            else
                insns[i] = (kept & ~(uint64_t)0xf000) | bad << 12;
            uint32_t verdict = judge(box, insns, count, CODE_FRAMES, false);

            if (verdict != EXO_CODE_E_FIELD && verdict != EXO_CODE_E_OPCODE)
                escape(box, "a register above r10 is looked at", verdict);
            insns[i] = kept;
        }
}

/* Adds numbers up; if the sum is right the result is 1. */
static void sum_code(uint64_t *code, uint32_t count)
{
    uint32_t sum = 0;

    code[0] = MOV(0, 0);
    for (uint32_t k = 1; k < count - 4; k++) {
        code[k] = I(0x07, 0, 0, 0, k);
        sum += k;
    }
    code[count - 4] = MOV_REG(1, 0);
    code[count - 3] = MOV(0, 1);
    code[count - 2] = JUMP_EQ(1, sum, 1);
    code[count - 1] = MOV(0, 2);
    code[count] = EXIT;
}

/* Long programs made of few frames and of many: enough, or refused for want of memory; never more than was given. */
static void huge_code(struct box *box)
{
    static const uint16_t lengths[] = {6, 100, 450, 513, 700, 1000, 2000, COUNT_MAX - 1};
    uint64_t *code = big_code(box);
    uint32_t accepted = 0;

    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        bool before = false,
             dear = lengths[i] >= EXO_CODE_PACKET_COST / 8; /* it may cost too much */

        sum_code(code, lengths[i]);
        for (uint32_t frames = EXO_CODE_FRAMES_MIN; frames <= CODE_FRAMES; frames++) {
            uint32_t verdict = judge(box, code, lengths[i] + 1u, frames, true);

            if (verdict &&
                (before || (verdict != EXO_CODE_E_MEMORY && (!dear || verdict != EXO_CODE_E_COST))))
                escape(box, "a long program is refused for something else", verdict);
            before |= !verdict;
        }
        accepted += before;
    }
    if (accepted < 3)
        escape(box, "no long program is accepted", accepted);
}

/* Programs whose paths are many more than their instructions: loops in loops, and forks without end. */
static void cyclic_code(struct box *box)
{
    static const uint16_t lengths[] = {8, 64, 200, 400, 700};
    uint64_t *code = big_code(box);
    uint64_t seed = 88172645463325252;

    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (uint32_t kind = 0; kind < 6; kind++) {
            uint32_t count = lengths[i];

            for (uint32_t r = 0; r < 4; r++)
                code[r] = MOV(r, r); /* r1 too: a number from here on */
            for (uint32_t k = 4; k + 1 < count; k++) {
                uint32_t room = count - 2 - k;
                uint64_t by = kind == 0   ? 4 - (k + 1)       /* all to the begin */
                              : kind == 1 ? k % 2 ? -2ull : 1 /* to the one before */
                              : kind == 2 ? 1                 /* two ways, again and again */
                              : kind == 3 ? noise(&seed) % (k - 3) - k + 3 /* back to anywhere */
                              : kind == 4 ? (noise(&seed) % (count - 5)) - (k - 3)
                                          : room / 2;

                code[k] = k % 3 ? JUMP_EQ(noise(&seed) % 4, noise(&seed) % 8, by)
                                : I(0x07, noise(&seed) % 4, 0, 0, noise(&seed) % 8);
                if (k % 3 && (int64_t)by > (int64_t)room)
                    code[k] = JUMP_EQ(0, 0, room);
            }
            code[count - 1] = EXIT;
            (void)judge(box, code, count, CODE_FRAMES, false);
        }
    /* A long way around, again and again: a number that grows from one bound to the next, and a time of which nothing is known. */
    for (uint32_t k = 0; k < LONG_CODE; k++)
        code[k] = k < 4         ? MOV(0, 0)
                  : k % 50 == 0 ? JUMP_EQ(2, k, 4 - (k + 1))
                  : k % 50 == 1 ? I(0x07, 0, 0, 0, 1)
                                : MOV(4, k);
    code[0] = LOAD64(2, 1, 48);
    code[LONG_CODE - 1] = EXIT;
    want(box, judge(box, code, LONG_CODE, CODE_FRAMES, false), 0, "a metered loop is refused");
}

/* E05 */
static void garbage(struct box *box)
{
    random_code(box);
    truncated_code(box);
    huge_code(box);
    malformed_images(box);
    cyclic_code(box);
}

/* --- H01: the places of programs ------------------------------------------------------------------------------------------- */

enum {
    PLACES_TAKEN = 1,
    PLACES_SEEN,
};

/* Makes programs of all frames that it can get, until it gets no more. */
static void take_places(struct box *box)
{
    uint64_t frames[EXO_CODE_FRAMES_MIN];
    uint64_t place = 0;
    int64_t id = 0;

    for (uint64_t f = 0; place < EXO_CODE_PROGRAMS && f + EXO_CODE_FRAMES_MIN < box->frame_count;
         f += EXO_CODE_FRAMES_MIN) {
        if (exo_frame_alloc(SLOT_OWN, f, EXO_CODE_FRAMES_MIN) < 0)
            continue;
        for (uint64_t i = 0; i < EXO_CODE_FRAMES_MIN; i++)
            frames[i] = f + i;
        do
            id = exo_code_create(SLOT_OWN, place++, frames, EXO_CODE_FRAMES_MIN);
        while (id == -EXO_E_EXISTS && place < EXO_CODE_PROGRAMS);
        box->tries++;
        if (id < 0)
            break;
    }
    if (id != -EXO_E_BUSY)
        escape(box, "it gets as many programs as it likes", place);
    box->step = PLACES_TAKEN;
    while (box->step != PLACES_SEEN)
        (void)exo_yield();
}

/* Is there a place left for others? */
static void places_host(struct box *box)
{
    uint64_t frames[EXO_CODE_FRAMES_MIN];
    int64_t id = -EXO_E_EXISTS;

    if (box->step != PLACES_TAKEN)
        return;
    frames[0] = frames_take(CAP_ROOT, EXO_CODE_FRAMES_MIN);
    for (uint64_t i = 1; i < EXO_CODE_FRAMES_MIN; i++)
        frames[i] = frames[0] + i;
    for (uint64_t place = 0; id == -EXO_E_EXISTS && place < EXO_CODE_PROGRAMS; place++)
        id = exo_code_create(CAP_ROOT, place, frames, EXO_CODE_FRAMES_MIN);
    if (id < 0)
        escape(box, "there is no place for another's program", (uint64_t)-id);
    while (id >= 0 && exo_code_destroy(CAP_ROOT, (uint64_t)id) == -EXO_E_BUSY)
        ;
    must(exo_frame_free(CAP_ROOT, frames[0], EXO_CODE_FRAMES_MIN), "frames");
    box->step = PLACES_SEEN;
}

const struct attack code_attacks[] = {
    {"E01", "code that never ends", never_ends, NULL, NULL, 0, 0, false},
    {"E02", "code that reaches outside", out_of_bounds, NULL, NULL, 0, 0, false},
    {"E03", "code that tricks the compiler", compiler_tricks, NULL, NULL, 0, 0, false},
    {"E06", "ownership functions that lie", lying_owners, NULL, NULL, 0, 0, false},
    {"E04", "code that changes between the calls that load it", changes_between, NULL, NULL, 0, 0,
     false},
    {"E04r", "code that changes while it is loaded", changes, changer, NULL, 0, 2, false},
    {"H01c", "all places of programs", take_places, NULL, places_host, EXO_RIGHT_ALLOCATE, 0,
     false},
    {"E05", "code that is garbage, truncated, huge or cyclic", garbage, NULL, NULL, 0, 0, false},
};
const uint32_t code_attack_count = sizeof code_attacks / sizeof code_attacks[0];
