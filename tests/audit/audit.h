/* SPDX-License-Identifier: MIT */
/*
 * audit.h - what only test kernels have (build/lorica-test.elf, -DKERNEL_TEST): the audit of every invariant, and
 * faults on demand. The release kernel is built without this folder.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* test_start - boot: memory for the audit's counts. */
void test_start(void);
/* audit_run - recompute what the kernel believes from its tables. Violations found; the first are logged. */
uint32_t audit_run(void);
/* audit_kernel_half - the kernel's half of the root table in frame `root`, against the kernel's own; W^X of the latter. */
void audit_control(void); /* panics if this CPU's control registers are not what they must be */
void audit_kernel_half(uint64_t root);
void audit_kernel_pages(void);
/* audit_window - is the frame mapped in the kernel's window? */
bool audit_window(uint64_t frame);
/* audit_say - one violation; counts it. */
void audit_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A frame that something pins, as audit_run counts it. */
void audit_pin(uint64_t frame, const char *what, uint64_t id);
/* A net table (audit_net.c): rings pin what they should, filters hang where they say. */
void audit_net_table(uint64_t frame);

/*
 * Calls that are watched (digest.c). watch_next: of this env the next call, in which the fail_at-th taking of something
 * fails (0: none); watch_begin, watch_end: around each call; watch_result: of the last one, EXO_TEST_* bits.
 */
struct env;
void watch_next(const struct env *env, uint64_t fail_at);
void watch_begin(const struct env *env);
void watch_end(void);
uint32_t watch_result(uint64_t *count);

/* Around each call, and of env's calls (0: as before) how many edges all have gone over; < 0: this kernel does not count. */
void cover_begin(const struct env *env);
void cover_end(void);
int64_t cover_edges(uint64_t env);
