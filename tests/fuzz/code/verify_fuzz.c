/* SPDX-License-Identifier: MIT */
/*
 * verify_fuzz.c - libFuzzer: any bytes as a program. Whatever is accepted runs beside the analysis, and as machine code.
 *
 * Input: type, pages of windows, seed of their contents (1 byte each), then instructions.
 */
#include "native.h"
#include "oracle.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(8) uint8_t scratch[SCRATCH_BYTES];
    static struct subject subject;
    static struct code_check check;
    static struct setting interpreted, compiled;
    uint64_t result = 0;
    uint32_t insn = 0, bytes;

    if (size < 3 || size > 3 + PROGRAM_MAX * 8)
        return 0;
    subject.type = 1 + data[0] % 3;
    subject.memory_bytes = code_types[subject.type].access[EXO_CODE_MEMORY] ? data[1] * 8u : 0;
    subject.rodata_bytes = data[1] % 65;
    subject.input_bytes = data[1] * 7u;
    subject.seed = subject.code_seed = data[2];
    subject.count = (uint32_t)(size - 3) / 8;
    memcpy(subject.insn, data + 3, subject.count * 8);
    if (oracle_check(&check, &subject, scratch) != CODE_DONE)
        return 0;
    oracle_setting(&interpreted, &subject);
    oracle_setting(&compiled, &subject);
    const char *wrong = oracle_run(&check, &subject, &interpreted, &result, &insn);
    uint64_t native = native_run(&check, &compiled.run, subject.code_seed, &bytes);

    if (!wrong &&
        (interpreted.run.abort != compiled.run.abort || interpreted.run.fuel != compiled.run.fuel ||
         (!interpreted.run.abort && result != native) ||
         memcmp(interpreted.memory, compiled.memory, sizeof compiled.memory)))
        wrong = "interpreter and compiled code differ";
    if (wrong) {
        printf("insn %u: %s\n", insn, wrong);
        abort();
    }
    return 0;
}
