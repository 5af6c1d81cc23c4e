/* SPDX-License-Identifier: MIT */
/* sleep.h - envs that wait for words, deadlines and wakes. */
#pragma once
#include "core/env.h"

/* Has what a SLEEPING env waits for happened? REQUIRES(env_lock). */
bool sleep_over(struct env *env);
/* Unpin the words; the env is about to run or to die. REQUIRES(env_lock). */
void sleep_end(struct env *env);
/* When a SLEEPING env must be looked at at the latest. */
uint64_t sleep_deadline(const struct env *env);
/* The env's words are unpinned and its sleep, if it sleeps, is over. REQUIRES(env_lock, memory_lock). */
void sleep_unpin(struct env *env);
