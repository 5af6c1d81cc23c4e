/* SPDX-License-Identifier: MIT */
/*
 * papers.c - the experiments of the exokernel papers, re-run on lib/exo: what each primitive costs in instructions.
 *
 * Prints `row NAME INSTRUCTIONS` (the mean of many repetitions, loop included) when the time-stamp counter counts
 * instructions. Names and definitions are the papers': one way for pct, pipe and shm, both ways for lrpc and tlrpc; per
 * page for appel1 and appel2. Each experiment checks that it did what it says.
 */
#include "bench/papers/matrix.h"
#include "exo_stubs.h"
#include "lib/exo/domain.h"
#include "lib/exo/ipc.h"
#include "lib/exo/libos.h"
#include "lib/exo/protect.h"
#include "lib/exo/transfer.h"

#define REGION 0x100000000000ull
#define PAGES  100
#define RUN    0x120000000000ull /* pages whose frames are in a row */
#define DATA   (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)
#define ROUNDS 10000

static struct exo_domain domain;
static struct exo_self self;
static struct exo_env peer;
static struct exo_pipe to_peer, from_peer;
static uint8_t handler_stack[16384] __attribute__((aligned(16)));
static uint64_t page[PAGES], run_frame;
static volatile uint64_t traps, counter, served;
static uint64_t began;
static int status;

static void begin(void)
{
    began = exo_tsc();
}

static void end(const char *name, uint64_t count)
{
    uint64_t took = exo_tsc() - began;

    exo_print("row %s %lu.%lu\n", name, (unsigned long)(took / count),
              (unsigned long)(took * 10 / count % 10));
}

static void check(bool right, const char *what)
{
    if (right)
        return;
    exo_print("# wrong: %s\n", what);
    status = 1;
}

/* --- Calls and exceptions ---------------------------------------------------------------------------- */

__attribute__((noinline)) static void procedure(void)
{
    __asm__ volatile("" : : : "memory");
}

static void calls(void)
{
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        procedure();
    end("procedure_call", ROUNDS);
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        (void)exo_null();
    end("null_call", ROUNDS);
}

/* Writes a byte by an instruction of three bytes, which a handler can step over. */
static inline void touch(uint64_t address)
{
    __asm__ volatile("movb $0, (%0)\n\t" : : "a"(address) : "memory");
}

static uint64_t dispatched; /* time stamp of the handler's first look at the clock */

static void step_over(struct exo_context *context)
{
    if (!exo_write_trap(context, REGION, PAGES)) {
        exo_handler_default(context);
        return;
    }
    dispatched = exo_tsc();
    traps++;
    context->rip += 3;
}

static void exceptions(void)
{
    uint64_t one_way = 0;

    self.handler = step_over;
    check(exo_page_protect(&domain.space, page[0]) == 0, "the page is protected");
    traps = 0;
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint64_t before = exo_tsc();

        touch(page[0]);
        one_way += dispatched - before;
    }
    end("trap", ROUNDS);
    exo_print("row exception_protection %lu\n", (unsigned long)(one_way / ROUNDS));
    check(traps == ROUNDS, "every write trapped");
    check(exo_page_unprotect(&domain.space, page[0]) == 0, "the page is writable again");
}

/* --- Virtual memory (Appel and Li) -------------------------------------------------------------------- */

static uint64_t protect_next; /* appel1: the page that the handler protects */

static void appel1(struct exo_context *context)
{
    if (!exo_write_trap(context, REGION, PAGES)) {
        exo_handler_default(context); /* the end of a slice */
        return;
    }
    traps += exo_page_protect(&domain.space, protect_next) == 0 &&
             exo_page_unprotect(&domain.space, context->address) == 0;
}

static void appel2(struct exo_context *context)
{
    if (!exo_write_trap(context, REGION, PAGES)) {
        exo_handler_default(context);
        return;
    }
    traps += exo_page_unprotect(&domain.space, context->address) == 0;
}

