/* SPDX-License-Identifier: MIT */
/* code.h - downloaded programs from a library operating system's side: load an object file, share memory with it, end it. */
#pragma once
#include "lib/exo/code_object.h"
#include "lib/exo/domain.h"

struct exo_code {
    uint64_t id;
    uint32_t place;                       /* slot of kernel addresses */
    uint64_t frames[EXO_CODE_FRAMES_MAX]; /* what it was made of */
    uint32_t frame_count;
    uint64_t memory[EXO_CODE_MEMORY_MAX]; /* its memory window */
    uint32_t memory_pages;
    void *window; /* where the window is mapped here; NULL: it has none */
};

/*
 * exo_code_load_object - a program of an object file, loaded with its variables.
 *
 * domain   gives frames and capability
 * program  its function; NULL: the first of the object
 * window   address where the memory window is mapped; the variables come first
 * pages    of the window, at least; it has as many as the variables need
 *
 * Returns  0, or -EXO_E_*. After -EXO_E_CODE code_read (report) says why; after -EXO_E_ARG *wrong says what is wrong
 *          with the object. On error nothing is left behind.
 */
int64_t exo_code_load_object(struct exo_code *code, struct exo_domain *domain, const void *image,
                             uint64_t bytes, const char *program, uint64_t window, uint32_t pages,
                             struct exo_code_report *report, const char **wrong);

/* exo_code_end - destroy a program, unmap its window, and give all frames back to the domain. */
void exo_code_end(struct exo_code *code, struct exo_domain *domain);
