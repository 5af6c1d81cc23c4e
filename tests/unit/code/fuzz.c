/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - many generated programs through verifier, interpreter and analysis; prints counts, and fails on any difference.
 *
 *   fuzz [PROGRAMS [SEED]]
 *   fuzz dump FOLDER        write 200 generated programs as inputs of tests/fuzz/code/verify_fuzz.c
 */
#include "generate.h"
#include "native.h"
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 3 /* inputs for each accepted program */

static uint64_t accepted, runs, aborted, proved, guarded, differences, text, insns;
static uint64_t refused[EXO_CODE_ERRORS], aborts[EXO_CODE_ABORTS];
static _Alignas(8) uint8_t scratch[SCRATCH_BYTES];

static void print(const struct subject *s, uint64_t seed, int kind, const char *what, uint32_t insn)
{
    printf("# seed %" PRIu64 " kind %d: insn %u: %s\n", seed, kind, insn, what);
    for (uint32_t i = 0; i < s->count && differences < 3; i++)
        printf("#   %u: %02x dst %u src %u off %d imm %d\n", i, s->insn[i].opcode,
               code_dst(&s->insn[i]), code_src(&s->insn[i]), s->insn[i].offset, s->insn[i].imm);
    differences++;
}

/* Do two runs of the same program agree in everything that can be seen? */
static const char *compare(const struct setting *a, const struct setting *b, uint64_t result_a,
                           uint64_t result_b)
{
    const struct code_run *x = &a->run, *y = &b->run;

    if (x->abort != y->abort || x->insn != y->insn)
        return "interpreter and compiled code end differently";
    if (!x->abort && result_a != result_b)
        return "interpreter and compiled code return different results";
    if (x->fuel != y->fuel)
        return "interpreter and compiled code use different fuel";
    if (memcmp(a->memory, b->memory, sizeof a->memory))
        return "interpreter and compiled code leave different memory";
    if (x->wake != y->wake || x->send_count != y->send_count || x->own_count != y->own_count ||
        memcmp(a->own, b->own, x->own_count * sizeof a->own[0]))
        return "interpreter and compiled code have different effects";
    for (uint32_t i = 0; i < x->send_count; i++)
        if (x->send[i].length != y->send[i].length ||
            x->send[i].bytes - (const uint8_t *)a != y->send[i].bytes - (const uint8_t *)b)
            return "interpreter and compiled code send different bytes";
    return NULL;
}

static void one(uint64_t seed, enum generate_kind kind)
{
    static struct subject subject;
    static struct code_check check;
    static struct setting setting, compiled;

    generate(&subject, seed, kind);
    if (oracle_check(&check, &subject, scratch) != CODE_DONE) {
        refused[check.error]++;
        if (check.error == EXO_CODE_OK || check.error >= EXO_CODE_ERRORS ||
            check.insn >= subject.count)
            print(&subject, seed, (int)kind, "refused without a reason", check.insn);
        return;
    }
    accepted++;
    proved += check.proved;
    guarded += check.guarded;
    for (uint32_t i = 0; i < RUNS; i++) {
        uint64_t result;
        uint32_t insn = 0;
        const char *wrong;

        uint64_t native;
        uint32_t bytes = 0;

        oracle_setting(&setting, &subject);
        oracle_setting(&compiled, &subject);
        wrong = oracle_run(&check, &subject, &setting, &result, &insn);
        runs++;
        aborts[setting.run.abort]++;
        aborted += setting.run.abort != EXO_CODE_RAN;
        native = native_run(&check, &compiled.run, subject.code_seed, &bytes);
        text += bytes;
        insns += subject.count;
        if (!wrong)
            wrong = compare(&setting, &compiled, result, native);
        if (wrong) {
            print(&subject, seed, (int)kind, wrong, insn);
            return;
        }
        subject.seed += 0x1234567;
        subject.input_bytes = (uint32_t)(subject.seed % (i ? WINDOW_MAX : 100));
    }
}

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1; /* the counts so far are printed */
}

static int dump(const char *folder)
{
    static struct subject subject;
    char path[512];

    for (uint32_t i = 0; i < 200; i++) {
        generate(&subject, i, GENERATE_PLAUSIBLE);
        snprintf(path, sizeof path, "%s/generated-%u", folder, i);
        FILE *file = fopen(path, "wb");

        if (!file)
            return 1;
        fputc((int)subject.type - 1, file);
        fputc(200, file);
        fputc((int)i, file);
        fwrite(subject.insn, 8, subject.count, file);
        fclose(file);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "dump"))
        return dump(argv[2]);

    uint64_t programs = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    uint64_t i = 0;

    for (; i < programs && differences < 10 && !stopped; i++)
        one(seed + i, i % 8 == 7   ? GENERATE_NOISE
                      : i % 8 >= 5 ? GENERATE_DAMAGED
                                   : GENERATE_PLAUSIBLE);
    programs = i;
    printf("# %" PRIu64 " programs, %" PRIu64 " accepted, %" PRIu64 " runs, %" PRIu64
           " aborted; accesses: %" PRIu64 " proved, %" PRIu64 " guarded\n",
           programs, accepted, runs, aborted, proved, guarded);
    printf("# %" PRIu64 " bytes of machine code for %" PRIu64 " instructions\n", text, insns);
    printf("# refused by error:");
    for (uint32_t e = 1; e < EXO_CODE_ERRORS; e++)
        printf(" %u:%" PRIu64, e, refused[e]);
    printf("\n# aborts by reason:");
    for (uint32_t a = 1; a < EXO_CODE_ABORTS; a++)
        printf(" %u:%" PRIu64, a, aborts[a]);
    printf("\n%sok 1 - %" PRIu64 " generated programs, %" PRIu64
           " differences\n1..1\n%d passed, %d failed\n",
           differences ? "not " : "", programs, differences, !differences, differences != 0);
    return differences != 0;
}