static struct exo_pte batch[2][EXO_PT_BATCH_MAX];

/* Writes what batch[turn] says, in registers or as an array. */
static inline int64_t write_entries(bool array, uint32_t turn, uint64_t count)
{
    const struct exo_pte *first = batch[turn];

    return array ? exo_pt_update(EXO_SLOT, domain.space.root, first, count)
                 : exo_pt_write(EXO_SLOT, domain.space.root, first->address, first->entry, count);
}

/*
 * Page-table entries by themselves, without a library: one a call; and what each further one of a call adds. Rights of
 * pages in a row change (as for prot1), or the pages go and come.
 */
static inline void entries_of(bool array, bool come, const char *name)
{
    uint64_t took[2];
    int64_t failed = 0;

    for (uint32_t i = 0; i < EXO_PT_BATCH_MAX; i++) {
        uint64_t entry = run_frame << EXO_PAGE_SHIFT | DATA | EXO_PTE_PRESENT;

        entry += i * EXO_PAGE_SIZE;
        batch[0][i] = (struct exo_pte){.address = (RUN + i * EXO_PAGE_SIZE) | 1,
                                       .entry = come ? 0 : entry & ~(uint64_t)EXO_PTE_WRITE};
        batch[1][i] = (struct exo_pte){.address = batch[0][i].address, .entry = entry};
    }
    for (uint32_t turn = 0; turn < 2; turn++) {
        uint64_t count = turn ? EXO_PT_BATCH_MAX : 1;
        uint64_t before = exo_tsc();

        for (uint32_t i = 0; i < ROUNDS; i += 2) {
            failed |= write_entries(array, 0, count);
            failed |= write_entries(array, 1, count);
        }
        took[turn] = (exo_tsc() - before) / ROUNDS;
    }
    check(failed >= 0, "every entry was written");
    exo_print("row %s %lu\n", name, (unsigned long)took[0]);
    exo_print("row %s_more %lu\n", name,
              (unsigned long)((took[1] - took[0]) / (EXO_PT_BATCH_MAX - 1)));
}

static void entries(void)
{
    run_frame = exo_frames_take(&domain.frames, EXO_PT_BATCH_MAX, 1);
    if (!run_frame || exo_map(&domain.space, RUN, run_frame, EXO_PT_BATCH_MAX, DATA) < 0)
        exo_fail("papers: no %d frames in a row: give the instance more memory", EXO_PT_BATCH_MAX);
    entries_of(false, false, "pt_update");
    entries_of(false, true, "pt_update_map");
    entries_of(true, false, "pt_batch");
    entries_of(true, true, "pt_batch_map");
}

/* A permutation of the pages: 37 is prime to 100. */
static uint64_t shuffled(uint64_t i)
{
    return page[i * 37 % PAGES];
}

static void memory(void)
{
    uint64_t dirty = 0;

    for (uint64_t i = 0; i < PAGES; i++)
        touch(page[i]);
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        dirty += exo_page_dirty(page[i % PAGES]);
    end("dirty", ROUNDS);
    check(dirty == ROUNDS, "written pages are dirty");
    check(exo_page_clean(&domain.space, page[1]) == 0 && !exo_page_dirty(page[1]),
          "a cleaned page is not");
    touch(page[1]);
    check(exo_page_dirty(page[1]), "and is again when it is written");

    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        (void)exo_page_protect(&domain.space, page[0]);
    end("prot1", ROUNDS);
    begin();
    for (uint32_t i = 0; i < PAGES; i++)
        (void)exo_pages_protect(&domain.space, page, PAGES);
    end("prot100", PAGES);
    begin();
    for (uint32_t i = 0; i < PAGES; i++)
        (void)exo_pages_unprotect(&domain.space, page, PAGES);
    end("unprot100", PAGES);

    self.handler = appel1;
    traps = 0;
    check(exo_page_protect(&domain.space, shuffled(0)) == 0, "the first page is protected");
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        protect_next = shuffled((i + 1) % PAGES);
        touch(shuffled(i % PAGES));
    }
    end("appel1", ROUNDS);
    check(traps == ROUNDS, "appel1 trapped each time");
    (void)exo_pages_unprotect(&domain.space, page, PAGES);

    self.handler = appel2;
    traps = 0;
    begin();
    for (uint32_t round = 0; round < ROUNDS / PAGES; round++) {
        (void)exo_pages_protect(&domain.space, page, PAGES);
        for (uint64_t i = 0; i < PAGES; i++)
            touch(shuffled(i));
    }
    end("appel2", ROUNDS);
    check(traps == ROUNDS, "appel2 trapped each time");
}

