/* SPDX-License-Identifier: MIT */
/*
 * holder.c - instances that hold memory which another one needs, and the one that needs it; the first argument says how
 * each behaves when it is asked. For tests of init's broker.
 */
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/libos.h"

#define REGION 0x10000000000ull
#define DATA   (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)

static struct exo_domain domain;
static struct exo_self self;
static uint8_t handler_stack[16384] __attribute__((aligned(16)));
static volatile uint64_t given, asked;
static uint64_t pages; /* mapped from REGION on */

static struct exo_upcall *upcall(void)
{
    return (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS;
}

static void wake_init(void)
{
    (void)exo_wake(EXO_SLOT, exo_instance()->init_env, 1ull << STREAM_EVENT(exo_instance()->index));
}

/* Gives back what is asked for, out of the pool. */
static void answer(struct exo_context *context)
{
    if (context->vector == EXO_VECTOR_SLICE_END)
        (void)exo_yield();
    if (context->vector < 32)
        exo_handler_default(context);
    if (context->vector != EXO_VECTOR_REVOKE || !upcall()->revoke_count)
        return;
    for (asked = upcall()->revoke_count; given < asked; given++) {
        uint64_t frame = exo_frames_take(&domain.frames, 1, 1);

        if (!frame || exo_frame_free(EXO_SLOT, frame, 1) < 0)
            exo_fail("holder: frame %lu cannot be given back", (unsigned long)frame);
    }
    wake_init();
}

static void handle(exo_handler *handler)
{
    exo_self_init(&self, upcall(), handler_stack, sizeof handler_stack, handler);
    exo_upcall_start(&self);
}

/* It answers, and asks for the same again until it gets it: when the other one has ended. */
static int good(void)
{
    struct instance_streams *s = exo_streams();

    handle(answer);
    exo_print("holder: has all\n");
    while (!asked || given < asked)
        (void)exo_sleep(0, 0, EXO_FOREVER);
    while (s->grants_written == s->grants_taken) {
        struct exo_sleep_word word = {.address = (uint64_t)&s->memory_answered,
                                      .value = s->memory_answered};

        s->memory_wanted = (uint32_t)given;
        __atomic_store_n(&s->memory_asked, s->memory_asked + 1, __ATOMIC_RELEASE);
        wake_init();
        while (s->memory_answered != s->memory_asked)
            (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
        (void)exo_sleep(0, 0, exo_time_ns() + 10000000);
    }
    for (; s->grants_taken != s->grants_written; s->grants_taken++)
        for (uint64_t i = 0; i < s->grant[s->grants_taken % INSTANCE_GRANTS].count; i++)
            if (exo_map(&domain.space, REGION + pages++ * EXO_PAGE_SIZE,
                        s->grant[s->grants_taken % INSTANCE_GRANTS].first + i, 1, DATA) < 0)
                exo_fail("holder: what was granted cannot be mapped");
    exo_print("holder: grew again by %s\n", pages == given ? "as much" : "something else");
    return 4;
}

/* It never looks. One page is guaranteed. */
static int deaf(void)
{
    struct exo_revoke_plan plan = {.guaranteed_count = 1};
    volatile uint64_t *word = (volatile uint64_t *)REGION;

    plan.guaranteed[0] = exo_frames_take(&domain.frames, 1, 1);
    if (exo_revoke_prepare(EXO_SLOT, &plan) < 0 ||
        exo_map(&domain.space, REGION, plan.guaranteed[0], 1, DATA) < 0)
        exo_fail("holder: it cannot guarantee a page");
    *word = 0x5a5a;
    exo_print("holder: has all\n");
    while (!upcall()->repossessed)
        (void)exo_yield();
    uint64_t before = upcall()->revoke_count;

    while (upcall()->revoke_count)
        (void)exo_yield();
    exo_print("holder: lost frames, %s, the guaranteed page has %lx\n",
              before < upcall()->repossessed + before ? "told which" : "not told",
              (unsigned long)*word);
    return *word == 0x5a5a ? 5 : 1;
}

#define PAGES_MAX 131072

static volatile uint64_t lost;
static volatile bool is_lost[PAGES_MAX];
static uint64_t spare; /* frame that stands in for all that are lost */

static void lose(struct exo_context *context)
{
    if (context->vector == EXO_VECTOR_SLICE_END)
        (void)exo_yield();
    if (context->vector != 14 || context->address < REGION)
        return;
    uint64_t entry = *exo_entry(context->address, 1);

    if (!(entry & EXO_PTE_TAKEN) || !upcall()->repossessed)
        exo_fail("holder: page %lx is gone, but was not taken: %lx",
                 (unsigned long)context->address, (unsigned long)entry);
    lost++;
    is_lost[(context->address - REGION) / EXO_PAGE_SIZE] = true;
    if (exo_map(&domain.space, context->address & ~(uint64_t)(EXO_PAGE_SIZE - 1), spare, 1, DATA) <
        0)
        exo_fail("holder: nothing can be mapped in the place of a lost page");
}

/* It uses all that it has and does not answer; what it finds afterwards is either its own or marked as taken. */
static int mapped(void)
{
    spare = exo_frames_take(&domain.frames, 1, 1);
    handle(lose);
    pages = domain.frames.free_count - domain.frames.free_count / 256 - 16;
    if (pages > PAGES_MAX || exo_domain_map(&domain, REGION, pages, DATA) < 0)
        exo_fail("holder: %lu pages cannot be mapped", (unsigned long)pages);
    (void)exo_map(&domain.space, REGION + pages * EXO_PAGE_SIZE, spare, 1, DATA); /* in use */
    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(REGION + i * EXO_PAGE_SIZE) = i + 1;
    exo_print("holder: has all\n");
    while (!upcall()->repossessed || upcall()->revoke_count)
        for (uint64_t i = 0; i < pages; i++) {
            uint64_t value = *(volatile uint64_t *)(REGION + i * EXO_PAGE_SIZE);

            if (value != i + 1 && !is_lost[i])
                exo_fail("holder: page %lu holds %lu", (unsigned long)i, (unsigned long)value);
        }
    exo_print("holder: lost pages: %s\n", lost ? "all were marked" : "none");
    return 6;
}

/* It makes all its memory into what cannot be taken. */
static int tables(void)
{
    for (uint64_t frame; (frame = exo_frames_take(&domain.frames, 1, 1)) != 0;)
        if (exo_table_create(EXO_SLOT, frame, 1) < 0)
            exo_fail("holder: no table");
    exo_print("holder: has all\n");
    for (;;)
        (void)exo_yield();
}

/* It needs its memory: each page keeps what was written to it. */
static int taker(void)
{
    exo_upcall_start(&self);
    pages = domain.frames.free_count - domain.frames.free_count / 256 - 16;
    if (exo_domain_map(&domain, REGION, pages, DATA) < 0)
        exo_fail("holder: its %lu pages cannot be mapped", (unsigned long)pages);
    for (uint64_t i = 0; i < pages; i++) {
        volatile uint64_t *page = (volatile uint64_t *)(REGION + i * EXO_PAGE_SIZE);

        for (uint64_t w = 0; w < 512; w += 64)
            if (page[w])
                exo_fail("holder: page %lu has somebody else's data", (unsigned long)i);
        *page = i * i;
    }
    for (uint64_t i = 0; i < pages; i++)
        if (*(volatile uint64_t *)(REGION + i * EXO_PAGE_SIZE) != i * i)
            exo_fail("holder: page %lu has changed", (unsigned long)i);
    exo_print("taker: its memory is right\n");
    return 0;
}

int exo_main(const struct instance_start *start)
{
    const char *how = exo_arg(0);

    (void)start;
    exo_domain_init(&domain);
    exo_self_init(&self, upcall(), handler_stack, sizeof handler_stack, exo_handler_default);
    int status = !strcmp(how, "good")     ? good()
                 : !strcmp(how, "deaf")   ? deaf()
                 : !strcmp(how, "mapped") ? mapped()
                 : !strcmp(how, "tables") ? tables()
                                          : taker();

    exo_print("audit: %ld violations\n", (long)exo_test(EXO_TEST_AUDIT, 0, 0));
    return status;
}
