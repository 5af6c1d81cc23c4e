/* SPDX-License-Identifier: MIT */
/* object_fuzz.c - libFuzzer: any bytes as an object file: read, linked, verified, lines looked up. */
#include "code/check.h"
#include "lib/exo/code_object.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct exo_code_object object;
    static struct exo_code_linked linked;
    static struct code_check check;
    static _Alignas(8) uint8_t scratch[1 << 20];
    struct exo_code_entry entry;
    struct exo_code_line line;
    uint32_t where;

    if (exo_code_object_read(&object, data, size))
        return 0;
    for (uint32_t i = 0; i < 4 && exo_code_object_program(&object, i, &entry); i++) {
        if (exo_code_object_link(&object, &entry, &linked, &where))
            continue;
        struct code_subject subject = {.insn = (const struct code_insn *)linked.insns,
                                       .count = linked.count,
                                       .type = entry.type,
                                       .rodata_bytes = linked.rodata_bytes};
        enum code_progress progress = code_check_begin(&check, &subject, scratch, sizeof scratch);

        while (progress == CODE_MORE)
            progress = code_check_step(&check, 4096);
        for (uint32_t k = 0; k < linked.count; k++)
            if (exo_code_object_line(&object, linked.origin[k], &line))
                (void)(strlen(line.file) + strlen(line.text));
    }
    return 0;
}