static void matrix(void)
{
    uint32_t *a = (uint32_t *)(REGION + PAGES * EXO_PAGE_SIZE);
    uint32_t *b = a + MATRIX * MATRIX;
    uint32_t *c = b + MATRIX * MATRIX;
    uint64_t pages = (3 * MATRIX * MATRIX * sizeof(uint32_t) + EXO_PAGE_SIZE - 1) / EXO_PAGE_SIZE;

    check(exo_domain_map(&domain, (uint64_t)a, pages, DATA) == 0, "memory for the matrices");
    for (uint32_t i = 0; i < MATRIX * MATRIX; i++) {
        a[i] = i;
        b[i] = i % 7;
    }
    begin();
    matrix_multiply(a, b, c);
    end("matrix_150", 1);
}

/* --- Interprocess communication ------------------------------------------------------------------------- */

static struct exo_env callee;

/* The servers below are entered by the kernel with the message in registers; none of them touches a stack. */
__asm__(".text\n"
        ".type pct_serve, @function\n"
        "pct_serve:\n\t" /* one counter increment, as in the papers */
        "incq served(%rip)\n\t"
        "movabsq $0x4c4f524900000046, %rax\n\t"
        "syscall\n\t"
        "ud2\n");
void pct_serve(void);
static_assert(EXO_CALL_TRANSFER_RETURN == 0x46 && EXO_CALL_TAG == 0x4c4f5249, "as in pct_serve");

void exo_transfer_serve(uint64_t caller, struct exo_message *message)
{
    served++;
    if (caller != exo_instance()->env)
        message->word[0] = 0;
    message->word[0]++;
}

static void wait_to_be_called(struct exo_env *env)
{
    (void)env;
    (void)exo_transfer_wait();
}

static void start_callee(void (*entry)(void))
{
    uint64_t word = 0;
    uint64_t other = 0;

    callee.body = wait_to_be_called;
    if (exo_env_start(&domain, &callee, NULL, (uint64_t)entry) < 0)
        exo_fail("papers: a second env does not run: give the instance more memory");
    while (exo_trusted_call(EXO_SLOT, callee.id, &word, &other) == -EXO_E_BUSY)
        (void)exo_yield_to(EXO_SLOT, callee.id); /* it does not wait yet */
}

/* Another address space with the same tables below its root: the callee runs there. 0: no frame. */
static uint64_t other_space(void)
{
    uint64_t root = domain.space.table_frame(domain.space.context);

    if (!root || exo_table_create(EXO_SLOT, root, 4) < 0)
        return 0;
    for (uint64_t i = 0; i < 256; i++) {
        uint64_t address = i << 39;
        uint64_t entry = *exo_entry(address, 4);
        struct exo_pte link = {.address = address | 4,
                               .entry = entry & (EXO_PTE_FRAME | EXO_PTE_PRESENT | EXO_PTE_WRITE)};

        if (entry & EXO_PTE_PRESENT && exo_pt_update(EXO_SLOT, root, &link, 1) < 0)
            return 0;
    }
    return root;
}

