/* SPDX-License-Identifier: MIT */
/*
 * run.c - runs of compiled programs: packet handlers, wakeup predicates, ownership functions.
 *
 * A program runs on the kernel stack, with interrupts off, in the windows that its type has. It holds no lock, no
 * reference and no memory, so that an abort has nothing to undo but its staged effects.
 */
#include "base/string.h"
#include "core/calls.h"
#include "core/sleep.h"
#include "core/ucopy.h"
#include "program/program.h"

/* The parts of a run that all types share. */
static inline void run_prepare(struct code_run *run, const struct program *program)
{
#pragma GCC unroll 8
    for (uint32_t i = 0; i < EXO_CODE_REGIONS; i++)
        run->window[i] = (struct code_window){0};
    run->own = NULL;
    run->own_max = 0;
    run->window[EXO_CODE_MEMORY] =
        (struct code_window){.base = program_page(program, PROGRAM_PAGE_MEMORY),
                             .length = (uint64_t)program->memory_pages << EXO_PAGE_SHIFT};
    run->window[EXO_CODE_RODATA] = (struct code_window){
        .base = program_page(program, PROGRAM_PAGE_AREA), .length = program->rodata_bytes};
}

static inline uint64_t run_go(struct code_run *run, struct program *program)
{
    const struct code_type *type = &code_types[program->report.type];

    code_run_begin(run, type);
    uint64_t result = program->entry(run);

    code_run_end(run, type, result);
    program->report.runs++;
    if (run->abort) {
        program->report.aborts++;
        program->report.abort_reason = run->abort;
        program->report.abort_insn = run->insn;
    }
    return run->abort ? 0 : result;
}

static void window(struct code_run *run, uint32_t region, const void *base, uint32_t length)
{
    run->window[region] =
        (struct code_window){.base = (uint8_t *)(uintptr_t)base, .length = length};
}

/* A packet handler in `run`; result and effects stay there. */
static inline uint64_t run_packet(struct code_run *run, struct program *program,
                                  const struct program_packet *packet)
{
    struct exo_code_packet *context = (struct exo_code_packet *)run->context;

    run_prepare(run, program);
    window(run, EXO_CODE_PACKET_REGION, packet->bytes, packet->length);
    window(run, EXO_CODE_REPLY, packet->reply, packet->reply_bytes);
    context->now_ns = arch_now_ns();
    context->length = packet->length;
    context->flags = packet->flags;
    return run_go(run, program);
}

uint32_t program_run_packet(uint64_t id, const struct program_packet *packet, struct code_run *run)
{
    struct program *program = program_enter(id, EXO_CODE_STATE_READY, EXO_CODE_PACKET);

    run->send_count = run->cost = 0;
    run->wake = 0;
    if (!program)
        return EXO_CODE_DELIVER;
    uint64_t verdict = run_packet(run, program, packet);

    run->cost =
        program->report.cost + EXO_CODE_PACKET_FUEL - (run->fuel < 0 ? 0 : (uint32_t)run->fuel);

    program_leave(program);
    return (uint32_t)verdict;
}

static uint64_t run_predicate(struct code_run *run, struct program *program)
{
    run_prepare(run, program);
    ((struct exo_code_predicate *)run->context)->now_ns = arch_now_ns();
    return run_go(run, program);
}

__attribute__((noinline)) uint64_t program_predicate(uint64_t id)
{
    struct program *program = program_enter(id, EXO_CODE_STATE_READY, EXO_CODE_PREDICATE);
    struct code_run run __attribute__((uninitialized));

    if (!program)
        return 1;
    uint64_t tag = run_predicate(&run, program);

    program_leave(program);
    return run.abort ? 1 : tag;
}

/* --- Test runs -------------------------------------------------------------------------------------------------------- */

/* What a run of a handler would have sent: the frames one after the other, cut off at the page. */
static uint32_t gather_sends(const struct code_run *run, uint8_t *output)
{
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < run->send_count; i++) {
        uint32_t n = run->send[i].length;

        if (n > EXO_PAGE_SIZE - bytes)
            n = EXO_PAGE_SIZE - bytes;
        memmove(output + bytes, run->send[i].bytes, n);
        bytes += n;
    }
    return bytes;
}

