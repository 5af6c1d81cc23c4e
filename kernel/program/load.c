/* SPDX-License-Identifier: MIT */
/*
 * load.c - from bytes of a user to text that the kernel may run.
 *
 * The instructions are copied first; only the copy is verified and compiled. The area of a program while it loads: constants,
 * then the verifier's memory (its tables at the end), then the instructions. Text is written over the verifier's states, in the pages
 * where it stays; then they become executable and are no longer writable. What is left over goes back to the owner.
 */
#include "base/string.h"
#include "core/calls.h"
#include "core/frame.h"
#include "core/ucopy.h"
#include "program/program.h"

#define COPY_LOT        8192
#define STEPS_EACH_CALL 1024 /* instructions that the verifier looks at in one kernel call, about */

static uint8_t *area_at(const struct program *program, uint32_t page)
{
    return program_page(program, PROGRAM_PAGE_AREA + page);
}

static int image_check(const struct exo_code_image *image)
{
    if (image->type == 0 || image->type >= EXO_CODE_TYPES || image->reserved)
        return EXO_E_ARG;
    return image->insn_count > EXO_CODE_INSNS_MAX || image->rodata_bytes > EXO_CODE_RODATA_MAX
               ? EXO_E_RANGE
               : 0;
}

/* As ucopy_in, with pauses: the source may be long. */
static int copy_in(uint8_t *to, uint64_t from, uint64_t bytes)
{
    int error = 0;

    for (uint64_t at = 0; !error && at < bytes; at += COPY_LOT) {
        error = ucopy_in(to + at, from + at, bytes - at < COPY_LOT ? bytes - at : COPY_LOT);
        call_pause();
    }
    return error;
}

/* Copies constants and instructions into the area; verification begins. Only the caller is at the program (state CHECK). */
static int begin(struct program *program, const struct exo_code_image *image)
{
    uint64_t rodata_room = pages_of(image->rodata_bytes) << EXO_PAGE_SHIFT;
    uint64_t insn_bytes = image->insn_count * sizeof(struct code_insn);
    uint64_t bytes = (uint64_t)program->area_pages << EXO_PAGE_SHIFT;
    uint8_t *area = area_at(program, 0);
    struct exo_code_report *report = &program->report;

    bool room = rodata_room + insn_bytes + EXO_PAGE_SIZE <= bytes;
    struct code_insn *insns = (struct code_insn *)(area + bytes - (room ? insn_bytes : 0));

    if (room && (copy_in(area, image->rodata, image->rodata_bytes) ||
                 copy_in((uint8_t *)insns, image->insns, insn_bytes)))
        return EXO_E_FAULT; /* as if it had not been called */
    report->type = image->type;
    report->insns = image->insn_count;
    if (!room) {
        program->check.error = EXO_CODE_E_MEMORY;
        return EXO_E_CODE;
    }
    program->rodata_bytes = image->rodata_bytes;
    struct code_subject subject = {
        .insn = insns,
        .count = image->insn_count,
        .type = image->type,
        .memory_bytes = code_types[image->type].access[EXO_CODE_MEMORY]
                            ? program->memory_pages << EXO_PAGE_SHIFT
                            : 0,
        .rodata_bytes = image->rodata_bytes,
    };

    return code_check_begin(&program->check, &subject, area + rodata_room,
                            bytes - rodata_room - insn_bytes) == CODE_REFUSED
               ? EXO_E_CODE
               : 0;
}

static void report_fill(struct program *program)
{
    const struct code_check *check = &program->check;
    struct exo_code_report *report = &program->report;

    report->steps = check->steps;
    report->loops = check->loops;
    report->proved = check->proved;
    report->guarded = check->guarded;
    report->result_guarded = check->result_guarded;
    report->cost = check->note ? check->note[0].cost : 0;
    report->fuel = check->type ? check->type->fuel : 0;
}

