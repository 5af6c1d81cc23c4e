/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - kernel calls by chance, guided by what they reach in the kernel (build/lorica-fuzz.elf counts edges).
 *
 * The host (the harness) makes sequences of calls from the call table's grammar, new ones or mutants of those that once
 * reached something new; the attacker's second env runs them. Structs in memory are made by the runner from a seed that is
 * part of the sequence, with the fields that the call expects or with chance in them. Everything follows from seed=N of
 * the command line: under -icount shift=N,sleep=off a run repeats exactly.
 * A domain lasts for DOMAIN_CALLS calls, because calls by chance take its tables, rights and frames apart, or until it has taken apart
 * what its envs need to begin; then the harness audits the kernel, destroys it and makes the next one. Errors that a call's row does not list are escapes.
 */
#include "tests/abuse/fuzz.h"
#include "base/string.h"
#include "libos/init/init.h"

#define CALLS_MAX    24 /* of a sequence */
#define CORPUS_MAX   1024
#define DOMAIN_CALLS 4000
#define IDLE_MAX     64       /* sequences in which no call was made */
#define PATIENCE_NS  20000000 /* for one sequence; then the env is made anew */

/* One call. Bit a of `earlier`: argument a is what an earlier call returned (its value: which). */
struct step {
    uint8_t call, earlier;
    uint16_t reserved;
    uint32_t shape; /* seed of what lies at SCRATCH; 0: what lay there before */
    uint64_t argument[6];
};

struct sequence {
    uint32_t count, reserved;
    struct step step[CALLS_MAX];
};

/* The shared pages. */
struct stage {
    volatile uint32_t go, ran; /* sequence numbers */
    struct sequence sequence;
};
_Static_assert(sizeof(struct stage) <= FUZZ_PAGES * EXO_PAGE_SIZE, "the sequence fits");

static struct sequence corpus[CORPUS_MAX];
static uint32_t kept, went;
static uint64_t state, wanted, made, domain_calls, remade, edges, last_calls;
static uint64_t idle, ruined; /* sequences without a call; domains in which none is made any more */
static int64_t last_error;    /* of giving an env its turn */

static struct stage *stage(void)
{
    return (struct stage *)FUZZ_ADDRESS;
}

/* --- The runner: in the attacker's second env, without globals --------------------------------------------- */

static uint64_t own(const struct box *box, uint64_t *s)
{
    return box->own_first + noise(s) % OWN_FRAMES;
}

static void shape_entries(const struct box *box, uint64_t *s)
{
    struct exo_pte *entry = (struct exo_pte *)SCRATCH;
    uint64_t table[] = {box->own_level1, box->own_level2, own(box, s), own(box, s)};

    for (uint32_t i = 0; i < 8; i++) {
        uint64_t level = noise(s) % 8 < 6 ? 1 : 1 + noise(s) % 4;

        entry[i].address = (SCRATCH + 0x10000 + noise(s) % 64 * 4096) | level;
        entry[i].entry = (level == 1 ? own(box, s) : table[noise(s) % 4]) << 12 |
                         (noise(s) & (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE | EXO_PTE_SOFT)) |
                         (noise(s) % 4 ? EXO_PTE_PRESENT : 0);
        if (noise(s) % 8 == 0)
            entry[i].address = EXO_PT_SPACE, entry[i].entry = own(box, s);
        if (noise(s) % 4 == 0)
            entry[i].entry = 0;
    }
}

static void shape_env(const struct box *box, uint64_t *s)
{
    struct exo_env_config *config = (struct exo_env_config *)SCRATCH;

    *config = (struct exo_env_config){.root = noise(s) % 4 ? box->own_root : own(box, s),
                                      .upcall_frame = own(box, s),
                                      .rip = noise(s) % 2 ? 0x400000 : noise(s),
                                      .rsp = ATTACKER_BASE + 0x14000,
                                      .guardian = noise(s) % 2 ? box->env[0] : 0,
                                      .open_events = noise(s) % 4 ? 0 : noise(s),
                                      .flags = noise(s) % 4};
}

