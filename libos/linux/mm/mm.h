/* SPDX-License-Identifier: MIT */
/*
 * mm.h - memory of the instance and of its processes (folder mm).
 */
#pragma once
#include "libos/linux/core.h"

typedef uint64_t frame_t; /* frame number */
struct file;
struct inode;
struct regs;

/* --- Frames (mm/frames.c): buddy allocator over the instance's frames, all in the linear map
 * --------- */
static inline void *frame_address(frame_t frame)
{
    return (void *)(INSTANCE_LINEAR_ADDRESS + frame * PAGE_SIZE);
}
static inline frame_t address_frame(const void *p)
{
    return ((uint64_t)p - INSTANCE_LINEAR_ADDRESS) / PAGE_SIZE;
}
#define NO_FRAME 0ul
frame_t frames_alloc(unsigned order); /* 2^order frames in a row, count 1 each; NO_FRAME: out of
                                         memory. Not zeroed */
frame_t frame_alloc_zeroed(void);
void frame_hold(frame_t frame); /* count a user (page table entry, page cache, ...) */
void frame_drop(frame_t frame); /* the last one frees it */
void frames_hold(const frame_t *frame, uint32_t count); /* several, one use of each */
void frames_drop(const frame_t *frame, uint32_t count);
uint32_t frame_users(frame_t frame);
void frames_free(frame_t frame, unsigned order);
/* Memory that moves between instances (lib/exo/instance.h). */
uint64_t frames_return(uint64_t want); /* free frames go back to the kernel, at most `want`; returns how many */
bool frames_take_grants(void);         /* what init has given; false: nothing */
bool frames_ask(void);                 /* asks init for more and waits for the answer; false: no more */
/* Memory that was taken by force. */
bool frames_repair(const void *address); /* the linear map at it, as far as it is there; false: that is lost */
void frames_repair_all(void);            /* all of it; lost frames that were free are forgotten */
void frames_repair_again(void);          /* a page of free memory was lost meanwhile; returns if that is not so */
bool frames_lost(void);                  /* has that ever happened? */
uint64_t frames_total(void);
uint64_t frames_available(void);
uint64_t table_frames(void); /* page tables, and what is kept for some: never available again */

/* --- Address spaces (mm/space.c, vma.c, fault.c)
 * ------------------------------------------------------ */
struct space; /* a process's memory: root table, areas, brk */
int space_create(struct space **out);
int space_fork(struct space *parent, struct space **out); /* copy-on-write */
void space_destroy(struct space *space);
/* A space counts its users: processes after vfork share one. The last space_drop destroys it:
 * cheapest while it is still loaded (the instance's own space is loaded then). */
void space_hold(struct space *space);
void space_drop(struct space *space);
uint32_t space_users(const struct space *space);
void space_switch(struct space *space); /* run on it */

/* user_pages_in_place - the frames of up to `count` pages from `page` on that the running program could write to now
 * without a fault: how many, until the first that it could not. */
uint32_t user_pages_in_place(uint64_t page, uint32_t count, frame_t *frame);

#define MAP_GUARD_BYTES (256 * PAGE_SIZE)
/* mmap within the LibOS (loader): file NULL: anonymous. fixed: exactly there. Returns address or
 * -errno. */
int64_t space_map(struct space *space, uint64_t address, uint64_t length, uint32_t prot,
                  uint32_t flags, struct file *file, uint64_t offset);
int space_unmap(struct space *space, uint64_t address, uint64_t length);
int space_protect(struct space *space, uint64_t address, uint64_t length, uint32_t prot);
void space_set_brk(struct space *space, uint64_t start);
/* Text of /proc/PID/maps, and sizes for statm. */
int64_t space_maps_text(struct space *space, char *buffer, size_t size, uint64_t offset);
struct space_sizes {
    uint64_t total, resident, shared, text, data, stack;
}; /* pages */
void space_sizes(struct space *space, struct space_sizes *out);

/* May someone write the inode through a shared mapping that exists? (F_SEAL_WRITE) */
bool space_maps_writable(struct inode *inode);
uint64_t space_locked_pages(struct space *space); /* mlock: for limits and VmLck */
/* Removes every mapping of the inode's pages from first_page on, in all spaces (truncate). */
void space_truncate_notify(struct inode *inode, uint64_t first_page);

/* Page fault at address; user: from the program. 0: resolved; else the siginfo code with *signal
 * set (SIGSEGV/SIGBUS). */
int fault_resolve(struct space *space, uint64_t address, uint64_t error, int *signal);
