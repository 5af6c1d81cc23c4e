/* SPDX-License-Identifier: MIT */
/* code.c - boot tests of downloaded code: loading, runs, windows, sleeping on predicates, release; and hostile use of each call. */
#include "base/string.h"
#include "tests/boot/boot.h"

#define FRAMES 12 /* of a small program */

/* Instructions: opcode, destination, source, offset, constant. */
#define I(op, d, s, off, imm)                                                                      \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(s) << 12 | (uint64_t)(uint16_t)(off) << 16 | \
     (uint64_t)(uint32_t)(imm) << 32)
#define MOV(d, i)             I(0xb7, d, 0, 0, i)
#define MOV_R(d, s)           I(0xbf, d, s, 0, 0)
#define ADD(d, i)             I(0x07, d, 0, 0, i)
#define LOAD8(d, s, off)      I(0x79, d, s, off, 0)
#define LOAD4(d, s, off)      I(0x61, d, s, off, 0)
#define LOAD1(d, s, off)      I(0x71, d, s, off, 0)
#define STORE8(d, off, s)     I(0x7b, d, s, off, 0)
#define STORE1I(d, off, i)    I(0x72, d, 0, off, i)
#define JUMP(op, d, i, off)   I(0x05 | (op), d, 0, off, i)
#define JUMP_R(op, d, s, off) I(0x0d | (op), d, s, off, 0)
#define CALL(helper)          I(0x85, 0, 0, 0, helper)
#define EXIT                  I(0x95, 0, 0, 0, 0)
#define JEQ                   0x10
#define JNE                   0x50
#define JGT                   0x20

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t given[EXO_CODE_FRAMES_MAX];

uint64_t code_container(uint32_t slot, uint32_t place, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        given[i] = frame_new(slot);
    return (uint64_t)exo_code_create(slot, place, given, frames);
}

/* All frames of the container and what is left of the list go back. */
static void container_drop(uint32_t slot, uint64_t id)
{
    int64_t result = -EXO_E_BUSY;

    for (uint32_t tries = 0; result == -EXO_E_BUSY && tries < 1000000; tries++)
        result = exo_code_destroy(slot, id);
    expect(result, 0, "destroyed");
}

static void frames_drop(uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        frame_drop(given[i]);
}

void code_container_drop(uint64_t id, uint32_t frames)
{
    container_drop(CAP_ROOT, id);
    frames_drop(frames);
}

int64_t code_insns_load(uint32_t slot, uint64_t id, uint32_t type, const uint64_t *insns,
                        uint32_t count)
{
    struct exo_code_image image = {.type = type, .insn_count = count, .insns = (uint64_t)insns};
    int64_t result;

    do {
        result = exo_code_load(slot, id, &image);
    } while (result == -EXO_E_AGAIN);
    return result;
}

static struct exo_code_report report_of(uint64_t id)
{
    struct exo_code_report report = {0};

    expect(exo_code_read(CAP_ROOT, id, &report), 0, "its report");
    return report;
}

static uint8_t input[EXO_CODE_INPUT_MAX], output[EXO_PAGE_SIZE];

static struct exo_code_test run(uint64_t id, uint32_t bytes)
{
    struct exo_code_test test = {.input = (uint64_t)input,
                                 .input_bytes = bytes,
                                 .output = (uint64_t)output,
                                 .output_bytes = sizeof output};

    memset(output, 0, sizeof output);
    expect(exo_code_test(CAP_ROOT, id, &test), 0, "a test run of %u bytes", bytes);
    return test;
}

static void check_audit(void)
{
    int64_t found = exo_test(EXO_TEST_AUDIT, 0, 0);

    if (found != -EXO_E_CALL)
        expect(found, 0, "no page is writable and executable while programs live");
}

/* Answers with the packet's bytes, first byte changed; too short ones are delivered. */
static const uint64_t echo[] = {
    MOV_R(9, 1),
    LOAD8(6, 9, 0), /* packet */
    LOAD8(7, 9, 8),
    LOAD8(8, 9, 16), /* reply */
    MOV(0, EXO_CODE_DELIVER),
    MOV_R(2, 6),
    ADD(2, 14),
    JUMP_R(JGT, 2, 7, 12),
    MOV_R(1, 8),
    MOV_R(2, 6),
    LOAD4(3, 9, 56), /* length */
    CALL(EXO_CODE_HELPER_COPY),
    STORE1I(8, 0, 0x42),
    MOV_R(1, 8),
    LOAD4(2, 9, 56),
    CALL(EXO_CODE_HELPER_SEND),
    MOV(1, 4),
    CALL(EXO_CODE_HELPER_WAKE),
    MOV(0, EXO_CODE_CONSUMED),
    EXIT,
    EXIT,
};

