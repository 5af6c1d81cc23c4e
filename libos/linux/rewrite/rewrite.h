/* SPDX-License-Identifier: MIT */
/*
 * rewrite.h - system calls as function calls: rewritten sites, the views that hold them, their stubs.
 *
 * See rewrite.c for the model and docs/decisions/0004 for why it is this one.
 */
#pragma once
#include "libos/linux/mm/space.h"

/* One page below 16 MiB for the words that jumps go through, and the stubs they lead to; the same in every space. */
#define REWRITE_TABLE 0x60000ul
#define REWRITE_STUBS 0x64000ul
#define REWRITE_SLOTS 1024
#define STUB_BYTES    64

/* Marks the entries of views, which are dropped rather than changed; EXO_PTE_SOFT has room. */
#define PTE_VIEW 0x200ul

struct regs;
struct inode;

/* Where a space's sites return to, by slot; 0: not mapped so far. */
struct site_addresses {
    uint32_t users, capacity;
    struct site_addresses *older; /* smaller ones that a stub on another CPU may still read */
    uint64_t address[];
};

extern const uint64_t no_sites[]; /* a program that jumps to a stub by itself returns to address 0 */
static inline const uint64_t *space_sites(const struct space *space)
{
    return space->sites ? space->sites->address : no_sites;
}

/* rewrite_start - tables and stubs; the instance's option `rewrite 0` turns it all off. Before the first process. */
void rewrite_start(void);
/* rewrite_many - several vcpus run from now on: rewritten sites enter by the way that takes the instance lock. */
void rewrite_many(void);

/* rewrite_link - the table that root entry 0 of every new space leads to, without the write right; NO_FRAME: none.
 * rewrite_link_low - the level-1 table below it, for spaces with tables of their own there. */
frame_t rewrite_link(void);
frame_t rewrite_link_low(void);

/*
 * rewrite_site - a call came by reflection from a place that has not been looked at: rewrite it or remember why not.
 *
 * regs  the program's, rip behind the instruction
 */
void rewrite_site(const struct regs *regs);

/*
 * rewrite_view - should this page of a file be mapped as a view with rewritten sites?
 *
 * frame  in: the file's, held; out: the view's, held, if there is one
 *
 * Returns  bits to add to the entry; 0: the file's own frame is right
 * REQUIRES that the space is loaded
 */
uint64_t rewrite_view(struct space *space, const struct area *area, uint64_t page, frame_t *frame);

/*
 * rewrite_views - the same for `count` pages in a row, whose frames nobody holds: those with a view get its frame and bits.
 *
 * bits  out: of each page
 */
void rewrite_views(struct space *space, const struct area *area, uint64_t page, uint32_t count,
                   frame_t *frame, uint64_t *bits);

/* rewrite_text_read - the program reads a view as data: it gets the file's bytes, the page has no view any more. */
void rewrite_text_read(const struct area *area, uint64_t page);

/* rewrite_changed - a page of a file is about to change: it has no view until a call from it comes by reflection.
 * rewrite_forget - all of its pages: the file gets shorter or ends. */
void rewrite_changed(struct inode *inode, uint64_t index);
void rewrite_forget(struct inode *inode);

/* rewrite_trim - frees the text pages that were made for programs and are mapped by nobody now. */
void rewrite_trim(void);

/* rewrite_leave - the program wants the low addresses for itself: no rewritten sites in this space any more. */
void rewrite_leave(struct space *space);

/* A space's addresses of sites: shared by fork, dropped at the end. */
void rewrite_fork(const struct space *parent, struct space *child);
void rewrite_space_end(struct space *space);

/* rewrite_within - is rip in a stub, so that rewrite_trap has to put it back? */
extern const char rewrite_word_start[], rewrite_word_end[]; /* entry.S */
static inline bool rewrite_within(uint64_t rip)
{
    return rip - REWRITE_STUBS < REWRITE_SLOTS * STUB_BYTES ||
           rip - (uint64_t)rewrite_word_start < (uint64_t)(rewrite_word_end - rewrite_word_start);
}

/*
 * rewrite_trap - a trap in a stub: the program is shown, and goes on, where it would be without rewriting.
 *
 * stepping  a debug exception, after which it must get on
 */
void rewrite_trap(struct regs *regs, bool stepping);

/* rewrite_invalid - an invalid opcode: is it a jump into the middle of a site? Then it is carried out; true. */
bool rewrite_invalid(struct regs *regs);

/* rewrite_watch - fast_calls[number] has changed: rewritten sites of that call go another way from now on. */
void rewrite_watch(uint64_t number);

/* rewrite_report - lines of the summary: how calls came. */
void rewrite_report(void);
