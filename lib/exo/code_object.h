/* SPDX-License-Identifier: MIT */
/*
 * code_object.h - programs out of the object files that `clang -target bpf` writes, as the kernel wants them: one flat array of
 * instructions, its constants, and the first bytes of its memory window.
 *
 * Relocations are applied; calls of functions of the object are expanded in place, because the kernel knows none. Every number
 * of the file is checked before it is used. Pure; also linked into `lorica check`. Nothing here has to be right for the
 * kernel to be safe.
 * Sources: System V ABI, "Object Files"; the kernel documentation of the BPF object format: "LLVM relocations", "BTF".
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_code.h"

#define EXO_CODE_SECTIONS_MAX 64
#define EXO_CODE_CALL_DEPTH   8

struct exo_code_section {
    const char *name;
    const uint8_t *bytes; /* NULL: none in the file (.bss) */
    uint64_t size;
    uint32_t type;
    uint32_t relocations; /* section that has its relocations; 0: none */
    uint32_t region;      /* EXO_CODE_RODATA, EXO_CODE_MEMORY, or 0 */
    uint32_t offset;      /* in its region */
    bool code;
};

struct exo_code_object {
    const uint8_t *image;
    uint64_t bytes;
    uint32_t section_count;
    struct exo_code_section section[EXO_CODE_SECTIONS_MAX];
    const uint8_t *symbols;
    uint32_t symbol_count;
    const char *names; /* of symbols; names_bytes, ends with 0 */
    uint64_t names_bytes;
    uint32_t rodata_bytes, data_bytes, memory_bytes; /* memory_bytes: .data and .bss */
    const uint8_t *lines;                            /* line information of .BTF.ext; line_bytes */
    uint64_t line_bytes;
    const char *strings; /* of .BTF */
    uint64_t string_bytes;
};

/*
 * exo_code_object_read - check an object file and find its parts. object borrows image.
 *
 * Returns  NULL, or what is wrong with it
 */
const char *exo_code_object_read(struct exo_code_object *object, const void *image, uint64_t bytes);

/* A function in a section of a program type. */
struct exo_code_entry {
    const char *name;
    uint32_t type; /* enum exo_code_type */
    uint32_t symbol;
};

/* exo_code_object_program - program number `index`, in the order of symbols; false: there are not so many. */
bool exo_code_object_program(const struct exo_code_object *object, uint32_t index,
                             struct exo_code_entry *entry);

/* A symbol of a section; exo_code_object_symbol - false: there is none with this index, or it has no section. */
struct exo_code_symbol {
    const char *name;
    uint32_t section;
    uint64_t value, bytes;
    bool function;
};
bool exo_code_object_symbol(const struct exo_code_object *object, uint32_t index,
                            struct exo_code_symbol *out);

/* A linked program. Large: not for the stack. */
struct exo_code_linked {
    uint64_t insns[EXO_CODE_INSNS_MAX];
    uint32_t count;
    uint32_t origin[EXO_CODE_INSNS_MAX]; /* section << 24 | instruction there */
    uint8_t rodata[EXO_CODE_RODATA_MAX];
    uint32_t rodata_bytes;
    uint16_t place[EXO_CODE_CALL_DEPTH][EXO_CODE_INSNS_MAX]; /* scratch */
};

/*
 * exo_code_object_link - one program, ready for code_load.
 *
 * Returns  NULL, or what is wrong, with *insn the instruction of *section (as in origin) if it is about one
 */
const char *exo_code_object_link(const struct exo_code_object *object,
                                 const struct exo_code_entry *entry, struct exo_code_linked *linked,
                                 uint32_t *where);

struct exo_code_line {
    const char *file;
    const char *text; /* the line itself, if the object has it; else "" */
    uint32_t line, column;
};

/* exo_code_object_line - the source of an instruction (as in origin); false: the object was compiled without -g. */
bool exo_code_object_line(const struct exo_code_object *object, uint32_t origin,
                          struct exo_code_line *line);
