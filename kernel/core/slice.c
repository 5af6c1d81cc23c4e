/* SPDX-License-Identifier: MIT */
/*
 * slice.c - whose turn it is on each CPU: vectors of slice positions, donation, overstay, idling.
 *
 * Invariants:
 *   1. A position names no env (0) or a live one (slice_forget at env_destroy).
 *   2. Only a CPU itself changes its struct cpu; other CPUs kick it.
 *   3. An env is RUNNING on at most one CPU: states change from READY by compare-and-swap.
 * States of an env: READY -run-> RUNNING -slice_leave, slice_next, slice_hand-> READY | SLEEPING | WAITING | CALLING | STOPPED.
 * At the end of a slice the env gets an upcall and EXO_OVERSTAY_NS to yield; what it overstays is taken off its later
 * slices; after that the CPU is taken.
 * Not here: priority, fairness, quotas. A library that owns positions decides those.
 */
#include "core/slice.h"
#include "core/calls.h"
#include "core/limit.h"
#include "core/sleep.h"
#include "core/upcall.h"

#define CHAIN_MAX 8 /* control-transfer callees followed from one position */
#define ASKED_MAX 3 /* sleepers whose words are read without taking interrupts, or one predicate: EXO_CODE_PREDICATE_COST */

struct exo_slice (*slice_table)[EXO_SLICE_COUNT];
void (*device_poll)(bool idle);

#define SLICE_HELD 0x100 /* in guard_depth: somebody's */

static struct path slice_guard(const struct exo_slice *slice)
{
    return (struct path){.part = {slice->guard[0], slice->guard[1]},
                         .depth = slice->guard_depth & 0xff};
}

/* The position is nobody's any more. REQUIRES(env_lock). */
static void slice_free(struct exo_slice *slice)
{
    struct path guard = slice_guard(slice);

    limit_return(&guard);
    *slice = (struct exo_slice){0};
}

/* The env at a position, which lives: invariant 1. REQUIRES(env_lock, shared at least). NULL: nobody's. */
static inline struct env *holder(const struct exo_slice *slice)
{
    return slice->env ? env_living(slice->env) : NULL;
}

/* A counter of an upcall page, which others only read. */
static inline void count(volatile uint64_t *counter, uint64_t more)
{
    *(uint64_t *)(uint64_t)counter += more;
}

static inline void account(const struct cpu *cpu, struct env *env, uint64_t now)
{
    struct exo_upcall *upcall = env->upcall;
    uint64_t from = cpu->env_from_ns;

    count(&upcall->used_ns, now - from);
    if (now > cpu->slice_end_ns) {
        uint64_t over = now - (cpu->slice_end_ns > from ? cpu->slice_end_ns : from);

        atomic_fetch_add_explicit(&env->debit_ns, over, memory_order_relaxed);
        count(&upcall->overstay_ns, over);
    }
}

void slice_leave(enum env_state state, uint64_t now)
{
    struct cpu *cpu = this_cpu();
    struct env *env = cpu->env;

    account(cpu, env, now);
    if (cpu_count > 1 || atomic_load_explicit(&cpu->owner, memory_order_relaxed) != env)
        arch_switch(cpu, env, NULL);
    else /* nobody else can run it meanwhile */
        cpu->kept = env, cpu->env = NULL;
    if (state)
        atomic_store_explicit(&env->state, state, memory_order_release);
    cpu->left = state == ENV_READY ? env->id : 0;
}

/* The env that can run in place of env at `now`: itself, or who serves its control transfer. REQUIRES(env_lock). */
static struct env *runnable(struct env *env, uint64_t now)
{
    struct cpu *cpu = this_cpu();

    for (int depth = 0; env && depth < CHAIN_MAX; depth++) {
        switch (atomic_load_explicit(&env->state, memory_order_acquire)) {
        case ENV_READY:
            return env;
        case ENV_SLEEPING:
            cpu->curious |= env->sleep_count || env->predicate; /* any interrupt may change what it waits for */
            cpu->asked += env->predicate ? ASKED_MAX : cpu->curious;
            if (sleep_may_end(env, now) && sleep_over(env, now))
                return env;
            if (sleep_deadline(env) < cpu->look_ns)
                cpu->look_ns = sleep_deadline(env);
            return NULL;
        case ENV_CALLING:
            env = env_find(env->callee);
            break;
        default:
            return NULL;
        }
    }
    return NULL;
}

