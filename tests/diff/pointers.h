/* SPDX-License-Identifier: MIT */
/*
 * pointers.h - for the programs of tests/diff that pass one call pointers of every kind: what it says when the memory is
 * missing, read-only, ends in the middle, belongs to the kernel or to nobody.
 */
#pragma once
#include "tests/diff/diff.h"

static const char *const pointer_kind[] = {"null",          "page zero",          "read-only",
                                           "no access",     "ends in the middle", "the kernel's",
                                           "non-canonical", "last address",       "good"};
enum {
    POINTERS = sizeof pointer_kind / sizeof pointer_kind[0]
};

static inline void *make_pointer(int kind)
{
    char *pages = map_pages(3);

    NEED(munmap(pages + 2 * PAGE, PAGE) == 0);
    switch (kind) {
    case 0:
        return NULL;
    case 1:
        return BAD_POINTER;
    case 2:
        NEED(mprotect(pages + PAGE, PAGE, PROT_READ) == 0);
        return pages + PAGE;
    case 3:
        NEED(mprotect(pages + PAGE, PAGE, PROT_NONE) == 0);
        return pages + PAGE;
    case 4:
        return pages + 2 * PAGE - 2;
    case 5:
        return (void *)0xffff888000000000ul;
    case 6:
        return (void *)0x0000800000000000ul;
    case 7:
        return (void *)0xfffffffffffffff8ul;
    default:
        return pages + PAGE;
    }
}

/* The call for each pointer `at`: its result or its error. */
#define EACH_POINTER(call)                                                                         \
    do {                                                                                           \
        printf("%s\n", #call);                                                                     \
        for (int kind = 0; kind < POINTERS; kind++) {                                              \
            void *at = make_pointer(kind);                                                         \
            errno = 0;                                                                             \
            long result = (long)(call);                                                            \
            if (result == -1)                                                                      \
                printf("  %s: %s\n", pointer_kind[kind], error_name(errno));                       \
            else                                                                                   \
                printf("  %s: %ld\n", pointer_kind[kind], result);                                 \
        }                                                                                          \
    } while (0)

/* For results that differ from run to run: 0 instead of them. */
#define OK(call) ((long)(call) == -1 ? -1 : 0)