static void transfers(void)
{
    struct exo_message message = {0};
    uint64_t word = 0;
    uint64_t other = 0;
    int64_t failed = 0;

    start_callee(pct_serve);
    served = 0;
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        failed |= exo_trusted_call(EXO_SLOT, callee.id, &word, &other);
    end("pct", 2 * (uint64_t)ROUNDS);
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        failed |= exo_trusted_call(EXO_SLOT, callee.id, &word, &other);
    end("tlrpc", ROUNDS);
    check(!failed && served == 2 * (uint64_t)ROUNDS, "every transfer arrived");
    check(exo_env_end(&domain, &callee) == 0, "the callee ends");

    uint64_t own = domain.space.root;

    domain.space.root = other_space();
    check(domain.space.root != 0, "a second address space");
    start_callee(pct_serve);
    domain.space.root = own;
    served = 0;
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        failed |= exo_trusted_call(EXO_SLOT, callee.id, &word, &other);
    end("pct_spaces", 2 * (uint64_t)ROUNDS);
    check(!failed && served == ROUNDS, "every transfer arrived in the other address space");
    check(exo_env_end(&domain, &callee) == 0, "the callee ends");

    start_callee(exo_transfer_entry);
    served = 0;
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        failed |= exo_transfer_call(EXO_SLOT, callee.id, &message);
    end("lrpc", ROUNDS);
    check(!failed && served == ROUNDS && message.word[0] == ROUNDS, "every call was served");
    check(exo_env_end(&domain, &callee) == 0, "the callee ends");
}

enum {
    ECHO_BYTES,
    ECHO_WORDS,
    ECHO_SHARED
};
static volatile uint64_t shared_word; /* odd: the peer's turn */

static void echo(struct exo_env *env)
{
    uint64_t mode = (uint64_t)env->context;
    uint64_t word;

    for (;;) {
        if (mode == ECHO_SHARED) {
            while (!(shared_word & 1))
                (void)exo_yield_to(EXO_SLOT, exo_instance()->env);
            shared_word++;
        } else if (mode == ECHO_WORDS) {
            (void)exo_pipe_get(&to_peer, &word);
            (void)exo_pipe_put(&from_peer, word + 1);
        } else if (exo_pipe_read(&to_peer, &word, sizeof word) == sizeof word) {
            word++;
            (void)exo_pipe_write(&from_peer, &word, sizeof word);
        }
    }
}

static void start_peer(uint64_t mode)
{
    peer.body = echo;
    peer.context = (void *)mode;
    if (exo_env_start(&domain, &peer, NULL, 0) < 0)
        exo_fail("papers: a second env does not run: give the instance more memory");
    exo_pipe_init(&to_peer, exo_instance()->env, peer.id, EXO_SLOT);
    exo_pipe_init(&from_peer, peer.id, exo_instance()->env, EXO_SLOT);
}

static void pipes(void)
{
    uint64_t word = 0;
    bool right = true;

    start_peer(ECHO_BYTES);
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        right &= exo_pipe_write(&to_peer, &word, sizeof word) == 0;
        right &= exo_pipe_read(&from_peer, &word, sizeof word) == sizeof word;
    }
    end("pipe", 2 * (uint64_t)ROUNDS);
    check(right && word == ROUNDS, "every word came back through the pipe");
    check(exo_env_end(&domain, &peer) == 0, "the peer ends");

    start_peer(ECHO_WORDS);
    word = 0;
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++)
        right &= exo_pipe_put(&to_peer, word) && exo_pipe_get(&from_peer, &word);
    end("pipe_inline", 2 * (uint64_t)ROUNDS);
    check(right && word == ROUNDS, "every word came back through the inlined pipe");
    check(exo_env_end(&domain, &peer) == 0, "the peer ends");

    start_peer(ECHO_SHARED);
    begin();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        shared_word++;
        while (shared_word & 1)
            (void)exo_yield_to(EXO_SLOT, peer.id);
    }
    end("shm", 2 * (uint64_t)ROUNDS);
    check(shared_word == 2 * (uint64_t)ROUNDS, "the turns alternate");
    check(exo_env_end(&domain, &peer) == 0, "the peer ends");
}

