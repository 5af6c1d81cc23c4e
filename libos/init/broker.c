/* SPDX-License-Identifier: MIT */
/*
 * broker.c - revocation as a policy in user space; see broker.h.
 *
 * States of an asked instance: asked = 0 -ask-> asked > 0 -it frees frames, or ends-> 0
 *                              -deadline-> its frames are taken, a few calls a step -> 0
 * An answer is what the frame table shows: frames that it held when asked and holds no more. Frames are taken in this order:
 * those that nothing maps (a pool, memory that was never touched), then mapped ones, the highest first; never those that init
 * built it from (image, stack, streams), never tables, envs or what it has guaranteed.
 */
#include "libos/init/broker.h"
#include "exo_stubs.h"
#include "lib/exo/time.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"
#include "libos/init/share.h"

#define KEEP           64      /* frames that init keeps free for its own tables */
#define FORCE_CALLS    64      /* kernel calls of one step by force */
#define FORCE_PAUSE_NS 2000000 /* between runs of mapped frames */
#define MS             1000000ull

_Static_assert(MANIFEST_WEIGHT_MAX == SHARE_WEIGHT_MAX &&
                   MANIFEST_PRIORITY_MAX == SHARE_PRIORITY_MAX &&
                   MANIFEST_INSTANCES_MAX <= SHARE_PARTIES_MAX,
               "the policy knows all that the manifest can say");

static struct instance *all;
static uint32_t total;
static struct instance *turn; /* whose need is being served; NULL: nobody's */
static uint64_t held[MANIFEST_INSTANCES_MAX], free_frames;

/* Taking by force from one instance: where it stands. */
static struct force {
    struct instance *from; /* NULL: nothing is being taken */
    bool mapped;           /* second pass: frames that something maps */
    uint64_t next;         /* frames below it are still to be looked at */
    uint64_t first, count; /* run that is being taken; count 0: none */
    uint64_t place;
    uint64_t taken;
    uint64_t not_before_ns; /* until then it may look at what it has lost */
} force;

void broker_start(struct instance *instances, uint32_t count)
{
    all = instances;
    total = count;
}

/* One pass over the frame table: what each instance holds, without its root archive. */
static void count_frames(void)
{
    free_frames = 0;
    for (uint32_t i = 0; i < total; i++)
        held[i] = 0;
    for (uint64_t f = 1; f < machine.page->frame_count; f++) {
        const volatile struct exo_frame *row = &machine.frames[f];
        uint64_t owner = row->guard[0] & 0xffff;

        if (row->kind == EXO_FRAME_FREE)
            free_frames++;
        else if (row->kind != EXO_FRAME_NONE && row->guard_depth && owner && owner <= total)
            held[owner - 1]++;
    }
    for (uint32_t i = 0; i < total; i++)
        held[i] -= held[i] < all[i].archive_pages ? held[i] : all[i].archive_pages;
}

uint64_t broker_free(void)
{
    uint64_t free = frames_free_count();

    return free > KEEP ? free - KEEP : 0;
}

static uint64_t available(void)
{
    return free_frames > KEEP ? free_frames - KEEP : 0;
}

/* --- By force ------------------------------------------------------------------------------------- */

static bool is_structure(const struct instance *instance, uint64_t frame)
{
    for (uint32_t i = 0; i < instance->structure_count; i++)
        if (frame - instance->structure[i].first < instance->structure[i].count)
            return true;
    return frame - instance->archive_frame < instance->archive_pages;
}

static bool may_take(const struct instance *instance, uint64_t frame, bool mapped)
{
    const volatile struct exo_frame *row = &machine.frames[frame];

    return row->kind == EXO_FRAME_DATA && row->guard_depth &&
           (row->guard[0] & 0xffff) == instance->index + 1 &&
           !(row->flags & EXO_FRAME_FLAG_GUARANTEED) && (mapped || !row->references) &&
           !is_structure(instance, frame);
}

/* The next run of frames to take, from the top; false: there is none in this pass. */
static bool force_next(uint64_t most)
{
    uint64_t limit = most < EXO_REPOSSESSED_MAX ? most : EXO_REPOSSESSED_MAX;

    while (force.next > 1 && !may_take(force.from, force.next - 1, force.mapped))
        force.next--;
    for (force.count = 0; force.count < limit && force.next > 1 &&
                          may_take(force.from, force.next - 1, force.mapped);
         force.count++)
        force.next--;
    force.first = force.next;
    force.place = 0;
    return force.count;
}