static void shape_plan(const struct box *box, uint64_t *s)
{
    struct exo_revoke_plan *plan = (struct exo_revoke_plan *)SCRATCH;

    plan->guaranteed_count = noise(s) % (EXO_GUARANTEED_MAX + 2);
    for (uint32_t i = 0; i < EXO_GUARANTEED_MAX; i++)
        plan->guaranteed[i] = own(box, s);
    plan->save_first = own(box, s);
    plan->save_count = noise(s) % 8;
}

static void shape_ring(const struct box *box, uint64_t *s)
{
    struct exo_net_ring_config *config = (struct exo_net_ring_config *)SCRATCH;

    *config = (struct exo_net_ring_config){.shared_frame = own(box, s),
                                           .buffer_frame = own(box, s),
                                           .env = box->env[noise(s) % 2],
                                           .buffer_count = 1 + noise(s) % 8,
                                           .event = noise(s) % 64};
}

static void shape_filter(const struct box *box, uint64_t *s)
{
    struct exo_net_filter *filter = (struct exo_net_filter *)SCRATCH;
    uint64_t *word = (uint64_t *)SCRATCH;

    memset(filter, 0, sizeof *filter);
    for (uint32_t n = noise(s) % 4; n; n--) { /* a few bits of the key */
        uint64_t at = noise(s) % (sizeof filter->mask / 8), mask = noise(s) % 2 ? ~0ull : 0xffff;

        word[at] = mask;
        word[at + sizeof filter->mask / 8] = noise(s) & mask;
    }
    filter->parent = noise(s) % 2 ? 0 : (uint32_t)(own(box, s) << EXO_NET_ROW_BITS | noise(s) % 16);
    filter->ring = noise(s) % 2 ? 0 : (uint32_t)(own(box, s) << EXO_NET_ROW_BITS | noise(s) % 16);
    filter->flags = noise(s) % 8 ? 0 : noise(s) % 4;
}

static void shape_image(uint64_t *s)
{
    static const uint64_t whole[][4] = {
        {0xb7, 0x95},                                          /* r0 = 0; exit */
        {0x00000001000000b7, 0x95},                            /* r0 = 1; exit */
        {0xb7, 0x0000000100000007, 0x95},                      /* r0 = 0; r0 += 1; exit */
        {0x00000000000101b7, 0x0000000000010055, 0x95, 0x95}}; /* a jump */
    struct exo_code_image *image = (struct exo_code_image *)SCRATCH;
    uint64_t *insn = (uint64_t *)(SCRATCH + 0x200), pick = noise(s) % 4;

    for (uint32_t i = 0; i < 4; i++)
        insn[i] = whole[pick][i];
    if (noise(s) % 2)
        insn[noise(s) % 8] = noise(s) >> noise(s) % 64;
    *image = (struct exo_code_image){.type = 1 + (uint32_t)(noise(s) % 3),
                                     .insn_count = 2 + (uint32_t)(noise(s) % 3),
                                     .insns = SCRATCH + 0x200,
                                     .rodata = SCRATCH + 0x300,
                                     .rodata_bytes = noise(s) % 4 ? 0 : noise(s) % 5000 & 0xfff};
}

static void shape_words(uint64_t *s)
{
    struct exo_sleep_word *word = (struct exo_sleep_word *)SCRATCH;

    for (uint32_t i = 0; i < EXO_SLEEP_WORDS; i++)
        word[i] = (struct exo_sleep_word){.address = SCRATCH + noise(s) % 1024 * 4,
                                          .value = (uint32_t)(noise(s) % 2)};
}

/* What the call reads at SCRATCH. One time in four a word of it is chance. */
static void shape(const struct box *box, uint32_t number, uint64_t seed)
{
    uint64_t s = seed * 0x9e3779b97f4a7c15 + 1, *word = (uint64_t *)SCRATCH;

    switch (number) {
    case EXO_CALL_PT_UPDATE:
    case EXO_CALL_DMA_UPDATE:
        shape_entries(box, &s);
        break;
    case EXO_CALL_ENV_CREATE:
        shape_env(box, &s);
        break;
    case EXO_CALL_REVOKE_PREPARE:
        shape_plan(box, &s);
        break;
    case EXO_CALL_NET_RING:
        shape_ring(box, &s);
        break;
    case EXO_CALL_NET_FILTER:
        shape_filter(box, &s);
        break;
    case EXO_CALL_CODE_LOAD:
        shape_image(&s);
        break;
    case EXO_CALL_SLEEP:
        shape_words(&s);
        break;
    case EXO_CALL_TOKEN_OPEN:
        return; /* what was sealed there */
    default:
        for (uint32_t i = 0; i < 64; i++) /* lists of frames */
            word[i] = own(box, &s);
    }
    if (noise(&s) % 4 == 0)
        word[noise(&s) % 32] = noise(&s) >> noise(&s) % 64;
}