static void test_packet(void)
{
    uint64_t id = code_container(CAP_ROOT, 5, FRAMES);

    check((int64_t)id > 0, "a container");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, echo, COUNT(echo)), 0,
           "a packet handler is loaded");
    struct exo_code_report report = report_of(id);

    expect(report.state, EXO_CODE_STATE_READY, "it is ready");
    check(report.proved == 5 && report.guarded == 1 && report.loops == 0 && report.text_bytes > 100,
          "%u accesses proved, %u guarded, %u bytes of text", report.proved, report.guarded,
          report.text_bytes);
    expect(report.frames, 5, "what it does not need was given back");
    for (uint32_t i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)(i * 7);
    struct exo_code_test test = run(id, 60);

    check(test.result == EXO_CODE_CONSUMED && test.abort == 0 && test.sends == 1 && test.wake == 4,
          "it answers");
    check(test.output_bytes == 60 && output[0] == 0x42 && !memcmp(output + 1, input + 1, 59),
          "with the right bytes");
    test = run(id, 13);
    check(test.result == EXO_CODE_DELIVER && test.sends == 0 && test.wake == 0,
          "a short packet is delivered");
    test = run(id, EXO_CODE_REACH);
    check(test.result == EXO_CODE_CONSUMED && test.output_bytes == EXO_CODE_REACH, "a long one");
    check_audit();
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
}

/* Counts in its memory window, and returns what it finds there. */
static void test_memory(void)
{
    static const uint64_t counter[] = {
        LOAD8(6, 1, 32),   LOAD8(0, 6, 8),   ADD(0, 1), STORE8(6, 8, 0),
        LOAD8(7, 6, 4096), STORE8(6, 16, 7), MOV(0, 0), EXIT,
    };
    uint64_t id = code_container(CAP_ROOT, 511, FRAMES);
    uint64_t window[2] = {frame_new(CAP_ROOT), frame_new(CAP_ROOT)};
    volatile uint64_t *first = page_at(0);
    volatile uint64_t *second = page_at(1);

    for (uint32_t i = 0; i < 2; i++)
        expect(page_map(i, window[i], EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "mapped");
    *second = 0x1234567;
    expect(exo_code_memory(CAP_ROOT, id, window, 2), 0, "a memory window of two frames");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, counter, COUNT(counter)), 0, "loaded");
    check(report_of(id).proved == 5 && report_of(id).guarded == 0, "all accesses are proved");
    for (uint32_t i = 0; i < 3; i++)
        (void)run(id, 0);
    check(first[1] == 3 && first[2] == 0x1234567, "handler and owner see the same memory");
    expect(report_of(id).runs, 3, "runs are counted");
    expect(exo_frame_free(CAP_ROOT, window[0], 1), -EXO_E_BUSY, "the window is pinned");
    expect(exo_code_memory(CAP_ROOT, id, window, 1), -EXO_E_KIND, "it grows no more");
    for (uint32_t i = 0; i < 2; i++)
        expect(page_unmap(i), 0, "unmapped");
    expect(exo_frame_free(CAP_ROOT, window[0], 1), -EXO_E_BUSY, "still pinned");
    check_audit();
    container_drop(CAP_ROOT, id);
    for (uint32_t i = 0; i < 2; i++)
        frame_drop(window[i]);
    frames_drop(FRAMES);
}