/* --- Revocation -------------------------------------------------------------------------------------------- */

#define ASKED    64 /* frames; as many as one call can take by force */
#define MAPPED   (REGION + 0x10000000)
#define RELEASES 8

static uint64_t to_give[ASKED];
static uint64_t mapped_at; /* 0: they are not mapped */
static volatile uint64_t heard, given;

/* The env that is asked: it looks at its request, unmaps what it gives, and gives it. */
static void give_back(struct exo_context *context)
{
    uint64_t count = peer.upcall->revoke_count;

    if (context->vector != EXO_VECTOR_REVOKE || !count || given) {
        exo_handler_default(context);
        return;
    }
    heard = exo_tsc();
    if (mapped_at && exo_unmap(&domain.space, mapped_at, count) < 0)
        return;
    for (uint64_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count && to_give[i + run] == to_give[i] + run;)
            run++;
        if (exo_frame_free(EXO_SLOT, to_give[i], run) < 0)
            return;
    }
    given = count;
}

static void yield_back(struct exo_env *env)
{
    (void)env;
    for (;;)
        (void)exo_yield_to(EXO_SLOT, exo_instance()->env);
}

static void choose(uint64_t count, bool map)
{
    uint64_t first = exo_frames_take(&domain.frames, count, 1);

    mapped_at = map ? MAPPED : 0;
    if (!first || (map && exo_map(&domain.space, MAPPED, first, count, DATA) < 0))
        exo_fail("papers: no frames to give back: give the instance more memory");
    for (uint64_t i = 0; i < count; i++)
        to_give[i] = first + i;
}

/* From the request to the last frame free; *way: to the first instruction of the handler. */
static uint64_t release(uint64_t count, bool map, uint64_t *way)
{
    choose(count, map);
    given = 0;
    uint64_t before = exo_tsc();

    bool right = exo_revoke(EXO_SLOT, peer.id, EXO_REVOKE_FRAMES, count, EXO_FOREVER - 1) == 0;

    while (!given)
        right &= exo_yield_to(EXO_SLOT, peer.id) == 0;
    uint64_t after = exo_tsc();

    check(right && given == count, "what was asked for came back");
    *way += heard - before;
    return after - before;
}

/* From the first call of repossess to the last; the frames are ours, zeroed, and nothing names them. */
static uint64_t force(uint64_t count, bool map)
{
    uint64_t place = 0, wait_ns = 1000, before;
    int64_t result;

    choose(count, map);
    given = 1; /* it is deaf */
    do /* on a busy host the machine may stand still for longer than that */
        result = exo_revoke(EXO_SLOT, peer.id, EXO_REVOKE_FRAMES, count, exo_time_ns() + wait_ns);
    while (result == -EXO_E_RANGE && (wait_ns *= 2) < 60000000000);
    check(result == 0, "it is asked");
    while (exo_time_ns() <= peer.upcall->revoke_deadline_ns)
        ;
    before = exo_tsc();
    do
        result = exo_repossess_2(EXO_SLOT, peer.id, to_give[0], count, place, &place);
    while (result == -EXO_E_AGAIN);
    check(result == 0, "what was not given is taken");
    return exo_tsc() - before;
}