static void test_packet(struct code_run *run, struct program *program, struct exo_code_test *test,
                        uint8_t *output)
{
    uint8_t *input = program_page(program, PROGRAM_PAGE_INPUT);
    struct program_packet packet = {.bytes = input,
                                    .length = test->input_bytes,
                                    .reply = input + EXO_CODE_REACH,
                                    .reply_bytes = EXO_CODE_REACH,
                                    .flags = (uint32_t)test->argument};

    memset(packet.reply, 0, EXO_CODE_REACH);
    test->result = run_packet(run, program, &packet);
    test->wake = run->wake;
    test->sends = run->send_count;
    test->output_bytes = gather_sends(run, output);
}

static void test_ownership(struct code_run *run, struct program *program,
                           struct exo_code_test *test, uint8_t *output)
{
    struct exo_code_ownership *context = (struct exo_code_ownership *)run->context;

    run_prepare(run, program);
    window(run, EXO_CODE_INPUT, program_page(program, PROGRAM_PAGE_INPUT), test->input_bytes);
    context->block = test->block;
    context->argument = test->argument;
    run->own = (struct exo_code_extent *)output;
    run->own_max = EXO_PAGE_SIZE / sizeof *run->own;
    test->result = run_go(run, program);
    test->output_bytes = run->own_count * (uint32_t)sizeof *run->own;
}

static int test_run(struct program *program, struct exo_code_test *test)
{
    uint8_t *input = program_page(program, PROGRAM_PAGE_INPUT);
    uint8_t *output = program_page(program, PROGRAM_PAGE_OUTPUT);
    uint32_t room = test->output_bytes;
    struct code_run run;

    memset(input, 0, EXO_PAGE_SIZE);
    if (ucopy_in(input, test->input, test->input_bytes))
        return EXO_E_FAULT;
    call_open(); /* it holds no lock and may run for long */
    if (program->report.type == EXO_CODE_PACKET)
        test_packet(&run, program, test, output);
    else if (program->report.type == EXO_CODE_OWNERSHIP)
        test_ownership(&run, program, test, output);
    else
        test->result = run_predicate(&run, program);
    call_close();
    test->abort = run.abort;
    test->insn = run.insn;
    test->fuel = run.abort == EXO_CODE_A_FUEL ? 0 : (uint32_t)run.fuel;
    if (program->report.type == EXO_CODE_PREDICATE)
        test->output_bytes = 0;
    return ucopy_out(test->output, output, test->output_bytes < room ? test->output_bytes : room);
}

struct call_result call_code_test(struct env *self, uint32_t slot, uint64_t id, uint64_t test)
{
    struct exo_code_test copy;
    struct program *program = NULL;
    int error = ucopy_in(&copy, test, sizeof copy);

    if (!error)
        error = program_present(self, slot, id, EXO_CODE_STATE_READY, 0, &program);
    if (error)
        return call_error(error);
    uint32_t most = program->report.type == EXO_CODE_PACKET ? EXO_CODE_REACH : EXO_CODE_INPUT_MAX;

    if (copy.input_bytes > most)
        error = EXO_E_RANGE;
    lock_take(&program_lock);
    if (!error && program->testing)
        error = EXO_E_BUSY;
    else if (!error)
        program->testing = true;
    lock_drop(&program_lock);
    if (!error) {
        error = test_run(program, &copy);
        program->testing = false;
        if (!error)
            error = ucopy_out(test, &copy, sizeof copy);
    }
    program_leave(program);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_code_sleep(struct env *self, uint32_t slot, uint64_t id,
                                   uint64_t deadline_ns)
{
    struct program *program = NULL;
    int error = program_present(self, slot, id, EXO_CODE_STATE_READY, EXO_CODE_PREDICATE, &program);

    if (error)
        return call_error(error);
    program_leave(program); /* if it goes while the env sleeps, the sleep ends */
    lock_take(&env_lock);
    sleep_begin(self, 0, id, deadline_ns);
    lock_drop(&env_lock);
    return call_ok(0);
}