/* What becomes of the slice when env, which is RUNNING now, gets it at `now`. REQUIRES(env_lock, as slice_hand). */
static inline void run(struct cpu *cpu, struct env *env, uint64_t now)
{
    trace_at(cpu, now, TRACE_SWITCH, env->id, 0);
    env->cpu = cpu->index;
    cpu->env_from_ns = now;
    cpu->resumed = NULL;
    cpu->cursor[0] = cpu->cursor[1] = cpu->cursor[2] = 0; /* capabilities of another env: core/table.c */
}

void slice_hand(struct env *env, enum env_state state)
{
    struct cpu *const cpu = this_cpu();
    struct env *self = cpu->env;
    uint64_t now = arch_now_ns();

    if (atomic_load_explicit(&env->state, memory_order_relaxed) == ENV_SLEEPING)
        sleep_end(env, now);
    account(cpu, self, now);
    arch_switch(cpu, self, env);
    atomic_store_explicit(&self->state, state, memory_order_release); /* its registers are stored */
    atomic_store_explicit(&env->state, ENV_RUNNING, memory_order_release);
    run(cpu, env, now);
    env->upcall->slice_end_ns = cpu->slice_end_ns;
}

/* The slice at `position` begins at `now` for env; what it owes is taken off. */
static inline void begin(struct cpu *cpu, struct exo_slice *slice, uint32_t position,
                         struct env *env, uint64_t owes, uint64_t now)
{
    cpu->slice_end_ns = cpu->slice_until_ns = env->upcall->slice_end_ns = now + EXO_SLICE_NS - owes;
    atomic_store_explicit(&env->debit_ns, 0, memory_order_relaxed);
    cpu->position = position;
    atomic_store_explicit(&cpu->donated, 0, memory_order_relaxed);
    slice->turns++;
    count(&env->upcall->slices, 1);
    if (env->config.flags & EXO_ENV_PROLOGUE)
        atomic_fetch_or(&env->async, EXO_PENDING_SLICE_BEGIN);
}

/* A slice of env's is not used: it pays what it owes. REQUIRES(env_lock). */
static void pay(struct env *env)
{
    uint64_t owes = atomic_load(&env->debit_ns);

    if (owes)
        atomic_fetch_sub(&env->debit_ns, owes < EXO_SLICE_NS ? owes : EXO_SLICE_NS);
}

/*
 * Makes env the running one at `now`, where nobody ran. What is in the registers of one that was kept is newer than what is in
 * memory; if its extended state was closed meanwhile (arch_state_settle), it faults. REQUIRES(env_lock, as slice_hand).
 */
static void end_idle(struct cpu *cpu, struct env *env, uint64_t now)
{
    if (cpu->kept != env)
        arch_switch(cpu, cpu->kept, env);
    cpu->env = env;
    cpu->kept = NULL;
    atomic_store_explicit(&env->state, ENV_RUNNING, memory_order_release);
    run(cpu, env, now);
}

/*
 * An env was left READY here and another one goes on, or none: a CPU that idles and has a position for it may have looked
 * while it still ran here. REQUIRES(env_lock).
 */
static void offer_left(void)
{
    struct cpu *self = this_cpu();
    uint64_t id = self->left;

    self->left = 0;
    if (!id || (self->env && self->env->id == id))
        return;
    for (uint32_t c = 0; c < cpu_count; c++) {
        bool kicked = c == self->index || !atomic_load(&cpu_by_index(c)->idle);

        for (uint32_t p = 0; !kicked && p < EXO_SLICE_COUNT; p++) {
            kicked = slice_table[c][p].env == id;
            if (kicked)
                arch_kick(c);
        }
    }
}

/*
 * One round over the vector; *owing: somebody could run but pays back what he overstayed. REQUIRES(env_lock), which is dropped for
 * interrupts after each ASKED_MAX that were asked; if there were any, those who were passed may go on now.
 */
