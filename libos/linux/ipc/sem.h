/* SPDX-License-Identifier: MIT */
/* sem.h - what the end of a process does to semaphores (ipc/sem.c). */
#pragma once
#include "libos/linux/core.h"

/* sem_exit - the process ends: what it promised with SEM_UNDO is done and forgotten. */
void sem_exit(struct process *process);
