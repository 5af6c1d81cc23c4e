/* SPDX-License-Identifier: MIT */
/* sleep.h - envs that wait for words, deadlines and wakes. */
#pragma once
#include "core/env.h"

/* Must sleep_over be asked at `now`, of an env that is SLEEPING? REQUIRES(env_lock, shared at least). */
static inline bool sleep_may_end(const struct env *env, uint64_t now)
{
    return env->sleep_count || env->predicate || atomic_load(&env->woken) ||
           atomic_load(&env->async) || env->sleep_deadline_ns <= now ||
           atomic_load_explicit(&env->alarm_ns, memory_order_relaxed) <= now;
}

/* Has what a SLEEPING env waits for happened by `now`? REQUIRES(env_lock). */
bool sleep_over(struct env *env, uint64_t now);
/* Unpin the words; the env is about to run, or it runs. REQUIRES(env_lock, shared at least). */
void sleep_end(struct env *env, uint64_t now);
/* When a SLEEPING env must be looked at at the latest. */
uint64_t sleep_deadline(const struct env *env);
/* The env's words are unpinned and its sleep, if it sleeps, is over. REQUIRES(env_lock, memory_lock). */
void sleep_unpin(struct env *env);

/*
 * sleep_begin - self falls asleep, or does not if the sleep is over already. REQUIRES(env_lock, shared at least).
 *
 * count      words that are set in self->word, pinned
 * predicate  program that is asked, too: 0: none. What it returns is the second result of the call.
 */
void sleep_begin(struct env *self, uint32_t count, uint64_t predicate, uint64_t deadline_ns);

/* program_predicate - the tag of a predicate: 0: sleep on. 1 when it is gone or was aborted. program/run.c */
uint64_t program_predicate(uint64_t program);