static void test_refused(void)
{
    static const uint64_t leak[] = {MOV(0, 0), LOAD8(2, 1, 32), STORE8(2, 0, 1), EXIT};
    static const uint64_t endless[] = {MOV(0, 0), I(0x05, 0, 0, -1, 0)};
    static const uint64_t kernel[] = {I(0x18, 2, 0, 0, 0x80000000), I(0, 0, 0, 0, 0xffffffff),
                                      LOAD8(0, 2, 0), EXIT};
    static const struct {
        const uint64_t *insns;
        uint32_t count, type, error, at;
    } bad[] = {
        {leak, 4, EXO_CODE_PACKET, EXO_CODE_E_LEAK, 2},
        {endless, 2, EXO_CODE_PREDICATE, EXO_CODE_E_LOOP, 1},
        {kernel, 4, EXO_CODE_PACKET, EXO_CODE_E_NOT_POINTER, 2},
        {leak, 1, EXO_CODE_PACKET, EXO_CODE_E_END, 0},
        {leak, 0, EXO_CODE_PACKET, EXO_CODE_E_LENGTH, 0},
    };

    for (uint32_t i = 0; i < COUNT(bad); i++) {
        uint64_t id = code_container(CAP_ROOT, i, FRAMES);

        expect(code_insns_load(CAP_ROOT, id, bad[i].type, bad[i].insns, bad[i].count), -EXO_E_CODE,
               "bad program %u", i);
        struct exo_code_report report = report_of(id);

        check(report.state == EXO_CODE_STATE_REFUSED && report.error == bad[i].error &&
                  report.insn == bad[i].at,
              "refused for error %u at %u", report.error, report.insn);
        expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, echo, COUNT(echo)), -EXO_E_KIND,
               "no second try");
        container_drop(CAP_ROOT, id);
        frames_drop(FRAMES);
    }
}

static void test_aborts(void)
{
    static const uint64_t wild[] = {
        MOV_R(9, 1), MOV(1, 1), CALL(EXO_CODE_HELPER_WAKE), LOAD8(6, 9, 0), I(0x79, 7, 6, 1000, 0),
        MOV(0, 1),   EXIT};
    static const uint64_t endless[] = {MOV(0, 0), ADD(0, 1), JUMP(JNE, 0, 0, -2), EXIT};
    static const uint64_t seven[] = {LOAD4(0, 1, 56), EXIT};
    uint64_t id = code_container(CAP_ROOT, 0, FRAMES);

    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, wild, COUNT(wild)), 0, "loaded");
    struct exo_code_test test = run(id, 1007);

    check(test.abort == EXO_CODE_A_BOUNDS && test.insn == 4 && test.wake == 0 && test.result == 0,
          "one byte too far ends the run, without effects");
    test = run(id, 1008);
    check(test.abort == 0 && test.wake == 1 && test.result == 1, "one byte more, and it runs");
    check(report_of(id).runs == 2 && report_of(id).aborts == 1 &&
              report_of(id).abort_reason == EXO_CODE_A_BOUNDS,
          "aborts are counted");
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
    id = code_container(CAP_ROOT, 0, FRAMES);
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, endless, COUNT(endless)), 0,
           "an endless loop is loaded");
    test = run(id, 60);
    check(test.abort == EXO_CODE_A_FUEL && test.fuel == 0, "and ended by its budget");
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
    id = code_container(CAP_ROOT, 0, FRAMES);
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, seven, COUNT(seven)), 0,
           "a verdict that may not be");
    expect(report_of(id).result_guarded, 1, "is guarded");
    check(run(id, 2).abort == 0 && run(id, 2).result == 2 && run(id, 7).abort == EXO_CODE_A_RESULT,
          "and ends the run when it is none");
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
}

/* own(word, 1, 7) for each word of the input that is not 0. */
static const uint64_t owner[] = {
    LOAD8(6, 1, 0),
    LOAD8(7, 1, 8),
    MOV_R(8, 6),
    ADD(8, 8),
    JUMP_R(JGT, 8, 7, 8),
    LOAD8(1, 6, 0),
    JUMP(JEQ, 1, 0, 3),
    MOV(2, 1),
    MOV(3, 7),
    CALL(EXO_CODE_HELPER_OWN),
    MOV_R(6, 8),
    ADD(8, 8),
    I(0x05, 0, 0, -9, 0),
    MOV(0, 0),
    EXIT,
};

