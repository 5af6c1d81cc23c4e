/* SPDX-License-Identifier: MIT */
/*
 * sleep.c - waiting for words of memory to change, for a deadline, or for a wake.
 *
 * The words are named by the env's addresses when it falls asleep and kept as pinned frames, so that they can
 * be read whichever space is loaded. They are evaluated when the env's position comes up and whenever an idle CPU is
 * interrupted; who changes a word and wants it noticed at once calls wake.
 * No wake is lost: wake sets `woken` before it looks at the state, sleep looks at `woken` and stores the state while it keeps wakes
 * out: they hold env_lock alone, it shares it.
 */
#include "core/sleep.h"
#include "core/calls.h"
#include "core/slice.h"
#include "core/table.h"
#include "core/ucopy.h"

static uint32_t word_value(const struct env_sleep_word *word)
{
    const uint8_t *page = arch_map_frame(1, word->frame);
    uint32_t value = *(const volatile uint32_t *)(page + word->offset);

    arch_unmap_frame(1);
    return value;
}

uint64_t sleep_deadline(const struct env *env)
{
    uint64_t alarm = atomic_load_explicit(&env->alarm_ns, memory_order_relaxed);

    return alarm < env->sleep_deadline_ns ? alarm : env->sleep_deadline_ns;
}

bool sleep_over(struct env *env, uint64_t now)
{
    if (atomic_load(&env->woken) || atomic_load(&env->async) || sleep_deadline(env) <= now)
        return true;
    for (uint32_t i = 0; i < env->sleep_count; i++)
        if (word_value(&env->word[i]) != env->word[i].value)
            return true;
    if (env->predicate) {
        uint64_t tag = program_predicate(env->predicate);

        if (tag)
            regs_set_result(&env->regs, 0, tag);
        return tag;
    }
    return false;
}

void sleep_end(struct env *env, uint64_t now)
{
    if (env->sleep_count)
        lock_share(&memory_lock);
    for (uint32_t i = 0; i < env->sleep_count; i++)
        frame_pin(env->word[i].frame, -1);
    if (env->sleep_count)
        lock_unshare(&memory_lock);
    env->sleep_count = 0;
    env->predicate = 0;
    atomic_store(&env->woken, 0);
    if (atomic_load_explicit(&env->alarm_ns, memory_order_relaxed) <= now) {
        atomic_store_explicit(&env->alarm_ns, EXO_FOREVER, memory_order_relaxed);
        atomic_fetch_or(&env->async, EXO_PENDING_ALARM);
    }
}

void sleep_unpin(struct env *env)
{
    for (uint32_t i = 0; i < env->sleep_count; i++)
        frame_table[env->word[i].frame].references--;
    env->sleep_count = 0;
    env_notify(env, 0);
}

/* Pins the frames behind the words. On error nothing is pinned. REQUIRES(env_lock, shared at least). */
static int words_pin(struct env *self, const struct exo_sleep_word *words, uint32_t count)
{
    int error = 0;
    uint32_t i = 0;

    lock_share(&memory_lock);
    for (; i < count && !error; i++) {
        uint64_t frame = 0;

        if (words[i].address & 3 || words[i].address >= EXO_USER_END)
            error = EXO_E_ARG;
        else
            error = table_resolve(self->root, words[i].address, &frame);
        if (error)
            break;
        frame_pin(frame, 1);
        self->word[i] = (struct env_sleep_word){.frame = frame,
                                                .offset = words[i].address & (EXO_PAGE_SIZE - 1),
                                                .value = words[i].value};
    }
    while (error && i--)
        frame_pin(self->word[i].frame, -1);
    lock_unshare(&memory_lock);
    return error;
}

void sleep_begin(struct env *self, uint32_t count, uint64_t predicate, uint64_t deadline_ns)
{
    regs_set_result(&self->regs, 0, 0);
    self->sleep_count = count;
    self->predicate = predicate;
    self->sleep_deadline_ns = deadline_ns;
    self->upcall->sleeps++;
    uint64_t now = arch_now_ns();

    if (sleep_may_end(self, now) && sleep_over(self, now)) {
        sleep_end(self, now);
        return;
    }
    /* CPUs that idle must look at words and predicates after each interrupt. */
    for (uint32_t c = 0; (count || predicate) && c < cpu_count; c++)
        atomic_store(&cpu_by_index(c)->look, 1);
    slice_leave(ENV_SLEEPING, now);
}

__attribute__((flatten)) struct call_result call_sleep(struct env *self, uint64_t words, uint64_t count,
                              uint64_t deadline_ns)
{
    /* `count` of them are copied */
    struct exo_sleep_word copy[EXO_SLEEP_WORDS] __attribute__((uninitialized));
    int error = count ? ucopy_in(copy, words, count * sizeof copy[0]) : 0;

    if (error)
        return call_error(error);
    lock_share(&env_lock);
    if (count)
        error = words_pin(self, copy, (uint32_t)count);
    if (!error)
        sleep_begin(self, (uint32_t)count, 0, deadline_ns);
    lock_unshare(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_wake(struct env *self, uint32_t slot, uint64_t env_id, uint64_t events)
{
    struct cap cap = {0};
    int error = -cap_get(self->cap, slot, 0, &cap);

    lock_take(&env_lock);
    struct env *env = env_find(env_id);
    bool open = env && events && !(events & ~env->config.open_events);

    if (!env)
        error = EXO_E_NONE;
    else if (open)
        error = 0;
    else if (!error && !path_dominates(&cap.path, &env->guard))
        error = EXO_E_CAP;
    if (!error)
        env_notify(env, events);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}
