/* SPDX-License-Identifier: MIT */
/* revoke.h - visible revocation and the abort protocol. */
#pragma once
#include "core/env.h"

/* revoke_forget - a dying env guarantees nothing any more. REQUIRES(env_lock, memory_lock). */
void revoke_forget(struct env *env);