static bool pick_round(bool alone, bool *owing)
{
    struct cpu *const cpu = this_cpu();
    uint32_t position = cpu->position;
    uint64_t now = arch_now_ns(), passed = 0;

    for (uint32_t i = 0; i < cpu->positions; i++) {
        if (cpu->asked >= ASKED_MAX) {
            cpu->asked = 0;
            lock_drop(&env_lock);
            call_pause();
            if (cpu->late)
                atomic_store(&cpu->look, 1);
            lock_take(&env_lock);
        }
        position = position + 1 < cpu->positions ? position + 1 : 0;
        struct exo_slice *slice = &cpu->slices[position];

        if (slice->env == passed) /* nobody's, or as the one before */
            continue;
        struct env *owner = holder(slice), *env = runnable(owner, now);

        passed = env ? 0 : slice->env;
        if (env && (alone || env->debit_ns < EXO_SLICE_NS)) {
            if (atomic_load_explicit(&env->state, memory_order_relaxed) == ENV_SLEEPING)
                sleep_end(env, now);
            now = arch_now_ns(); /* predicates may have run */
            /* Alone on the CPU there is nobody to pay back to. */
            begin(cpu, slice, position, env, alone ? 0 : env->debit_ns, now);
            end_idle(cpu, env, now);
            return true;
        }
        if (env || owner)
            pay(env ? env : owner);
        *owing |= env != NULL;
    }
    return false;
}

/*
 * The env in whose slice the CPU began to idle was woken: it goes on, without a round over the vector. Who else can run by now has his turn
 * when it sleeps again.
 */
static bool resume(void)
{
    struct cpu *const cpu = this_cpu();
    uint32_t asleep = ENV_SLEEPING;
    uint64_t now = arch_now_ns();

    lock_share(&env_lock);
    struct exo_slice *slice = &cpu->slices[cpu->position];
    struct env *env = holder(slice);
    bool found = env && atomic_load(&env->woken) && !env->sleep_count && !env->predicate &&
                 env->debit_ns < EXO_SLICE_NS &&
                 atomic_compare_exchange_strong(&env->state, &asleep, ENV_RUNNING);

    if (found) {
        sleep_end(env, now);
        begin(cpu, slice, cpu->position, env, env->debit_ns, now);
        end_idle(cpu, env, now);
        atomic_store(&cpu->idle, 0);
        /* Else others were woken, too. */
        cpu->resumed = atomic_exchange(&cpu->look, 0) == 1 ? env : NULL;
    }
    lock_unshare(&env_lock);
    return found;
}

/* Can an env that is not READY, met on the way from self to the next one, be left alone without a closer look? */
static inline bool passed_over(const struct env *env, const struct env *self, uint64_t now)
{
    uint32_t state = atomic_load_explicit(&env->state, memory_order_relaxed);

    if (state == ENV_SLEEPING)
        return !sleep_may_end(env, now) && !atomic_load(&env->debit_ns);
    return state != ENV_CALLING && env != self; /* whose next position is its own, too */
}

/*
 * The usual end of a slice: the next env of the vector that is ready begins its own, and self is. False: there is none, or
 * somebody on the way asks for more than a look (slice_pick). Several CPUs may do this at a time.
 */
static inline bool slice_next(struct cpu *cpu, struct env *self, uint64_t now)
{
    uint32_t position = cpu->position, ready = ENV_READY;
    struct exo_slice *slice;
    struct env *env;

    if (!self)
        __builtin_unreachable();
    lock_share_on(cpu, &env_lock);
    do {
        position = position + 1 < cpu->positions ? position + 1 : 0;
        slice = &cpu->slices[position];
        env = holder(slice);
        if (env && atomic_load_explicit(&env->state, memory_order_relaxed) == ENV_READY)
            break;
    } while (position != cpu->position && (!env || passed_over(env, self, now)));
    uint64_t owes = env ? atomic_load_explicit(&env->debit_ns, memory_order_relaxed) : EXO_SLICE_NS;
    bool found =
        owes < EXO_SLICE_NS && atomic_compare_exchange_strong(&env->state, &ready, ENV_RUNNING);

    if (found) {
        account(cpu, self, now);
        begin(cpu, slice, position, env, owes, now);
        arch_switch(cpu, self, env);
        atomic_store_explicit(&self->state, ENV_READY, memory_order_release);
        run(cpu, env, now);
        if (cpu_count > 1) {
            cpu->left = self->id;
            offer_left();
        }
    }
    lock_unshare_on(cpu, &env_lock);
    return found;
}