/* One call for the run at hand. */
static void force_call(void)
{
    int64_t result = exo_repossess_2(CAP_ROOT, force.from->env, force.first, force.count,
                                     force.place, &force.place);

    if (result == -EXO_E_AGAIN)
        return;
    if (result >= 0) {
        (void)exo_frame_free(CAP_ROOT, force.first, force.count);
        force.taken += force.count;
        force.from->forced = true;
    }
    force.count = 0; /* refused: it changed meanwhile */
}

/* Nothing more is taken from it. */
static void force_stop(const struct instance *from)
{
    if (force.from != from)
        return;
    init_log("init: instance %s: %lu pages were taken from it by force: it did not give %lu back "
             "within %u ms",
             from->config->name, (unsigned long)force.taken, (unsigned long)from->asked,
             from->config->deadline_ms);
    force = (struct force){.from = NULL};
}

static void withdraw(struct instance *instance)
{
    while (force.from == instance && force.count)
        force_call(); /* what is half taken has lost its mappings: it is taken as a whole */
    if (instance->asked)
        (void)exo_revoke(CAP_ROOT, instance->env, 0, 0, EXO_FOREVER);
    force_stop(instance);
    instance->asked = 0;
}

/* `owed`: what could not be taken. An instance that has made its memory into what cannot be taken goes as a whole. */
static void force_end(uint64_t owed)
{
    struct instance *from = force.from;

    withdraw(from);
    if (owed)
        instance_fail(
            from, 125,
            "instance %s: it did not give memory back, and %lu pages of it cannot be taken",
            from->config->name, (unsigned long)owed);
}

/* It has not given enough: `owed` more. Some of it now, the rest in further steps. */
static void force_step(struct instance *from, uint64_t owed)
{
    if (force.from != from)
        force = (struct force){.from = from, .next = machine.page->frame_count};
    if (exo_now_ns(machine.page) < force.not_before_ns)
        return;
    for (uint32_t calls = 0; calls < FORCE_CALLS && owed; calls++) {
        if (!force.count && !force_next(owed)) {
            if (force.mapped)
                break;
            force.mapped = true;
            force.next = machine.page->frame_count;
            continue;
        }
        uint64_t before = force.taken;

        force_call();
        owed -= force.taken - before;
        if (force.mapped && force.taken != before) {
            force.not_before_ns = exo_now_ns(machine.page) + FORCE_PAUSE_NS;
            break;
        }
    }
    if (!owed || (force.mapped && force.next <= 1 && !force.count))
        force_end(owed);
}

/* --- Asking --------------------------------------------------------------------------------------- */

static uint64_t reserve_of(const struct instance *instance)
{
    return manifest_reserve(instance->config) >> EXO_PAGE_SHIFT;
}

static void ask(struct instance *instance, uint64_t pages)
{
    uint64_t due = exo_now_ns(machine.page) + instance->config->deadline_ms * MS;

    if (!pages || exo_revoke(CAP_ROOT, instance->env, EXO_REVOKE_FRAMES, pages, due) < 0)
        return;
    init_log("init: instance %s is asked for %lu pages, for %s", instance->config->name,
             (unsigned long)pages, turn->config->name);
    instance->asked = pages;
    instance->asked_held = held[instance->index];
    instance->asked_due_ns = due;
}

/* Looks after those who were asked. True: some still owe. */
static bool collect(void)
{
    bool owing = false;

    for (uint32_t i = 0; i < total; i++) {
        struct instance *instance = &all[i];
        uint64_t left = instance->asked_held > held[i] ? instance->asked_held - held[i] : 0;

        if (!instance->asked)
            continue;
        if (instance->state != INSTANCE_RUNNING || left >= instance->asked)
            withdraw(instance);
        else if (exo_now_ns(machine.page) >= instance->asked_due_ns)
            force_step(instance, instance->asked - left);
        owing |= instance->asked != 0;
    }
    return owing;
}

/* An instance that has ended will soon be free memory. */
static bool some_end(void)
{
    for (uint32_t i = 0; i < total; i++)
        if (all[i].state == INSTANCE_ENDING || all[i].state == INSTANCE_REAPING)
            return true;
    return false;
}