/* Pages of the area from `first` on are the owner's again. */
static void trim(struct program *program, uint32_t first)
{
    lock_take(&memory_lock);
    for (uint32_t page = first; page < program->area_pages; page++) {
        program_give_back(program, PROGRAM_PAGE_AREA + page);
        if (page % 16 == 15) {
            lock_drop(&memory_lock);
            call_pause();
            lock_take(&memory_lock);
        }
    }
    program->report.frames -= program->area_pages - first;
    program->area_pages = first;
    lock_drop(&memory_lock);
    program_flush();
}

/* Machine code behind the constants. False: not enough frames. */
static bool compile(struct program *program)
{
    struct code_check *check = &program->check;
    uint32_t first = (uint32_t)pages_of(program->rodata_bytes);
    uint8_t *text = area_at(program, first);
    uint32_t bytes = code_compile(check, program->seed, NULL, 0);
    uint32_t pages = (uint32_t)pages_of(bytes);

    /* The tables that the compiler needs begin with `stub`. */
    if (text + ((uint64_t)pages << EXO_PAGE_SHIFT) > (uint8_t *)check->stub)
        return false;
    for (uint32_t page = 0; page < pages; page++) {
        memset(text + page * EXO_PAGE_SIZE, 0xcc, EXO_PAGE_SIZE);
        code_breathe(page);
    }
    if (code_compile(check, program->seed, text, (uint64_t)text) != bytes)
        return false;
    for (uint32_t page = 0; page < first + pages; page++)
        program_map(program, PROGRAM_PAGE_AREA + page,
                    program_frame(program, PROGRAM_PAGE_AREA + page),
                    false, page >= first);
    program->report.text_bytes = bytes;
    program->entry = (code_entry *)text;
    trim(program, first + pages);
    return true;
}

/* The state after a call that worked on the program alone. */
static void settle(struct program *program, uint32_t state)
{
    lock_take(&program_lock);
    program->report.state = state;
    lock_drop(&program_lock);
}

static int go_on(struct program *program)
{
    enum code_progress progress = code_check_step(&program->check, STEPS_EACH_CALL);

    if (progress == CODE_MORE)
        return EXO_E_AGAIN;
    report_fill(program);
    if (progress == CODE_REFUSED)
        return EXO_E_CODE;
    if (compile(program))
        return 0;
    program->check.error = EXO_CODE_E_MEMORY;
    program->check.insn = 0;
    return EXO_E_CODE;
}

/* Nobody else is at the program, and it may be loaded: it is the caller's alone (state WORK) until settle(). */
static int claim(struct program *program, bool *fresh)
{
    int error = 0;

    lock_take(&program_lock);
    *fresh = program->report.state == EXO_CODE_STATE_EMPTY;
    if (!*fresh && program->report.state != EXO_CODE_STATE_CHECK)
        error = program->report.state == EXO_CODE_STATE_WORK ? EXO_E_BUSY : EXO_E_KIND;
    else
        program->report.state = EXO_CODE_STATE_WORK;
    lock_drop(&program_lock);
    return error;
}

struct call_result call_code_load(struct env *self, uint32_t slot, uint64_t id,
                                  const struct exo_code_image *image)
{
    struct program *program = NULL;
    bool fresh = false;
    int error = image_check(image);

    if (!error)
        error = program_present(self, slot, id, 0, 0, &program);
    if (error)
        return call_error(error);
    error = claim(program, &fresh);
    if (error) {
        program_leave(program);
        return call_error(error);
    }
    if (fresh)
        error = begin(program, image);
    if (!error)
        error = go_on(program);
    if (error == EXO_E_CODE) {
        program->report.error = program->check.error;
        program->report.insn = program->check.insn;
        program->report.detail = program->check.detail;
        trim(program, 0);
    }
    settle(program, !error                 ? EXO_CODE_STATE_READY
                    : error == EXO_E_CODE  ? EXO_CODE_STATE_REFUSED
                    : error == EXO_E_FAULT ? EXO_CODE_STATE_EMPTY
                                           : EXO_CODE_STATE_CHECK);
    program_leave(program);
    return error ? call_error_at(error, program->report.insn) : call_ok(0);
}
