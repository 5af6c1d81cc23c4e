/* SPDX-License-Identifier: MIT */
/*
 * elf.h - a strict reader of the executables that init starts: LibOSes and apps.
 *
 * Every number of the file is checked before it is used. Pure; linked into host tests too.
 * Source: System V ABI, "Object Files"; AMD64 supplement.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define EXO_ELF_SEGMENTS_MAX 8

struct exo_elf_segment {
    uint64_t offset;     /* in the file */
    uint64_t file_bytes; /* offset + file_bytes is inside the file */
    uint64_t address;    /* same offset in its page as `offset` */
    uint64_t memory_bytes;
    bool write;
    bool execute;
};

struct exo_elf {
    const uint8_t *image;
    uint64_t bytes;
    uint64_t entry;
    uint32_t segment_count; /* ascending addresses, no shared page */
    struct exo_elf_segment segment[EXO_ELF_SEGMENTS_MAX];
    uint64_t symbols_offset, symbol_count; /* symbol table; count 0: none */
    uint64_t strings_offset, strings_bytes;
};

/*
 * exo_elf_read - check an ELF64 x86-64 executable and find its parts.
 *
 * elf         filled in; borrows image
 * image       the file, `bytes` long
 * low, high   all segments must lie in [low, high)
 *
 * Returns  NULL, or what is wrong with the file, in words
 * Bound    linear in the headers: at most 64 program headers, 256 section headers
 */
const char *exo_elf_read(struct exo_elf *elf, const void *image, uint64_t bytes, uint64_t low,
                         uint64_t high);

/*
 * exo_elf_symbol - the value of a global or local symbol.
 *
 * Returns  its address if it lies in an executable segment, else 0
 */
uint64_t exo_elf_symbol(const struct exo_elf *elf, const char *name);
