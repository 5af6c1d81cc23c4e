/* SPDX-License-Identifier: MIT */
/*
 * pager.c - an app with page faults of its own: memory that appears when it is touched, and a write
 * barrier as a garbage collector or checkpointer uses it (Appel and Li's protect, trap, unprotect).
 */
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define REGION 0x100000000000ull
#define PAGES  256
#define DATA   (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)

static struct exo_domain domain;
static struct exo_self self;
static uint8_t handler_stack[16384] __attribute__((aligned(16)));
static uint64_t faults, barriers;
static bool dirty[PAGES];

/* Not present: a new page. Present and read-only: remember that it was written, and let the write
 * go on. */
static void page_fault(struct exo_context *context)
{
    uint64_t page = context->address & ~(uint64_t)(EXO_PAGE_SIZE - 1);

    if (context->vector != 14 || context->address - REGION >= PAGES * EXO_PAGE_SIZE) {
        exo_handler_default(context);
        return;
    }
    if (!(context->error & 1)) {
        faults++;
        if (exo_domain_map(&domain, page, 1, DATA) < 0)
            exo_fail("pager: no frame left: give the instance more memory");
    } else {
        barriers++;
        dirty[(page - REGION) / EXO_PAGE_SIZE] = true;
        if (exo_protect(&domain.space, page, 1, DATA) < 0)
            exo_fail("pager: a page cannot be made writable");
    }
}

static uint64_t fill(void)
{
    volatile uint64_t *words = (volatile uint64_t *)REGION;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < PAGES; i++)
        words[i * 512 + i] = i * i;
    for (uint64_t i = 0; i < PAGES; i++)
        sum += words[i * 512 + i];
    return sum;
}

int exo_main(const struct instance_start *start)
{
    uint64_t count = 0;
    uint64_t right = 0;

    (void)start;
    for (uint64_t i = 0; i < PAGES; i++)
        right += i * i;
    exo_domain_init(&domain);
    exo_self_init(&self, (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS, handler_stack,
                  sizeof handler_stack, page_fault);
    exo_upcall_start(&self);
    uint64_t begin = exo_time_ns();
    uint64_t sum = fill();
    uint64_t took = exo_time_ns() - begin;

    exo_print("pager: %d pages appeared by %lu faults, %lu ns each, sum %s\n", PAGES,
              (unsigned long)faults, (unsigned long)(took / PAGES),
              sum == right ? "right" : "wrong");
    if (exo_protect(&domain.space, REGION, PAGES, EXO_PTE_NO_EXECUTE) < 0)
        exo_fail("pager: the region cannot be protected");
    begin = exo_time_ns();
    for (uint64_t i = 0; i < PAGES; i += 2)
        *(volatile uint8_t *)(REGION + i * EXO_PAGE_SIZE) = 1;
    took = exo_time_ns() - begin;
    for (uint64_t i = 0; i < PAGES; i++)
        count += dirty[i] == (i % 2 == 0);
    exo_print("pager: write barrier: %lu traps, %lu ns each, %lu of %d pages known right\n",
              (unsigned long)barriers, (unsigned long)(took / (PAGES / 2)), (unsigned long)count,
              PAGES);
    return sum == right && faults == PAGES && barriers == PAGES / 2 && count == PAGES ? 0 : 1;
}
