/* SPDX-License-Identifier: MIT */
/*
 * core.h - core files: an image of a process at its end, in the form that debuggers read.
 */
#pragma once
#include "libos/linux/core.h"

struct siginfo;

/*
 * core_dump - the current process is about to end by a signal whose default is a core file.
 *
 * The other threads have ended; those that core_keep was told of are in the file, too.
 *
 * regs  its registers
 * info  the signal
 *
 * A file `core` is written into its working directory when RLIMIT_CORE and its being dumpable allow it; an image goes to
 * the host, too: whole when the host asked for it (option core), else of the crashing task's stack only.
 *
 * Returns  true when there is a core file for the program's parent to be told about
 * Bound    the process's memory; sleeps while the host does not take it
 */
bool core_dump(const struct regs *regs, const struct siginfo *info);

/* core_keep - the current task ends because a core file of its process is about to be written: it will be in there. */
struct task;
void core_keep(struct task *task);

/* core_to_host - from now on the host gets whole images. */
void core_to_host(void);

/* core_signal - does the signal's default action make a core file? */
bool core_signal(int signal);
