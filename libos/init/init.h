/* SPDX-License-Identifier: MIT */
/*
 * init.h - what the parts of the init LibOS share: the machine as it sees it, its address plan, its
 * log.
 *
 * init owns everything at boot by the root capability (slot CAP_ROOT), hands it out by manifest and
 * takes it back. One env, no upcalls: it sleeps until an event bit is set in its upcall page.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "lib/exo/space.h"

enum init_cap {
    CAP_ROOT = EXO_INIT_SLOT,
    CAP_CHILD = 1,  /* the instance that is being built: its path, allocate and time rights too */
    CAP_HANDED = 2, /* the same path with the rights that its envs get */
};

/* Address plan; the kernel mapped the image low. Regions are far apart so that none needs a length.
 */
#define INIT_FRAME_TABLE   0x100000000000
#define INIT_SLICES        0x108000000000
#define INIT_DEVICES       0x109000000000
#define INIT_ARCHIVE       0x110000000000 /* byte o of the boot archive at + o, while mapped */
#define INIT_REGISTERS     0x120000000000 /* BARs of the console device */
#define INIT_DMA           0x130000000000 /* queues and buffers of the console device */
#define INIT_STREAMS       0x140000000000 /* + index * INIT_STREAM_STRIDE */
#define INIT_STREAM_STRIDE 0x100000
#define INIT_START_BLOCK   0x150000000000 /* start block that is being written */

#define INIT_WIRE    0x157000000000 /* shared page and buffers of init's own ring */
#define INIT_CAPTURE 0x158000000000 /* shared page and buffers of the capture ring */

#define INIT_EVENT_WIRE    42 /* event bit of init's own ring */
#define INIT_EVENT_CAPTURE 41 /* event bit of the capture ring */
#define INIT_EVENT_CONSOLE 40 /* event bit of the console device's interrupt */

struct machine {
    const struct exo_machine *page;
    struct exo_upcall *upcall;
    const volatile struct exo_frame *frames; /* page->frame_count rows */
    const volatile struct exo_slice *slices; /* [cpu][EXO_SLICE_COUNT] */
    const volatile struct exo_device *devices;
    struct exo_space space;
    uint64_t env; /* init's id */
};
extern struct machine machine;

/* machine_start - map the kernel's tables. Ends the machine on failure. */
void machine_start(const struct exo_init_start *start);

/*
 * init_fail - report a reason to the host as a failure of the machine (status 125) and turn it off.
 */
_Noreturn void init_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* init_log - one line for the log: over the channel when it is up, else on the kernel's console. */
void init_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* console_text - bytes on the kernel's console (serial). */
void console_text(const char *text, uint64_t length);