static void test_ownership(void)
{
    uint64_t id = code_container(CAP_ROOT, 7, FRAMES);
    uint64_t *words = (uint64_t *)input;
    struct exo_code_extent *extents = (struct exo_code_extent *)output;

    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_OWNERSHIP, owner, COUNT(owner)), 0,
           "an ownership function");
    memset(input, 0, sizeof input);
    words[1] = 77;
    words[511] = 99;
    struct exo_code_test test = run(id, 4096);

    check(test.abort == 0 && test.result == 0 && test.output_bytes == 32 &&
              extents[0].first == 77 && extents[1].first == 99 && extents[1].count == 1 &&
              extents[1].type == 7,
          "lists the two blocks that the bytes name");
    uint32_t fuel = test.fuel;

    test = run(id, 4096);
    check(test.fuel == fuel && test.output_bytes == 32,
          "the same bytes give the same answer and cost");
    for (uint32_t i = 0; i < 512; i++)
        words[i] = i + 1;
    test = run(id, 4096);
    check(test.abort == EXO_CODE_A_HELPER && test.output_bytes == 0,
          "more than fit are none: the run is aborted");
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
}

/* E04: what is loaded is a copy. */
static void test_copy(void)
{
    uint64_t program[2] = {MOV(0, 2), EXIT};
    uint64_t id = code_container(CAP_ROOT, 0, FRAMES);

    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, program, 2), 0, "loaded");
    program[0] = MOV(0, 1);
    check(run(id, 1).result == 2, "changing the program afterwards changes nothing");
    expect((int64_t)machine.frames[given[0]].kind, EXO_FRAME_CODE, "its frames are of kind code");
    expect(page_map(0, given[2], 0), -EXO_E_KIND, "nobody maps them");
    expect(exo_frame_free(CAP_ROOT, given[0], 1), -EXO_E_KIND, "or frees them");
    expect(exo_table_create(CAP_ROOT, given[1], 1), -EXO_E_KIND, "or makes them a table");
    container_drop(CAP_ROOT, id);
    expect((int64_t)machine.frames[given[0]].kind, EXO_FRAME_DATA, "then they are data again");
    expect(page_map(0, given[2], 0), 0, "and can be mapped");
    const uint64_t *words = page_at(0);
    uint64_t left = 0;

    for (uint32_t i = 0; i < 512; i++)
        left |= words[i];
    check(!left, "with nothing of the kernel in them");
    expect(page_unmap(0), 0, "unmapped");
    frames_drop(FRAMES);
}

static void test_rodata(void)
{
    static const uint8_t table[64] = {[5] = 55, [63] = 66};
    static const uint64_t reader[] = {I(0x18, 2, 6, 0, 0), I(0, 0, 0, 0, 5),    LOAD1(0, 2, 0),
                                      LOAD1(3, 2, 58),     I(0x0f, 0, 3, 0, 0), EXIT};
    uint64_t id = code_container(CAP_ROOT, 3, FRAMES);
    struct exo_code_image image = {.type = EXO_CODE_OWNERSHIP,
                                   .insn_count = COUNT(reader),
                                   .insns = (uint64_t)reader,
                                   .rodata = (uint64_t)table,
                                   .rodata_bytes = sizeof table};

    expect(exo_code_load(CAP_ROOT, id, &image), 0, "a program with constants");
    check(run(id, 0).result == 55 + 66, "reads them");
    container_drop(CAP_ROOT, id);
    frames_drop(FRAMES);
}

/* --- Predicates ------------------------------------------------------------------------------------------------------ */

/* The word's value once it is at least 5, else 0. */
static const uint64_t five[] = {LOAD8(2, 1, 0), LOAD8(0, 2, 8), JUMP(JGT, 0, 4, 1), MOV(0, 0),
                                EXIT};

static void count_body(struct child *child)
{
    volatile uint64_t *word = (volatile uint64_t *)page_at(0) + 1;

    while (*word < 7) {
        (*word)++;
        child->step = *word;
        (void)exo_yield();
    }
    child_rest();
}

