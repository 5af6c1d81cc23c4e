/* SPDX-License-Identifier: MIT */
/*
 * elf.h - what the host tool wants to know about an ELF file: can it run, and what does it need.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "tools/text.h"

struct elf {
    const char *bytes; /* the whole file; freed by elf_close */
    size_t length;
    uint16_t type;               /* ET_EXEC or ET_DYN */
    const char *interpreter;     /* PT_INTERP, or NULL */
    const char *rpath, *runpath; /* or NULL */
    struct text_list needed;     /* DT_NEEDED */
};

/*
 * elf_open - read and check an ELF file for x86-64.
 *
 * path  a file of this machine
 * elf   filled in; all text points into the file's bytes
 *
 * Returns NULL when the file could be run, else why not ("is ...", to follow the file's name)
 */
const char *elf_open(struct elf *elf, const char *path);
void elf_close(struct elf *elf);
