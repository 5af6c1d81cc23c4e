/* SPDX-License-Identifier: MIT */
/*
 * domain.h - the memory and the envs of a small LibOS: one address space, a pool of the frames it
 * was given, and more envs in the same space.
 */
#pragma once
#include <stdint.h>
#include "lib/exo/frames.h"
#include "lib/exo/space.h"
#include "lib/exo/upcall.h"

#define EXO_DOMAIN_ENVS     64
#define EXO_DOMAIN_FRAMES   262144 /* 1 GiB; what init gave beyond that stays unused */
#define EXO_ENV_STACK_BYTES 16384

struct exo_domain {
    struct exo_space space;
    struct exo_frames frames;
    uint32_t env_count; /* upcall pages in use: 0 is the first env's */
    uint64_t bitmap[EXO_DOMAIN_FRAMES / 64];
};

/* exo_domain_init - of the instance that runs; the first env's upcall page counts as used. */
void exo_domain_init(struct exo_domain *domain);

/*
 * exo_domain_map - `pages` new frames, zeroed, at `address`.
 *
 * Returns  0 or -EXO_E_* (EXO_E_BUSY: no frames left)
 */
int64_t exo_domain_map(struct exo_domain *domain, uint64_t address, uint64_t pages, uint64_t bits);

/* Another env of the domain. The struct and the two stacks are the caller's for as long as the env
 * lives. */
struct exo_env {
    uint64_t id;
    uint64_t frame, upcall_frame;
    struct exo_upcall *upcall;
    struct exo_self self;
    void (*body)(struct exo_env *env); /* when it returns, the env sleeps for ever */
    void *context;                     /* for the body */
    uint8_t stack[EXO_ENV_STACK_BYTES] __attribute__((aligned(16)));
    uint8_t handler_stack[EXO_ENV_STACK_BYTES] __attribute__((aligned(16)));
};

/*
 * exo_env_start - create an env that runs env->body, with upcalls going to `handler`.
 *
 * env             body and context are set
 * handler         NULL: exo_handler_default
 * transfer_entry  0: not callable; the stack of a transfer is env->stack
 *
 * Returns  0 or -EXO_E_*. It has no slice position: slice_set or yield_to runs it.
 */
int64_t exo_env_start(struct exo_domain *domain, struct exo_env *env, exo_handler *handler,
                      uint64_t transfer_entry);

/* exo_env_end - destroy it and take its frames back into the pool; 0 or -EXO_E_* of env_destroy. */
int64_t exo_env_end(struct exo_domain *domain, struct exo_env *env);