static void revocation(void)
{
    static const struct {
        const char *name;
        uint64_t count;
        bool map, by_force;
    } row[] = {{"revoke_1", 1, false, false},
               {"revoke_64", ASKED, false, false},
               {"revoke_64_mapped", ASKED, true, false},
               {"repossess_1", 1, false, true},
               {"repossess_64", ASKED, false, true},
               {"repossess_64_mapped", ASKED, true, true}};
    uint64_t way = 0, asked = 0;

    peer.body = yield_back;
    if (exo_env_start(&domain, &peer, give_back, 0) < 0 || exo_yield_to(EXO_SLOT, peer.id) < 0)
        exo_fail("papers: a second env does not run: give the instance more memory");
    for (uint32_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint64_t took = 0;

        for (uint32_t n = 0; n < RELEASES; n++)
            took += row[i].by_force ? force(row[i].count, row[i].map)
                                    : release(row[i].count, row[i].map, &way);
        asked += row[i].by_force ? 0 : RELEASES;
        exo_print("row %s %lu\n", row[i].name, (unsigned long)(took / RELEASES));
    }
    exo_print("row revoke_upcall %lu\n", (unsigned long)(way / asked));
    check(exo_env_end(&domain, &peer) == 0, "the peer ends");
}

/*
 * Two envs that only look at the clock, at positions next to each other: how long nobody did when the slice of one ended and
 * the other's began. With an epilogue the first is told, and yields; without, the kernel switches by itself.
 */
#define SLICE_ENDS 60
static volatile uint64_t clock_last[2], clock_gaps, clock_shortest;
static struct exo_env watchers[2];

static void watch(struct exo_env *env)
{
    uint64_t me = (uint64_t)(env - watchers);

    while (clock_gaps < SLICE_ENDS) {
        uint64_t now = exo_tsc();
        uint64_t other = clock_last[!me];

        if (other > clock_last[me]) {
            if (now - other < clock_shortest)
                clock_shortest = now - other; /* the longer ones are others' slices */
            clock_gaps++;
        }
        clock_last[me] = now;
    }
    for (;;)
        (void)exo_yield_to(EXO_SLOT, exo_instance()->env);
}

static void slice_ends(const struct instance_start *start, exo_handler *handler, const char *name)
{
    clock_gaps = clock_last[0] = clock_last[1] = 0;
    clock_shortest = UINT64_MAX;
    for (uint64_t i = 0; i < 2; i++) {
        watchers[i].body = watch;
        if (exo_env_start(&domain, &watchers[i], handler, 0) < 0)
            exo_fail("papers: a second env does not run: give the instance more memory");
    }
    for (uint64_t i = 0; i < 2; i++)
        check(exo_slice_set(EXO_SLOT, 0, start->position_first + i, watchers[i].id) == 0,
              "a watcher has a position");
    while (clock_gaps < SLICE_ENDS)
        (void)exo_yield_to(EXO_SLOT, watchers[0].id);
    for (uint64_t i = 0; i < 2; i++) {
        check(exo_slice_set(EXO_SLOT, 0, start->position_first + i, exo_instance()->env) == 0,
              "which comes back");
        check(exo_env_end(&domain, &watchers[i]) == 0, "the watcher ends");
    }
    exo_print("row %s %lu\n", name, (unsigned long)clock_shortest);
}

static void epilogue(struct exo_context *context)
{
    exo_handler_default(context);
}

static void slices(const struct instance_start *start)
{
    if (start->position_count < 2)
        return; /* the manifest's `share` */
    slice_ends(start, NULL, "slice_end");
    slice_ends(start, epilogue, "slice_end_upcall");
}

int exo_main(const struct instance_start *start)
{
    exo_domain_init(&domain);
    exo_self_init(&self, (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS, handler_stack,
                  sizeof handler_stack, exo_handler_default);
    exo_upcall_start(&self);
    if (exo_domain_map(&domain, REGION, PAGES, DATA) < 0)
        exo_fail("papers: no memory for %d pages: give the instance more", PAGES);
    for (uint64_t i = 0; i < PAGES; i++)
        page[i] = REGION + i * EXO_PAGE_SIZE;
    calls();
    exceptions();
    entries();
    memory();
    self.handler = exo_handler_default;
    matrix();
    transfers();
    pipes();
    slices(start);
    revocation();
    return status;
}
