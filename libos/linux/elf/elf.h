/* SPDX-License-Identifier: MIT */
/*
 * elf.h - loading programs: ELF64 for x86-64, static, static-PIE, or through the program's own interpreter.
 */
#pragma once
#include "libos/linux/fs/fs.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/proc/proc.h"

/* A program that has been checked; the files are held. */
struct elf_program {
    struct file *file;
    struct file *interpreter; /* NULL: none */
    struct headers *headers, *interpreter_headers; /* load.c */
    char interpreter_path[256];
};

/* Where a loaded program starts and what its auxiliary vector says. */
struct elf_loaded {
    uint64_t entry;                  /* first instruction: the interpreter's, or the program's */
    uint64_t program_entry;          /* AT_ENTRY */
    uint64_t headers;                /* AT_PHDR */
    uint64_t header_count;           /* AT_PHNUM */
    uint64_t base;                   /* AT_BASE: the interpreter's address, or 0 */
    uint64_t brk;                    /* first address after the program's data */
    uint64_t zero_start, zero_bytes; /* rest of the last file page of the data: to be cleared */
    uint64_t interpreter_zero_start, interpreter_zero_bytes;
};

/*
 * elf_check - is file a program that this machine can run? Opens its interpreter.
 *
 * Takes a hold on file on success only. 0; -ENOEXEC (no ELF, other machine, malformed headers), -ENOENT, -EACCES and
 * so on from the interpreter, -ELIBBAD (the interpreter is no such ELF), -ENOMEM. elf_release undoes it.
 */
int elf_check(struct file *file, struct elf_program *out);
void elf_release(struct elf_program *program);

/* elf_map - map program and interpreter into a space that nobody runs on yet. 0 or a negative errno. */
int elf_map(struct elf_program *program, struct space *space, struct elf_loaded *out);

/*
 * elf_stack - with the space loaded: map the stack, write strings, argv, envp and the auxiliary vector, clear what
 * elf_loaded says. exec_name is AT_EXECFN. 0 with *stack_pointer, or a negative errno.
 */
int elf_stack(struct space *space, const struct elf_loaded *loaded,
              const struct exec_strings *strings, const char *exec_name, uint64_t *stack_pointer);
