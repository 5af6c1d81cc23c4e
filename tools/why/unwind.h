/* SPDX-License-Identifier: MIT */
/*
 * unwind.h - the call stack of the process that a core file shows, with names.
 */
#pragma once
#include "tools/tree.h"
#include "tools/text.h"

struct unwind_frame {
    uint64_t address;
    uint64_t offset;      /* from the symbol's start */
    const char *function; /* NULL: unknown */
    const char *module;   /* path of the file in the instance; NULL: none is mapped there */
    const char *source;   /* NULL: no debugging information */
    int line;
};

struct unwind {
    int pid, signal, code;
    uint64_t fault; /* address that the siginfo names */
    char program[17];
    struct unwind_frame *frame;
    size_t count;
};

/*
 * unwind_core - read a core file.
 *
 * root    file tree of the instance, where the mapped files are looked for; files of this machine at the same paths are
 *         the second choice. NULL: only those
 *
 * Returns NULL and *unwind filled in, or what is wrong with the file
 */
const char *unwind_core(const char *path, struct node *root, struct unwind *unwind);
