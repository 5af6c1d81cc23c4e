/* SPDX-License-Identifier: MIT */
/*
 * inverted.c - an app with page tables of its own: an inverted one, as ExOS had for sparse address spaces.
 *
 * The truth about what is mapped is one hash table with a row for each frame, however far the addresses lie apart. The
 * hardware's tables are only a cache of it: a fault looks the page up (or gives it a new frame) and fills in an entry;
 * when the few frames set aside for hardware tables are used up, all of them are emptied and the cache starts anew. The
 * kernel checks each entry, and knows of no second structure. Source: Engler's ExOS; Huck and Hays, "Architectural Support
 * for Translation Table Management in Large Address Space Machines".
 */
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define REGION 0x100000000000ull /* one root entry: 512 GiB */
#define PAGES  600               /* touched, each in a GiB or so of its own */
#define ROWS   1024              /* of the inverted table; a power of two */
#define TABLES 96                /* frames for hardware tables */
#define DATA   (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)

struct row {
    uint64_t page; /* virtual page number; 0: free */
    uint64_t frame;
};

static struct exo_domain domain;
static struct exo_self self;
static uint8_t handler_stack[16384] __attribute__((aligned(16)));
static struct row table[ROWS];
static uint64_t table_frame[TABLES];
static uint32_t tables_used;
static uint64_t fills, pages, flushes;

static struct row *look_up(uint64_t page)
{
    uint64_t at = page * 0x9e3779b97f4a7c15 >> 54;

    while (table[at].page && table[at].page != page)
        at = (at + 1) % ROWS;
    return &table[at];
}

static uint64_t next_table(void *context)
{
    (void)context;
    return tables_used < TABLES ? table_frame[tables_used++] : 0;
}

/* Forgets every entry of the region. Tables were made from the root downwards, and die in this order, too. */
static void flush(void)
{
    flushes++;
    if (exo_link(&domain.space, domain.space.root, REGION, 4, 0) < 0)
        exo_fail("inverted: the region cannot be unlinked");
    for (uint32_t i = 0; i < tables_used; i++)
        if (exo_table_destroy(EXO_SLOT, table_frame[i]) < 0)
            exo_fail("inverted: a table cannot be emptied");
    tables_used = 0;
}

static void page_fault(struct exo_context *context)
{
    uint64_t page = context->address >> EXO_PAGE_SHIFT;

    if (context->vector != 14 || context->address - REGION >= 1ull << 39) {
        exo_handler_default(context);
        return;
    }
    struct row *row = look_up(page);

    if (!row->page) {
        *row = (struct row){.page = page, .frame = exo_frames_take(&domain.frames, 1, 1)};
        if (!row->frame)
            exo_fail("inverted: no frame left: give the instance more memory");
        pages++;
    }
    fills++;
    if (tables_used + 3 > TABLES)
        flush();
    if (exo_map(&domain.space, page << EXO_PAGE_SHIFT, row->frame, 1, DATA) < 0)
        exo_fail("inverted: an entry was refused");
}

static volatile uint64_t *word_of(uint64_t i)
{
    return (volatile uint64_t *)(REGION + i * 0x34567000);
}

int exo_main(const struct instance_start *start)
{
    struct exo_space *space = &domain.space;
    uint64_t wrong = 0;

    (void)start;
    exo_domain_init(&domain);
    for (uint32_t i = 0; i < TABLES; i++)
        table_frame[i] = exo_frames_take(&domain.frames, 1, 1);
    if (!table_frame[TABLES - 1])
        exo_fail("inverted: no frames for tables: give the instance more memory");
    space->table_frame = next_table;
    exo_self_init(&self, (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS, handler_stack,
                  sizeof handler_stack, page_fault);
    exo_upcall_start(&self);
    for (uint64_t i = 0; i < PAGES; i++)
        *word_of(i) = i + 1;
    for (uint64_t i = PAGES; i-- > 0;)
        wrong += *word_of(i) != i + 1;
    exo_print("inverted: %lu pages over 512 GiB in %d rows and %d hardware tables: %lu entries "
              "filled in, %lu flushes, "
              "%lu words wrong\n",
              (unsigned long)pages, ROWS, TABLES, (unsigned long)fills, (unsigned long)flushes,
              (unsigned long)wrong);
    return wrong == 0 && pages == PAGES && flushes > 0 ? 0 : 1;
}