/* Does the env sleep again that a single CPU let go on as it idled, and has nothing come that changes what was seen before that? */
static inline bool as_before(struct cpu *cpu)
{
    const struct env *env = cpu->resumed;

    /* A sleep on words or a predicate counts `look` up. */
    if (!env || env != cpu->kept || env->state != ENV_SLEEPING || cpu->curious || cpu->look)
        return false;
    if (sleep_deadline(env) < cpu->look_ns)
        cpu->look_ns = sleep_deadline(env);
    return true;
}

/* Finds an env to run, if there is one. */
static bool find(struct cpu *cpu)
{
    mail_answer();
    lock_take(&env_lock);
    atomic_store(&cpu->idle, 1); /* before looking: a wake after the look kicks us */
    atomic_store(&cpu->look, 0);
    bool owing = false;
    cpu->look_ns = EXO_FOREVER;
    cpu->curious = false;
    bool found = pick_round(false, &owing) || (owing && pick_round(true, &owing));

    if (found)
        atomic_store(&cpu->idle, 0);
    offer_left();
    lock_drop(&env_lock);
    return found;
}

__attribute__((flatten)) void slice_pick(void)
{
    struct cpu *cpu = this_cpu();

    for (bool same = as_before(cpu); same || !find(cpu); same = false) {
        /* A device's interrupt that made nobody runnable is no reason to look. */
        while (!atomic_load(&cpu->look) && cpu->poll_ns == EXO_FOREVER) {
            arch_timer(cpu, cpu->look_ns, 0);
            arch_halt();
            if (cpu->curious)
                break;
        }
        if (cpu->poll_ns != EXO_FOREVER)
            device_poll(true); /* before who gets the first of it runs */
        if (resume())
            return;
    }
}

void slice_program(struct cpu *cpu, struct env *env, uint64_t now)
{
    uint64_t deadline = cpu->slice_until_ns;
    uint64_t alarm = atomic_load_explicit(&env->alarm_ns, memory_order_relaxed);

    if (cpu->poll_ns < deadline)
        deadline = cpu->poll_ns;
    arch_timer(cpu, alarm < deadline ? alarm : deadline, now);
}

__attribute__((noinline)) void slice_donated(void)
{
    struct cpu *cpu = this_cpu();
    const struct exo_slice *slice = &cpu->slices[cpu->position];

    lock_take(&env_lock);
    struct env *env = env_find(atomic_exchange(&cpu->donated, 0));
    struct path guard = slice_guard(slice);

    if (env && (slice->env == env->id || path_dominates(&env->guard, &guard)))
        env = runnable(env, arch_now_ns());
    else
        env = NULL;
    if (env) {
        cpu->left = cpu->env->id;
        slice_hand(env, ENV_READY);
        offer_left();
    }
    lock_drop(&env_lock);
}

void slice_timer(struct cpu *cpu, uint64_t now)
{
    struct env *env = cpu->env;

    if (atomic_load_explicit(&env->alarm_ns, memory_order_relaxed) <= now) {
        atomic_store_explicit(&env->alarm_ns, EXO_FOREVER, memory_order_relaxed);
        atomic_fetch_or(&env->async, EXO_PENDING_ALARM);
    }
    if (now < cpu->slice_until_ns || !(env->config.flags & EXO_ENV_NO_EPILOGUE)) {
        if (atomic_load_explicit(&cpu->donated, memory_order_relaxed))
            slice_donated();
        if (now < cpu->slice_until_ns || cpu->env != env)
            return;
        if (cpu->slice_until_ns == cpu->slice_end_ns) {
            cpu->slice_until_ns += EXO_OVERSTAY_NS;
            atomic_fetch_or(&env->async, EXO_PENDING_SLICE_END);
            env->upcall->slice_upcalls++;
            return;
        }
        env->upcall->preempted++;
        trace_at(cpu, now, TRACE_PREEMPT, env->id, now - cpu->slice_end_ns);
    }
    if (!slice_next(cpu, env, now))
        slice_leave(ENV_READY, arch_now_ns());
}

