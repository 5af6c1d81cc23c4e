/* SPDX-License-Identifier: MIT */
/*
 * code.c - what downloaded code costs, in ticks of the time-stamp counter: the verifier
 * and the compiler by the length of programs, and compiled programs against the interpreter and the same source compiled for this machine.
 *
 *   code FOLDER    of the samples' object files
 */
#include "apps/kv_table.h"
#include "asm.h"
#include "interpret.h"
#include "lib/exo/code_object.h"
#include "bench/code/native.h"
#include "tests/unit/code/native.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Alignas(8) uint8_t scratch[8 << 20];
static struct code_check check;
static struct code_subject subject;

#define ROUNDS 400

/* Time-stamp ticks of a call, the least of many: what the machine does when nobody is in the way. `before` is not timed. */
static uint64_t cost(void (*function)(void), void (*before)(void))
{
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (before)
            before();
        uint64_t start = __builtin_ia32_rdtsc();

        __builtin_ia32_lfence();
        function();
        __builtin_ia32_lfence();
        uint64_t took = __builtin_ia32_rdtsc() - start;

        least = took < least ? took : least;
    }
    return least;
}

/* --- Verifier and compiler ------------------------------------------------------------------------------------------ */

static struct code_insn insns[EXO_CODE_INSNS_MAX];

static void verify(void)
{
    enum code_progress progress = code_check_begin(&check, &subject, scratch, sizeof scratch);

    while (progress == CODE_MORE)
        progress = code_check_step(&check, 4096);
    if (progress != CODE_DONE)
        _exit(1);
}

static uint8_t text[1 << 20];

static void compile(void)
{
    if (code_compile(&check, 1, NULL, 0))
        (void)code_compile(&check, 1, text, (uint64_t)code_helpers[1]);
}

static void straight(uint32_t n)
{
    for (uint32_t i = 0; i < n - 1; i++)
        insns[i] = i ? ALU(i % 2 ? CODE_ADD : CODE_XOR, 0, i) : MOV(0, 0);
    insns[n - 1] = EXIT();
}

static void accesses(uint32_t n)
{
    for (uint32_t i = 0; i < n - 1; i++)
        insns[i] = LOAD(W, i % 2 ? 7 : 0, 6, i % 200);
    insns[0] = LOAD(DW, 6, 1, 0); /* the input */
    insns[1] = MOV(0, 0);
    insns[n - 1] = EXIT();
}

static void branches(uint32_t n)
{
    insns[0] = LOAD(DW, 2, 1, 24); /* the argument */
    insns[1] = MOV(0, 0);
    for (uint32_t i = 2; i < n - 1; i++)
        insns[i] = i % 2 ? ALU(CODE_ADD, 0, 1) : JUMP(CODE_JGT, 2, i, 1);
    insns[n - 2] = MOV(0, 0);
    insns[n - 1] = EXIT();
}

static void loops(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        insns[i] = i % 8 == 0   ? MOV(3, 0)
                   : i % 8 == 7 ? JUMP(CODE_JNE, 3, 16, -6)
                                : ALU(CODE_ADD, 3, i % 8 == 6);
    insns[n - 2] = MOV(0, 0);
    insns[n - 1] = EXIT();
}

static void by_length(const char *name, void (*make)(uint32_t))
{
    for (uint32_t n = 64; n <= 4096; n *= 4) {
        make(n);
        subject = (struct code_subject){
            .insn = insns, .count = n, .type = EXO_CODE_OWNERSHIP}; /* which may be long */
        uint64_t verifying = cost(verify, NULL);

        verify();
        printf("%-12s %5u %10lu %8.1f %8.1f %10.1f\n", name, n, (unsigned long)verifying,
               (double)verifying / n, (double)check.steps / n, (double)cost(compile, NULL) / n);
    }
}

/* --- Programs -------------------------------------------------------------------------------------------------------- */

static struct exo_code_object object;
static struct exo_code_linked linked;
static struct exo_code_entry entry;
static char image[1 << 20];
static struct code_run run;
static uint8_t packet[2048], reply[2048], memory[65536];
static struct exo_code_extent own[512];
static code_entry *compiled;

static void load(const char *folder, const char *name)
{
    char path[512];
    uint32_t where;

    snprintf(path, sizeof path, "%s/%s.o", folder, name);
    FILE *file = fopen(path, "rb");

    if (!file || exo_code_object_read(&object, image, fread(image, 1, sizeof image, file)) ||
        !exo_code_object_program(&object, 0, &entry) ||
        exo_code_object_link(&object, &entry, &linked, &where))
        exit(1);
    fclose(file);
    subject =
        (struct code_subject){.insn = (const struct code_insn *)linked.insns,
                              .count = linked.count,
                              .type = entry.type,
                              .memory_bytes = entry.type == EXO_CODE_PACKET ? sizeof memory : 0,
                              .rodata_bytes = linked.rodata_bytes};
    verify();
    uint32_t bytes;

    compiled = (code_entry *)(uintptr_t)native_text(&check, 1, &bytes);
}

