/* SPDX-License-Identifier: MIT */
/*
 * space.h - the insides of a process's memory: areas and tables (mm/, elf/, proc/).
 */
#pragma once
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/pagetable.h"
#include <linux/mman.h>

#define AREA_SHARED  0x01
#define AREA_STACK   0x02 /* grows down */
#define AREA_RESERVE 0x08 /* MAP_NORESERVE */
#define AREA_NOFORK  0x10
#define AREA_LOCKED  0x20
#define AREA_HEAP    0x40 /* brk */
#define AREA_WIPE    0x80 /* MADV_WIPEONFORK */

/* [start, end) of one mapping; areas are sorted and do not overlap. */
struct area {
    uint64_t start, end;
    struct file *file; /* held; NULL: anonymous */
    uint64_t offset;   /* of start in the file */
    uint32_t prot;
    uint32_t flags;
};

struct table_record {
    uint64_t address; /* first address behind the table */
    frame_t frame;
    uint32_t level;
    bool scrap; /* while the space is torn down: full, to be emptied by the kernel */
};

/* A page taken out of the tables while its area forbids all access. */
struct parked_page {
    uint64_t address;
    frame_t frame;
};

#define SPACE_TABLES_INLINE 12
#define SPACE_AREA_MAX      32768

struct space {
    uint32_t users; /* processes */
    frame_t root;
    struct list all; /* every space: truncation looks at them */
    struct area *area;
    uint32_t count, capacity;
    uint32_t last; /* index where the last lookup ended */
    struct table_record *table;
    uint32_t table_count, table_capacity;
    uint32_t bare; /* tables that it began with: with no more than those nothing was ever mapped */
    struct parked_page *parked;
    uint32_t parked_count, parked_capacity;
    uint64_t brk_start, brk;
    uint64_t mmap_top;
    bool lock_future;             /* mlockall(MCL_FUTURE) */
    uint64_t resident;            /* pages, roughly: frames counted in */
    uint64_t pages_mapped;        /* sum of the areas, for RLIMIT_AS */
    uint64_t known; /* 1 + number of 2 MiB whose table was seen to be there and its own; 0: none */
    uint64_t spare; /* 2 MiB that became empty last: their table is kept, as threads come and go; 0: none */
    struct site_addresses *sites; /* rewrite/: of rewritten calls */
    uint16_t image;               /* a program's number: forks share it (rewrite/refused.h) */
    bool plain;                   /* rewrite_leave: nothing is rewritten in here */
    bool low_tables;              /* root entry 0 leads to tables of the space's own */
    struct table_record table_inline[SPACE_TABLES_INLINE]; /* last: not cleared */
};

extern struct list space_list;

/* area.c */
struct area *area_find(struct space *space, uint64_t address); /* that contains address, or NULL */
uint32_t area_index(struct space *space,
                    uint64_t address); /* first area whose end is above address */
/* The same, where the last lookup ended or nearly so. */
static inline uint32_t area_at(struct space *space, uint64_t address)
{
    uint32_t last = space->last;

    if (last < space->count && space->area[last].end > address &&
        (!last || space->area[last - 1].end <= address))
        return last;
    return area_index(space, address);
}
int area_insert(struct space *space, const struct area *area); /* merges with neighbours; -ENOMEM */
int area_insert_at(struct space *space, uint32_t index, const struct area *area); /* index: area_index of its start */
int area_cut(struct space *space, uint64_t start,
             uint64_t end); /* splits so that both are borders; -ENOMEM */
void area_remove(struct space *space, uint64_t start,
                 uint64_t end); /* whole areas, after area_cut; drops files */
bool area_covered(struct space *space, uint64_t start, uint64_t end);
/* Free place, 0: none; *index: of the next area above it. */
uint64_t area_gap(struct space *space, uint64_t hint, uint64_t bytes, uint32_t *index);
uint64_t area_gap_low(struct space *space, uint64_t hint, uint64_t bytes); /* below 2 GiB (MAP_32BIT), 0: none */
void area_merge_around(struct space *space, uint64_t start, uint64_t end);
int area_grow(struct space *space); /* by half at least, which are more than two */
/* Room for more areas: 0 or -ENOMEM. */
static inline int area_reserve(struct space *space, uint32_t more)
{
    return space->count + more <= space->capacity ? 0 : area_grow(space);
}
/* [start, end), a part of the area at index, is removed, or gets another protection. REQUIRE area_reserve(space, 2). */
void area_take_out(struct space *space, uint32_t index, uint64_t start, uint64_t end);
void area_protect(struct space *space, uint32_t index, uint64_t start, uint64_t end, uint32_t prot);

/* map.c: the commonest mapping: private anonymous memory, wherever there is room, that makes the highest area of its kind
 * larger. Its address; 0: not in this way. */
int64_t space_map_plain(struct space *space, uint64_t bytes, uint32_t prot);

/* space.c */
/* All of these REQUIRE that the space is the loaded one; 0 or -ENOMEM. */
int pages_drop(struct space *space, uint64_t start, uint64_t end);
int tables_ensure(struct space *space, uint64_t address,
                  struct pt_batch *batch);            /* the page's table is there, and its own */
int table_own(struct space *space, uint64_t address); /* ends the sharing of one level-1 table */
int tables_own(struct space *space, uint64_t start, uint64_t end);
void tables_leave_empty(struct space *space, uint64_t start,
                        uint64_t end); /* those without an area now */
static inline uint64_t protection_bits(uint32_t prot, bool writable)
{
    return EXO_PTE_PRESENT | EXO_PTE_ACCESSED | (writable ? EXO_PTE_WRITE : 0) |
           (prot & PROT_EXEC ? 0 : EXO_PTE_NO_EXECUTE);
}
static inline uint64_t area_bits(const struct area *area, bool writable)
{
    return protection_bits(area->prot, writable);
}

/* Is the level-1 table of address known to be there and not shared? It spares three loads. */
static inline bool table_known(const struct space *space, uint64_t address)
{
    return space->known == address / SPAN_2 + 1;
}

/* fault.c: a page that is there, of a private area, becomes the space's own, with the rights it has. 0, -EFAULT, -ENOMEM. */
int page_make_private(struct space *space, struct area *area, uint64_t page, frame_t *out);

/* parked.c */
int park_pages(struct space *space, uint64_t start, uint64_t end);
void unpark_pages(struct space *space, uint64_t start, uint64_t end); /* drops them */
frame_t parked_take(struct space *space, uint64_t address);           /* NO_FRAME: none */
void parked_move(struct space *space, uint64_t from, uint64_t bytes,
                 uint64_t to); /* to a place without any */
int parked_fork(struct space *parent, struct space *child);

/* shared.c: an open file that is nothing but shared memory. */
struct file *shared_memory_file(uint64_t bytes);
/* MADV_REMOVE: the range's pages go, from all spaces. false: the file is another kind. */
bool shared_memory_punch(struct file *file, uint64_t offset, uint64_t bytes);
