/* SPDX-License-Identifier: MIT */
/*
 * env.h - environments: what the kernel knows about a processor context that it can run.
 *
 * An env lives in a frame that its creator gave. Its id is generation << EXO_ENV_FRAME_BITS | frame number.
 */
#pragma once
#include <stdatomic.h>
#include "core/arch.h"
#include "core/call.h"
#include "core/cap.h"
#include "core/lock.h"

enum env_state {
    ENV_READY = 1,    /* has all its registers in regs; may be run */
    ENV_RUNNING = 2,  /* on cpu */
    ENV_SLEEPING = 3, /* ready when a word changes, the deadline passes, or woken is set */
    ENV_WAITING = 4,  /* in transfer_wait */
    ENV_CALLING = 5,  /* in transfer_call: its slices run the callee */
    ENV_STOPPED = 6,  /* trapped without a handler left */
};

#define ENV_KILL         (1u << 31)
#define ENV_FRAME_BITS   EXO_ENV_FRAME_BITS
#define ENV_XSAVE_OFFSET 1344

struct env_sleep_word {
    uint64_t frame; /* pinned */
    uint32_t offset;
    uint32_t value;
};

/*
 * [I] immutable, [e] env_lock, [a] atomic, [c] the CPU that runs it, or env_lock when none does.
 */
struct env {
    struct regs regs;          /* c; first: entry.S */
    struct exo_upcall *upcall; /* I: in the window */
    uint64_t id;               /* I */
    uint64_t root;      /* c; pins the table */
    struct env *caller; /* e: env whose transfer_call this one serves: it is CALLING; NULL: none */
    uint64_t callee;    /* e: env id that serves this env's transfer_call */
    struct exo_env_config config; /* I; `root` is the first one */
    struct bases bases; /* c: while it does not run */
    _Atomic uint64_t alarm_ns; /* a */
    _Atomic uint32_t state;    /* a: enum env_state; changed by its CPU or under env_lock */
    _Atomic uint32_t woken;    /* a: a wake since it last went to sleep */
    _Atomic uint32_t async;    /* a: EXO_PENDING_* to deliver or mark pending; ENV_KILL: its CPU shall stop running it */
    uint32_t cpu;              /* c: where it runs or last ran */
    _Atomic uint32_t told;     /* a: how often it was told of events */
    _Atomic uint32_t held;     /* a: a device's interrupts are held back until it is told again */
    bool transferred;          /* e: entered by control transfer, has not returned */
    bool eager;                /* c: its extended state is loaded when it is called */
    bool in_last_resort;       /* c */
    struct cap cap[EXO_CAP_SLOTS];               /* e */
    struct path guard;                           /* I */
    uint64_t sleep_deadline_ns;                  /* e */
    uint32_t sleep_count;                        /* e */
    struct env_sleep_word word[EXO_SLEEP_WORDS]; /* e */
    uint64_t predicate;                          /* e: program that the sleep waits for, 0: none */
    _Atomic uint64_t debit_ns; /* a: overstayed, or used by its packet handlers, to be taken off later slices */
    uint64_t token_epoch;            /* e: tokens that it issued before are worth nothing */
    struct path token_path;          /* e: dominates every path that it sealed in this epoch */
    bool token_issued;               /* e: in this epoch */
    uint32_t revoke_kind;            /* e: EXO_REVOKE_* that it was asked for; 0: none */
    uint64_t revoke_owed;            /* e: how many it has not given back */
    uint64_t revoke_due_ns;          /* e: deadline */
    uint64_t repossessed;            /* e: how many were taken from it, ever */
    uint32_t save_first, save_count; /* e: frames to which repossessed ones are copied */
    uint32_t guaranteed_count;       /* e */
    uint32_t guaranteed[EXO_GUARANTEED_MAX]; /* e: frames with EXO_FRAME_FLAG_GUARANTEED */
};
_Static_assert(sizeof(struct env) <= ENV_XSAVE_OFFSET, "extended state comes after struct env");

/* The extended-state area in an env's frame. */
static inline uint8_t *env_xsave(struct env *env)
{
    return (uint8_t *)env + ENV_XSAVE_OFFSET;
}

/* env_living - the env with this id, which is known to live: by a position (slice.c, invariant 1), or a ring. */
static inline struct env *env_living(uint64_t id)
{
    return frame_window(id & ((1ull << ENV_FRAME_BITS) - 1));
}

/*
 * env_find - the env with this id. REQUIRES(env_lock). NULL: none (any id is allowed).
 */
struct env *env_find(uint64_t id);

/*
 * env_boot - the first env: as call_env_create, from the kernel's own config, with the root capability in slot 0.
 */
struct env *env_boot(uint64_t frame, const struct exo_env_config *config);

/* The env that a call names, if the capability dominates it: 0 or EXO_E_*. REQUIRES(env_lock, shared at least). */
int env_named(const struct cap *cap, uint64_t id, struct env **out);

/* The same if slot dominates it with the write right: 0 or EXO_E_*. REQUIRES(env_lock). */
int env_controlled(struct env *self, uint32_t slot, uint64_t id, struct env **out);

/* env_release - an env that runs nowhere dies: its frame is data, its pins are gone. False: a ring of its went first, call again. REQUIRES(env_lock, net_lock, memory_lock). */
bool env_release(struct env *env);

/* caller_release - the synchronous caller of an env, if any, goes on with an error. REQUIRES(env_lock). */
void caller_release(struct env *env);

extern uint64_t first_env; /* init's id; I */

/* env_stop_elsewhere - does it run on no CPU, and is all of it in memory? If not, that CPU is told so. REQUIRES(env_lock). */
bool env_stop_elsewhere(struct env *env);

/* env_stop - it trapped with no handler left: never runs again; the guardian is told. Its CPU calls this. */
void env_stop(struct env *env);

/* env_notify - set event bits and end its sleep. REQUIRES(env_lock). */
void env_notify(struct env *env, uint64_t events);