static uint32_t run_length;

static void begin(void)
{
    uint32_t length = run_length;

    memset(&run, 0, sizeof run);
    run.window[EXO_CODE_PACKET_REGION] = (struct code_window){packet, length};
    run.window[EXO_CODE_REPLY] = (struct code_window){reply, 496};
    run.window[EXO_CODE_MEMORY] = (struct code_window){memory, sizeof memory};
    run.window[EXO_CODE_INPUT] = (struct code_window){memory, 4096};
    run.window[EXO_CODE_RODATA] = (struct code_window){linked.rodata, linked.rodata_bytes};
    ((struct exo_code_packet *)run.context)->length = length;
    ((struct exo_code_packet *)run.context)->flags = 14 | 34 << 16;
    run.own = own;
    run.own_max = 512;
    code_run_begin(&run, &code_types[entry.type]);
}

static void run_compiled(void)
{
    if (compiled(&run) == UINT64_MAX)
        _exit(1);
}

static void run_interpreted(void)
{
    struct machine machine = {.run = &run, .check = &check};

    (void)interpret(&machine);
}

static struct exo_code_packet native_packet;
static struct exo_code_ownership native_input;

static void native_echo(void)
{
    (void)udp_echo(&native_packet);
}

static void native_kv(void)
{
    (void)kv(&native_packet);
}

static void native_begin(void)
{
    native_own_count = 0;
}

static void native_inodes(void)
{
    (void)inodes(&native_input);
}

static void program(const char *name, uint32_t length, void (*native)(void))
{
    run_length = length;
    uint64_t code = cost(run_compiled, begin);
    uint64_t interpreter = cost(run_interpreted, begin);
    uint64_t here = cost(native, native_begin);

    printf("%-12s %6u %8lu %8lu %8lu %7.2f %8u %8u\n", name, linked.count, (unsigned long)here,
           (unsigned long)code, (unsigned long)interpreter, (double)code / (double)here,
           check.proved, check.guarded);
}

static const uint8_t question[] = {
    1, 1,  1,  1, 1, 1,  2, 2, 2,   2,   2,   2,   8,   0,    0x45, 0,   0,   48,  0,    0,   0,
    0, 64, 17, 0, 0, 10, 0, 2, 2,   10,  0,   2,   15,  0x12, 0x34, 0,   7,   0,   28,   0,   0,
    0, 1,  0,  0, 0, 1,  0, 0, 'g', 'e', 't', ' ', 'c', 'o',  'l',  'o', 'u', 'r', '\r', '\n'};

static void table_fill(struct kv_shared *shared)
{
    static const char answer[] = "VALUE colour 0 4\r\nblue\r\nEND\r\n";
    uint32_t hash = KV_HASH_START;

    for (const char *c = "colour"; *c; c++)
        hash = (hash ^ (uint8_t)*c) * KV_HASH_STEP;
    shared->port = 7 << 8;
    struct kv_entry *e = &shared->entry[hash % KV_ENTRIES];

    e->hash = hash;
    e->key_bytes = 6;
    memcpy(e->key, "colour", 6);
    e->answer_bytes = sizeof answer - 1;
    memcpy(e->answer, answer, sizeof answer - 1);
}

extern struct kv_shared shared;

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "build/tests/unit/code/samples";

    printf("verifier and compiler: ticks of the time-stamp counter, the least of many runs\n");
    printf("%-12s %5s %10s %8s %8s %10s\n", "program", "insns", "verify", "/insn", "visits",
           "compile/i");
    by_length("straight", straight);
    by_length("accesses", accesses);
    by_length("branches", branches);
    by_length("loops", loops);
    printf("\nprograms: ticks of one run, the least of many\n");
    printf("%-12s %6s %8s %8s %8s %7s %8s %8s\n", "program", "insns", "native", "compiled",
           "interp.", "ratio", "proved", "guarded");
    memcpy(packet, question, sizeof question);
    native_packet = (struct exo_code_packet){.packet = (uint64_t)packet,
                                             .packet_end = (uint64_t)(packet + sizeof question),
                                             .reply = (uint64_t)reply,
                                             .reply_end = (uint64_t)(reply + 1536),
                                             .length = sizeof question,
                                             .flags = 14 | 34 << 16};
    load(folder, "udp_echo");
    program("udp_echo", sizeof question, native_echo);
    load(folder, "kv");
    table_fill((struct kv_shared *)memory);
    table_fill(&shared);
    program("kv hit", sizeof question, native_kv);
    packet[55] = 'x';
    program("kv miss", sizeof question, native_kv);
    load(folder, "inode");
    memset(memory, 0, sizeof memory);
    for (uint32_t i = 0; i < 1024; i++)
        ((uint32_t *)memory)[i] = i + 1;
    native_input = (struct exo_code_ownership){.input = (uint64_t)memory,
                                               .input_end = (uint64_t)(memory + 4096)};
    program("inode full", 4096, native_inodes);
    memset(memory, 0, sizeof memory);
    program("inode empty", 4096, native_inodes);
    return 0;
}
