/* SPDX-License-Identifier: MIT */
/* token.h - capabilities as data: what an env may write anywhere, and nobody can forge. */
#pragma once
#include "core/env.h"

/* token_start - boot: the key. */
void token_start(const uint64_t key[2]);

/* token_forget - tokens for this path or below that the env issued are worth nothing from now on. REQUIRES(env_lock). */
void token_forget(struct env *env, const struct path *path);
