/* SPDX-License-Identifier: MIT */
/*
 * host.h - included before everything else: the instance's addresses moved to where a host process
 * under ASan has room, and what the fakes offer to the tests.
 */
#pragma once
#include "lib/exo/instance.h"
#undef INSTANCE_LINEAR_ADDRESS
#undef INSTANCE_ROOT_ADDRESS
#undef INSTANCE_MACHINE_ADDRESS
#define INSTANCE_LINEAR_ADDRESS  0x200000000000
#define INSTANCE_ROOT_ADDRESS    0x210000000000
#define INSTANCE_MACHINE_ADDRESS 0x220000000000

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* fakes.c */
void host_start(void);          /* memory, a process, current() */
long host_heap_items(void);     /* live allocations */
long host_frames(void);         /* frames that are held */
int64_t host_truncations(void); /* calls of space_truncate_notify */
extern void (*host_on_sleep)(
    void); /* what another process does while this one sleeps; NULL: a signal comes */
extern int host_last_signal;     /* sent to current */
extern uint64_t host_heap_limit; /* allocations from then on fail: the countdown */
void tap(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int tap_end(void);
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
uint32_t host_random(uint32_t below);

/* oracle.c: the same operations on a directory of the host; -errno or the result */
bool oracle_start(void);
int64_t oracle_do(const char *operation, const char *a, const char *b, long x, long y);
int64_t oracle_read(int fd, void *buffer, size_t bytes);
int64_t oracle_write(int fd, const void *buffer, size_t bytes);
int64_t oracle_stat(const char *path, bool follow,
                    uint64_t out[4]); /* mode, links, size, is the same file as */
void oracle_end(void);