static void test_predicate(void)
{
    uint64_t id = code_container(CAP_ROOT, 9, FRAMES);
    uint64_t frame = frame_new(CAP_ROOT), tag = 0;
    uint64_t start;

    expect(page_map(0, frame, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), 0, "mapped");
    memset(page_at(0), 0, EXO_PAGE_SIZE);
    expect(exo_code_memory(CAP_ROOT, id, &frame, 1), 0, "its window");
    expect(exo_code_sleep(CAP_ROOT, id, 0), -EXO_E_KIND, "not loaded yet");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PREDICATE, five, COUNT(five)), 0, "a predicate");
    (void)exo_sleep(0, 0, 0); /* takes a wake that is left over */
    start = exo_now_ns(machine.page);
    expect(exo_code_sleep_2(CAP_ROOT, id, start + 3000000, &tag), 0, "sleep until the deadline");
    check(exo_now_ns(machine.page) >= start + 3000000 && tag == 0, "it did not hold");
    struct child *child = child_make(count_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    expect(exo_code_sleep_2(CAP_ROOT, id, EXO_FOREVER, &tag), 0, "sleep until five");
    check(tag >= 5 && tag <= 7 && child->step >= 5, "woken by the predicate, with its result %lu",
          (unsigned long)tag);
    ((volatile uint64_t *)page_at(0))[1] = 9;
    expect(exo_code_sleep_2(CAP_ROOT, id, EXO_FOREVER, &tag), 0, "a predicate that holds already");
    expect((int64_t)tag, 9, "does not sleep");
    child_free(child);
    container_drop(CAP_ROOT, id);
    expect(page_unmap(0), 0, "unmapped");
    frame_drop(frame);
    frames_drop(FRAMES);
}

static uint64_t sleep_program;

static void predicate_body(struct child *child)
{
    child->step = 1;
    (void)exo_code_sleep_2(CAP_ROOT, sleep_program, EXO_FOREVER, (uint64_t *)&child->value);
    child->step = 2;
    child_rest();
}

/* Who sleeps on a program that is destroyed wakes. */
static void test_predicate_gone(uint32_t cpu)
{
    uint64_t id = code_container(CAP_ROOT, 9, FRAMES);
    uint64_t frame = frame_new(CAP_ROOT);
    struct child *child = child_make(predicate_body, &(struct child_options){.slot = CAP_ROOT});

    sleep_program = id;
    expect(exo_code_memory(CAP_ROOT, id, &frame, 1), 0, "its window");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PREDICATE, five, COUNT(five)), 0, "a predicate");
    child_run(child, cpu);
    check(wait_for(&child->step, 1, 2000), "an env sleeps on it on CPU %u", cpu);
    container_drop(CAP_ROOT, id);
    expect(exo_wake(CAP_ROOT, child->env, 0), 0, "a nudge");
    check(wait_for(&child->step, 2, 2000), "it wakes");
    child_free(child);
    frame_drop(frame);
    frames_drop(FRAMES);
}

/* --- Hostile ----------------------------------------------------------------------------------------------------------- */