static void run_sequence(struct box *box, const struct sequence *sequence)
{
    int64_t got[CALLS_MAX] = {0};
    uint64_t a[6];

    for (uint32_t i = 0; i < sequence->count && i < CALLS_MAX; i++) {
        const struct step *step = &sequence->step[i];
        const struct call_case *call = &call_cases[step->call % CALL_CASE_COUNT];

        for (uint32_t n = 0; n < 6; n++)
            a[n] = step->earlier >> n & 1 && i ? (uint64_t)got[step->argument[n] % i]
                                               : step->argument[n];
        if (step->shape)
            shape(box, call->number, step->shape);
        got[i] = raw(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (got[i] < 0 && (got[i] < -31 || !(1u << -got[i] & (call->errors | 1u << EXO_E_ARG))))
            escape(box, call->name, (uint64_t)-got[i]);
        box->made++;
    }
}

static void fuzz_second(struct box *box)
{
    for (;;) {
        while (stage()->ran == stage()->go)
            (void)exo_yield();
        uint32_t go = stage()->go;

        run_sequence(box, &stage()->sequence);
        box->tries++;
        stage()->ran = go;
    }
}

static void fuzz_first(struct box *box)
{
    (void)box;
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

/* --- The host: makes sequences, keeps those that reach something new ---------------------------------------- */

static uint64_t pick_argument(struct box *box, const struct call_case *call, uint32_t a,
                              uint32_t before, uint8_t *earlier)
{
    uint64_t pick = noise(&state);

    /* Ids are what calls return; an env or a program is mostly one that was made here. */
    bool is_id =
        call->argument[a].type == CALL_ARGUMENT_ENV ||
        (call->argument[a].type == CALL_ARGUMENT_VALUE && call->argument[a].name[0] != 'd');

    if (before && pick % 8 < (is_id ? 4 : 1)) {
        *earlier |= (uint8_t)(1u << a);
        return noise(&state) % before;
    }
    if (call->argument[a].type == CALL_ARGUMENT_IN ||
        call->argument[a].type == CALL_ARGUMENT_BATCH ||
        call->argument[a].type == CALL_ARGUMENT_OUT)
        if (pick >> 8 & 7)
            return SCRATCH;
    if (call->argument[a].type == CALL_ARGUMENT_SLOT && pick >> 8 & 3)
        return SLOT_OWN;
    if (call->argument[a].name[0] == 'd' &&
        pick >> 8 & 15) /* a deadline that has passed: nobody waits for it */
        return 0;
    return chance_argument(box, call, a, &state);
}

static bool is_left_out(const struct call_case *call)
{
    return call->number == EXO_CALL_TEST ||
           (call->number == EXO_CALL_TRANSFER_WAIT && noise(&state) % 64);
}

static void new_step(struct box *box, struct step *step, uint32_t before)
{
    do
        step->call = (uint8_t)(noise(&state) % CALL_CASE_COUNT);
    while (is_left_out(&call_cases[step->call]));
    const struct call_case *call = &call_cases[step->call];

    step->earlier = 0;
    step->shape = noise(&state) % 4 ? (uint32_t)noise(&state) | 1 : 0;
    for (uint32_t a = 0; a < 6; a++)
        step->argument[a] =
            a < call->argument_count ? pick_argument(box, call, a, before, &step->earlier) : 0;
}

static void mutate(struct box *box, struct sequence *q)
{
    for (uint64_t n = 1 + noise(&state) % 3; n; n--) {
        uint32_t at = (uint32_t)(noise(&state) % q->count);
        struct step *step = &q->step[at];
        const struct call_case *call = &call_cases[step->call];

        switch (noise(&state) % 6) {
        case 0: /* another call in its place */
            new_step(box, step, at);
            break;
        case 1: /* one more */
            if (q->count == CALLS_MAX)
                break;
            memmove(step + 1, step, (q->count - at) * sizeof *step);
            q->count++;
            new_step(box, step, at);
            break;
        case 2: /* one less */
            if (q->count == 1)
                break;
            memmove(step, step + 1, (--q->count - at) * sizeof *step);
            break;
        case 3: /* another struct */
            step->shape = (uint32_t)noise(&state) | 1;
            break;
        case 4: /* the end of another sequence */
            if (kept) {
                const struct sequence *other = &corpus[noise(&state) % kept];

                for (uint32_t i = at; i < other->count; i++)
                    q->step[i] = other->step[i];
                q->count = other->count > at ? other->count : q->count;
            }
            break;
        default: /* another argument */
            if (call->argument_count) {
                uint32_t a = (uint32_t)(noise(&state) % call->argument_count);

                step->earlier &= (uint8_t) ~(1u << a);
                step->argument[a] = pick_argument(box, call, a, at, &step->earlier);
            }
        }
    }
}

static void next_sequence(struct box *box)
{
    struct sequence *q = &stage()->sequence;

    if (kept && noise(&state) % 4) {
        *q = corpus[noise(&state) % kept];
        mutate(box, q);
        return;
    }
    q->count = 1 + (uint32_t)(noise(&state) % CALLS_MAX);
    for (uint32_t i = 0; i < q->count; i++)
        new_step(box, &q->step[i], i);
}

/* What ran reached something new: it is kept; when there is no room, in the place of a random one. */
static void judge(void)
{
    uint64_t seen;
    int64_t all = exo_test_2(EXO_TEST_EDGES, 0, 0, &seen);

    if (all < 0 || (uint64_t)all <= edges)
        return;
    edges = (uint64_t)all;
    corpus[kept < CORPUS_MAX ? kept : noise(&state) % CORPUS_MAX] = stage()->sequence;
    kept += kept < CORPUS_MAX;
}

static void fuzz_host(struct box *box)
{
    uint64_t deadline = host_now() + PATIENCE_NS;

    if (!went) {
        state = box->seed;
        wanted = host_number("fuzz=", 0);
    }
    if (!stage()->go) { /* a new domain */
        domain_calls = last_calls = 0;
        (void)exo_test(EXO_TEST_EDGES, box->env[1], 0);
    }
    (void)exo_cap_revoke(CAP_ROOT, box->env[1], SLOT_OWN); /* it may have dropped or narrowed it */
    (void)exo_cap_grant(CAP_ROOT, box->env[1], SLOT_ATTACKER, SLOT_OWN);
    next_sequence(box);
    stage()->go = ++went;
    while (stage()->ran != went && host_now() < deadline) {
        int64_t error = exo_yield_to(CAP_ROOT, box->env[1]);

        if (error < 0) {
            last_error = error;
            break;
        }
    }
    if (stage()->ran != went) { /* it sleeps, waits, or has broken its stack */
        host_kill_and_remake(1);
        (void)exo_test(EXO_TEST_EDGES, box->env[1], 0);
        stage()->ran = went;
        remade++;
    }
    judge();
    idle = box->made == last_calls ? idle + 1 : 0;
    made += box->made - last_calls;
    domain_calls += box->made - last_calls;
    last_calls = box->made;
    if (idle == IDLE_MAX) { /* it has unmapped what any env of its needs */
        ruined++;
        box->tries++; /* perhaps with its first call */
        idle = 0;
        domain_calls = DOMAIN_CALLS;
    }
    if (domain_calls >= DOMAIN_CALLS || made >= wanted)
        box->done[0] = 1; /* its first env may not live any more */
}

bool fuzz_over(void)
{
    return made >= wanted;
}

void fuzz_report(void (*say)(const char *fmt, ...))
{
    say("# fuzz: %lu calls, %lu edges, %u sequences kept, %lu envs made anew, %lu domains ruined",
        (unsigned long)made, (unsigned long)edges, kept, (unsigned long)remade,
        (unsigned long)ruined);
    if (ruined)
        say("# (the last env did not begin: %ld)", (long)last_error);
}

const struct attack fuzz_attack = {
    "F02",      "calls by coverage",
    fuzz_first, fuzz_second,
    fuzz_host,  EXO_RIGHT_ALLOCATE | EXO_RIGHT_TIME | EXO_RIGHT_NETWORK,
    1,          false};
