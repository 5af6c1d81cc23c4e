/* SPDX-License-Identifier: MIT */
/*
 * boot.h - harness of the boot tests: a LibOS in place of init that tests the kernel from inside.
 *
 * It prints TAP on the kernel's console and turns the machine off with status BOOT_PASSED or
 * BOOT_FAILED.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "exo_stubs.h"
#include "lib/exo/time.h"
#include "lib/exo/upcall.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define BOOT_PASSED 0x10 /* QEMU ends with 2 * status + 1 = 33 */
#define BOOT_FAILED 0x11

/* Slots of this env; CAP_ROOT is 0. */
#define SLOT_CHILD   1 /* path [77], all rights */
#define SLOT_OTHER   2 /* path [78], all rights */
#define SLOT_NOTHING 3 /* path [77], no right */
#define SLOT_READER  4 /* root path, only read */
#define SLOT_WORK    5 /* for the test that runs */
#define SLOT_EMPTY   15

#define CHILDREN     6
#define WORK_ADDRESS 0x170000000000ull /* pages for the test that runs */

/* check - one TAP line. */
void check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* expect - is the result of a call what it should be? Names both in the TAP line. */
void expect(int64_t got, int64_t want, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct child {
    uint64_t env; /* 0: not there */
    uint64_t frame, upcall_frame;
    struct exo_upcall *upcall;
    struct exo_self self;
    uint32_t number;
    void (*body)(struct child *child);
    volatile uint64_t step; /* the body's progress, for the tests */
    volatile uint64_t value;
    struct exo_context trap; /* last exception that its handler saw */
    volatile uint64_t traps;
    volatile uint64_t resume; /* where the handler goes on after an exception; 0: at rip */
};
extern struct child children[CHILDREN];

struct child_options {
    uint32_t slot; /* capability that it is created with */
    uint64_t root; /* address space; 0: this one */
    bool no_trap_entry;
    uint64_t syscall_entry;
    uint64_t last_resort;
    uint64_t transfer_entry;
    uint64_t open_events;
    uint64_t flags;
    exo_handler *handler; /* NULL: child_handler */
};

/* child_make - an env in this address space, not yet on any slice position; NULL after a failed
 * check. */
struct child *child_make(void (*body)(struct child *), const struct child_options *options);
/* child_run - give it position 2 + number of a CPU. */
void child_run(const struct child *child, uint32_t cpu);
/* child_free - destroy it and free its frames. */
void child_free(struct child *child);
/* child_handler - records exceptions, goes on at `resume`; yields at slice ends. */
void child_handler(struct exo_context *context);
_Noreturn void child_rest(void); /* sleep for ever */

/* wait_for - yield until *word is at least value, at most `ms` milliseconds; false: it did not
 * happen. */
bool wait_for(const volatile uint64_t *word, uint64_t value, uint64_t ms);

/* frame_new - one data frame under the guard of slot. */
uint64_t frame_new(uint32_t slot);
void frame_drop(uint64_t frame);
/* page_map - one frame at WORK_ADDRESS + index pages; 0 or -EXO_E_*. */
int64_t page_map(uint32_t index, uint64_t frame, uint64_t bits);
int64_t page_unmap(uint32_t index);
static inline void *page_at(uint32_t index)
{
    return (void *)(WORK_ADDRESS + (uint64_t)index * EXO_PAGE_SIZE);
}

/* space_copy - a root table that shares all lower tables of this space; space_drop ends it. */
uint64_t space_copy(void);
void space_drop(uint64_t root);

/* raw_call - a kernel call with any number and any arguments. */
int64_t raw_call(uint64_t number, const uint64_t argument[6], uint64_t *second);

/* The tests. */
void test_capabilities(void);
void test_frames(void);
void test_tables(void);
void test_envs(void);
void test_time(void);
void test_slices(void);
void test_sleep(void);
void test_traps(void);
void test_transfer(void);
void test_devices(void);
void test_dma(void);
void test_exposed(void);
void test_net(void);
void test_hostile(void);
void test_code(void);
void test_stretch(void);

/* code_container - a program container of new frames in a slot; its id or -EXO_E_*. */
uint64_t code_container(uint32_t slot, uint32_t place, uint32_t frames);
/* code_insns_load - load a program from an array; the last result of code_load. */
int64_t code_insns_load(uint32_t slot, uint64_t id, uint32_t type, const uint64_t *insns,
                        uint32_t count);
void code_container_drop(uint64_t id, uint32_t frames);
void test_destroy(void);
void test_tokens(void);
void test_limits(void);
void test_revocation(void);
void test_smp(void);
void test_parallel(void);
