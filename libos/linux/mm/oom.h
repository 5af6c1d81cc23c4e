/* SPDX-License-Identifier: MIT */
/* oom.h - what happens when the instance has no free page left (mm/oom.c). */
#pragma once
#include "libos/linux/core.h"

/*
 * oom_reclaim - choose a process and end it.
 *
 * Returns  true: there are pages again, the access can be tried once more; false: the running process (or
 *          its memory) was chosen, and it ends
 */
bool oom_reclaim(void);

/*
 * oom_give - the same because init wants memory back.
 *
 * Returns  true: its pages are free; false: they will be when it has ended
 */
bool oom_give(void);