/* Asks those who have to give. False: nobody has. */
static bool ask_all(uint64_t pages)
{
    struct share_party party[MANIFEST_INSTANCES_MAX];
    uint64_t split[MANIFEST_INSTANCES_MAX];

    for (uint32_t i = 0; i < total; i++)
        party[i] = (struct share_party){.held = held[i],
                                        .reserve = reserve_of(&all[i]),
                                        .weight = all[i].config->weight,
                                        .priority = all[i].config->priority,
                                        .asked = all[i].state == INSTANCE_RUNNING};
    if (!share_split(party, total, turn->index, pages, split))
        return false;
    for (uint32_t i = 0; i < total; i++)
        ask(&all[i], split[i]);
    return true;
}

static void turn_over(void)
{
    for (uint32_t i = 0; i < total; i++)
        withdraw(&all[i]);
    turn = NULL;
}

enum broker_answer broker_want(struct instance *instance, uint64_t pages)
{
    if (turn && turn != instance)
        return BROKER_WAIT;
    turn = instance;
    count_frames();
    if (available() >= pages) {
        turn_over();
        return BROKER_READY;
    }
    if (collect() || some_end() || ask_all(pages - available()))
        return BROKER_WAIT;
    turn_over();
    return BROKER_NOTHING;
}

void broker_forget(struct instance *instance)
{
    if (turn == instance)
        turn_over();
    withdraw(instance);
}

/* --- What running instances want ------------------------------------------------------------------- */

static uint64_t limit_of(const struct instance *instance)
{
    return instance->config->memory_bytes == MANIFEST_REST
               ? machine.page->frame_count
               : instance->config->memory_bytes >> EXO_PAGE_SHIFT;
}

static void answer(struct instance *instance)
{
    struct instance_streams *s = instance->streams;

    __atomic_store_n(&s->memory_answered, instance->memory_asked, __ATOMIC_RELEASE);
    (void)exo_wake(CAP_ROOT, instance->env, 1ull << STREAM_EVENT_IN);
}

/* Hands over up to `pages`, in as many runs as there is room for. */
static void grant(struct instance *instance, uint64_t pages)
{
    struct instance_streams *s = instance->streams;
    struct instance_run runs[INSTANCE_GRANTS];
    uint32_t written = s->grants_written, used = written - s->grants_taken;
    uint64_t got;

    if (!pages || used >= INSTANCE_GRANTS || !instance_capability(instance))
        return;
    uint32_t count = frames_take_runs(CAP_CHILD, pages, runs, INSTANCE_GRANTS - used, &got);

    for (uint32_t i = 0; i < count; i++)
        s->grant[(written + i) % INSTANCE_GRANTS] = runs[i];
    __atomic_store_n(&s->grants_written, written + count, __ATOMIC_RELEASE);
    init_log("init: instance %s gets %lu pages more", instance->config->name, (unsigned long)got);
}

/* True: a wish was answered. */
static bool serve(struct instance *instance)
{
    struct instance_streams *s = instance->streams;

    if (instance->state != INSTANCE_RUNNING || !s)
        return false;
    uint32_t asked = __atomic_load_n(&s->memory_asked, __ATOMIC_ACQUIRE);

    if (instance->memory_asked == asked || (turn && turn != instance))
        return false;
    count_frames();
    uint64_t limit = limit_of(instance), have = held[instance->index], wanted = s->memory_wanted;

    wanted = limit <= have ? 0 : wanted < limit - have ? wanted : limit - have;
    if (wanted && broker_want(instance, wanted) == BROKER_WAIT)
        return false;
    instance->memory_asked = asked;
    grant(instance, wanted < available() ? wanted : available());
    answer(instance);
    return true;
}

bool broker_step(void)
{
    bool moved = false;

    for (uint32_t i = 0; i < total; i++)
        moved |= serve(&all[i]);
    return moved || (force.from && exo_now_ns(machine.page) >= force.not_before_ns);
}

uint64_t broker_deadline(void)
{
    uint64_t deadline = EXO_FOREVER;

    for (uint32_t i = 0; i < total; i++)
        if (all[i].asked && all[i].asked_due_ns < deadline)
            deadline = all[i].asked_due_ns;
    return force.from && force.not_before_ns > exo_now_ns(machine.page) ? force.not_before_ns
                                                                        : deadline;
}