static void test_arguments(void)
{
    uint64_t id = code_container(CAP_ROOT, 1, FRAMES);
    uint64_t other = frame_new(SLOT_OTHER), mine = frame_new(CAP_ROOT);
    uint64_t list[FRAMES];
    struct exo_code_image image = {
        .type = EXO_CODE_PACKET, .insn_count = 2, .insns = (uint64_t)echo};
    struct exo_code_test test = {.input = (uint64_t)input, .input_bytes = 4097};

    for (uint32_t i = 0; i < FRAMES; i++)
        list[i] = frame_new(CAP_ROOT);
    expect(exo_code_create(CAP_ROOT, 1, list, FRAMES), -EXO_E_EXISTS, "the slot is taken");
    expect(exo_code_create(CAP_ROOT, 2, list, 7), -EXO_E_ARG, "seven frames");
    expect(exo_code_create(SLOT_EMPTY, 2, list, FRAMES), -EXO_E_CAP, "no capability");
    expect(exo_code_create(SLOT_READER, 2, list, FRAMES), -EXO_E_RIGHT, "no right");
    expect(exo_code_create(SLOT_CHILD, 2, list, FRAMES), -EXO_E_CAP, "frames of others");
    expect(exo_code_create(CAP_ROOT, 2, (const uint64_t *)8, FRAMES), -EXO_E_FAULT, "no list");
    uint64_t keep = list[9];

    list[9] = list[2];
    expect(exo_code_create(CAP_ROOT, 2, list, FRAMES), -EXO_E_KIND, "a frame twice");
    list[9] = list[1];
    expect(exo_code_create(CAP_ROOT, 2, list, FRAMES), -EXO_E_KIND, "the table twice");
    list[9] = machine.page->machine_frame;
    expect(exo_code_create(CAP_ROOT, 2, list, FRAMES), -EXO_E_KIND, "an exposed frame");
    list[9] = UINT64_MAX >> 12;
    expect(exo_code_create(CAP_ROOT, 2, list, FRAMES), -EXO_E_RANGE, "no frame");
    list[9] = keep;
    expect(exo_code_load(CAP_ROOT, id + 1, &image), -EXO_E_NONE, "no such program");
    expect(exo_code_load(CAP_ROOT, given[3], &image), -EXO_E_NONE, "a frame that is no record");
    expect(exo_code_load(CAP_ROOT, UINT64_MAX, &image), -EXO_E_NONE, "any number");
    expect(exo_code_load(SLOT_CHILD, id, &image), -EXO_E_CAP, "not dominated");
    expect(exo_code_test(CAP_ROOT, id, &test), -EXO_E_KIND, "not loaded");
    expect(exo_code_memory(SLOT_CHILD, id, &mine, 1), -EXO_E_CAP, "program not dominated");
    expect(exo_code_memory(SLOT_READER, id, &mine, 1), -EXO_E_RIGHT, "without the right");
    expect(exo_code_memory(CAP_ROOT, id, &given[2], 1), -EXO_E_KIND, "its own text as window");
    expect(exo_code_memory(CAP_ROOT, id, &machine.page->machine_frame, 1), -EXO_E_KIND,
           "an exposed frame as window");
    image.type = 0;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_ARG, "no type");
    image.type = EXO_CODE_TYPES;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_ARG, "no such type");
    image.type = EXO_CODE_PACKET;
    image.insn_count = EXO_CODE_INSNS_MAX + 1;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_RANGE, "too many instructions");
    image.insn_count = 2;
    image.insns = 0xffffffffc0000000;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_FAULT, "the kernel's memory as program");
    image.insns = (uint64_t)echo;
    image.rodata_bytes = 8;
    image.rodata = 0x1230;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_FAULT, "no constants");
    image.rodata_bytes = 0;
    image.insns = 0x1230;
    expect(exo_code_load(CAP_ROOT, id, &image), -EXO_E_FAULT, "no instructions");
    expect(code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, echo, COUNT(echo)), 0,
           "and still it can be loaded");
    expect(exo_code_test(CAP_ROOT, id, &test), -EXO_E_RANGE, "too much input");
    test.input_bytes = 64;
    test.input = 0xffffffffc0000000;
    expect(exo_code_test(CAP_ROOT, id, &test), -EXO_E_FAULT, "input from the kernel");
    test.input = (uint64_t)input;
    test.output = 0xffffffffc0000000;
    test.output_bytes = 64;
    expect(exo_code_test(CAP_ROOT, id, &test), -EXO_E_FAULT, "output to the kernel");
    expect(exo_code_sleep(CAP_ROOT, id, 0), -EXO_E_KIND, "a handler is no predicate");
    expect(exo_code_destroy(SLOT_CHILD, id), -EXO_E_CAP, "destroyed by nobody else");
    expect(exo_code_destroy(SLOT_READER, id), -EXO_E_RIGHT, "or without the right");
    container_drop(CAP_ROOT, id);
    expect(exo_code_destroy(CAP_ROOT, id), -EXO_E_NONE, "gone");
    frames_drop(FRAMES);
    for (uint32_t i = 0; i < FRAMES; i++)
        frame_drop(list[i]);
    frame_drop(other);
    frame_drop(mine);
}

/* A large program takes several calls; what was said before it is loaded holds. */
static void test_large(void)
{
    static uint64_t large[EXO_CODE_INSNS_MAX];
    struct exo_code_image image = {
        .type = EXO_CODE_OWNERSHIP, .insn_count = EXO_CODE_INSNS_MAX, .insns = (uint64_t)large};
    uint64_t id;
    uint32_t calls = 0;
    int64_t result;

    for (uint32_t i = 0; i < EXO_CODE_INSNS_MAX - 1; i++)
        large[i] = i % 64 == 63 ? JUMP(JNE, 0, -1, -60) : ADD(0, 1);
    large[0] = MOV(0, 0);
    large[EXO_CODE_INSNS_MAX - 2] = MOV(0, 0);
    large[EXO_CODE_INSNS_MAX - 1] = EXIT;
    id = code_container(CAP_ROOT, 1, 200);
    do {
        result = exo_code_load(CAP_ROOT, id, &image);
        calls++;
        large[7] = 0; /* too late */
    } while (result == -EXO_E_AGAIN);
    expect(result, 0, "a program of 4,096 instructions is loaded");
    check(calls > 1, "in %u calls, %u steps", calls, report_of(id).steps);
    expect(exo_code_destroy(CAP_ROOT, id), 0, "destroyed");
    frames_drop(200);
    id = code_container(CAP_ROOT, 1, EXO_CODE_FRAMES_MIN);
    large[7] = ADD(0, 1);
    do {
        result = exo_code_load(CAP_ROOT, id, &image);
    } while (result == -EXO_E_AGAIN);
    check(result == -EXO_E_CODE && report_of(id).error == EXO_CODE_E_MEMORY,
          "with 8 frames it is not");
    container_drop(CAP_ROOT, id);
    frames_drop(EXO_CODE_FRAMES_MIN);
}