void slice_forget(const struct env *env)
{
    struct exo_slice *slice = slice_table[0];

    for (uint32_t i = 0; i < cpu_count * EXO_SLICE_COUNT; i++)
        if (slice[i].env == env->id)
            slice[i].env = 0;
}

uint32_t slices_under(const struct path *path, bool release)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < cpu_count * EXO_SLICE_COUNT; i++) {
        struct exo_slice *slice = &slice_table[0][i];
        struct path guard = slice_guard(slice);

        if (!(slice->guard_depth & SLICE_HELD) || !path_dominates(path, &guard))
            continue;
        count++;
        if (release)
            slice_free(slice);
    }
    return count;
}

void slice_kick_idle(void)
{
    atomic_fetch_add(&this_cpu()->look, 1);
    for (uint32_t c = 0; c < cpu_count; c++)
        if (c != this_cpu()->index && atomic_load(&cpu_by_index(c)->idle))
            arch_kick(c);
}

void slice_start(void)
{
    struct cpu *cpu = this_cpu();

    cpu->slices = slice_table[cpu->index];
    arch_leave(kernel_exit(cpu, 0));
}

struct call_result call_slice_set(struct env *, const struct cap *cap, uint64_t cpu,
                                  uint64_t position, uint64_t env_id)
{
    if (cpu >= cpu_count)
        return call_error(EXO_E_RANGE);
    lock_take(&env_lock);
    struct exo_slice *slice = &slice_table[cpu][position];
    struct cpu *there = cpu_by_index((uint32_t)cpu);
    struct path guard = slice_guard(slice);
    bool is_free = !(slice->guard_depth & SLICE_HELD);
    struct env *env = env_id ? env_find(env_id) : NULL;

    int error = slice_rule(!is_free, path_dominates(&cap->path, &guard),
                           cap->rights & EXO_RIGHT_TIME, env_id, env,
                           env && path_dominates(&cap->path, &env->guard));
    if (!error && env_id && is_free)
        error = limit_charge(&cap->path);
    if (!error && env_id) {
        if (is_free)
            *slice = (struct exo_slice){.guard = {cap->path.part[0], cap->path.part[1]},
                                        .guard_depth = cap->path.depth | SLICE_HELD};
        slice->env = env_id;
        if (position >= there->positions)
            there->positions = (uint32_t)position + 1;
    } else if (!error && !is_free) {
        slice_free(slice);
    }
    if (!error && env_id && there != this_cpu() && there->position == position) {
        /* it may run now: the env gets what is left of the slice */
        atomic_store(&there->donated, env_id);
        arch_kick((uint32_t)cpu);
    }
    lock_drop(&env_lock);
    if (!error)
        slice_kick_idle();
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_alarm_set(struct env *self, uint64_t deadline_ns)
{
    atomic_store_explicit(&self->alarm_ns, deadline_ns, memory_order_relaxed);
    slice_program(this_cpu(), self, 0);
    return call_ok(0);
}

struct call_result call_yield(struct env *self)
{
    regs_set_result(&self->regs, 0, 0);
    if (!slice_next(this_cpu(), self, arch_now_ns()))
        slice_leave(ENV_READY, arch_now_ns());
    return call_ok(0);
}

struct call_result call_yield_to(struct env *self, uint32_t slot, uint64_t env_id)
{
    struct cap cap;
    struct env *env = NULL;
    uint32_t ready = ENV_READY;
    int error = -cap_copy(&self->cap[slot], 0, &cap);

    if (error)
        return call_error(error);
    lock_share(&env_lock);
    error = env_named(&cap, env_id, &env);
    bool alone = !error && !atomic_compare_exchange_strong(&env->state, &ready, ENV_RUNNING);

    if (alone) { /* asleep, calling, or not to be had */
        lock_unshare(&env_lock);
        lock_take(&env_lock);
        error = env_named(&cap, env_id, &env);
        if (!error && (env == self || !(env = runnable(env, arch_now_ns()))))
            error = EXO_E_BUSY;
    }
    if (!error) {
        regs_set_result(&self->regs, 0, 0);
        slice_hand(env, ENV_READY);
    }
    if (alone)
        lock_drop(&env_lock);
    else
        lock_unshare(&env_lock);
    return error ? call_error(error) : call_ok(0);
}