/* The end of a domain is the end of its programs, and of those that use its memory. */
static void test_domain(void)
{
    uint64_t place = 0;
    int64_t result;
    uint64_t frame = frame_new(SLOT_CHILD);
    uint64_t id = code_container(SLOT_CHILD, 20, FRAMES);

    expect(code_insns_load(SLOT_CHILD, id, EXO_CODE_PACKET, echo, COUNT(echo)), 0,
           "a program of [77]");
    uint64_t outside = code_container(CAP_ROOT, 21, FRAMES);

    expect(exo_code_memory(CAP_ROOT, outside, &frame, 1), 0, "one that uses memory of [77]");
    expect(code_insns_load(CAP_ROOT, outside, EXO_CODE_PACKET, echo, COUNT(echo)), 0, "loaded");
    do {
        result = exo_cap_destroy_2(SLOT_CHILD, place, 0, &place);
    } while (result == -EXO_E_AGAIN);
    expect(result, 0, "[77] is destroyed");
    expect(exo_code_destroy(CAP_ROOT, id), -EXO_E_NONE, "its program is gone");
    expect(exo_code_destroy(CAP_ROOT, outside), -EXO_E_NONE, "so is the other");
    expect((int64_t)machine.frames[frame].kind, EXO_FRAME_FREE, "its memory is free");
    frames_drop(FRAMES);
}

static void race_body(struct child *child)
{
    struct exo_code_test test = {0};

    while (!child->value) {
        child->resume = (uint64_t)-exo_code_test(CAP_ROOT, sleep_program, &test);
        child->step++;
    }
    child_rest();
}

/* Destroyed while another CPU runs it, over and over. */
static void test_race(void)
{
    uint32_t busy = 0;
    struct child *child;

    sleep_program = 0;
    child = child_make(race_body, &(struct child_options){.slot = CAP_ROOT});
    child_run(child, 1);
    for (uint32_t i = 0; i < 50; i++) {
        uint64_t id = code_container(CAP_ROOT, 30, FRAMES), before;
        int64_t result = code_insns_load(CAP_ROOT, id, EXO_CODE_PACKET, echo, COUNT(echo));

        if (result)
            expect(result, 0, "loaded again");
        sleep_program = id;
        before = child->step;
        for (uint64_t end = exo_now_ns(machine.page) + 50000000;
             child->step < before + 20 && exo_now_ns(machine.page) < end;)
            __builtin_ia32_pause();
        do {
            result = exo_code_destroy(CAP_ROOT, id);
            busy += result == -EXO_E_BUSY;
        } while (result == -EXO_E_BUSY);
        if (result)
            expect(result, 0, "destroyed while it may run");
        for (uint32_t f = 0; f < FRAMES; f++)
            if (exo_frame_free(CAP_ROOT, given[f], 1))
                check(false, "frame %u of a destroyed program can be freed", f);
    }
    child->value = 1;
    check(child->step > 50, "%lu runs on CPU 1, destroyed 50 times, busy %u times",
          (unsigned long)child->step, busy);
    child_free(child);
}

void test_code(void)
{
    test_packet();
    test_memory();
    test_refused();
    test_aborts();
    test_ownership();
    test_copy();
    test_rodata();
    test_predicate();
    test_predicate_gone(0);
    test_arguments();
    test_large();
    test_domain();
    if (machine.page->cpu_count > 1) {
        test_predicate_gone(1);
        test_race();
    }
}
