/* SPDX-License-Identifier: MIT */
/* pidfd.h - processes as open files (proc/pidfd.c): what clone, wait and exit need. */
#pragma once
#include "libos/linux/core.h"

struct file;
struct process;

/*
 * pidfd_file - an open file that names a process and stays with it, whatever becomes of its number.
 *
 * flags  O_NONBLOCK or 0
 *
 * Returns the file, count 1; NULL: no memory
 */
struct file *pidfd_file(struct process *process, uint32_t flags);

/* The process that a pidfd names; NULL with *error -EBADF (no pidfd) or -ESRCH (reaped). */
struct process *pidfd_process(int fd, int *error);

/* pidfd_or_directory - the same; an open /proc/PID does as well. */
struct process *pidfd_or_directory(int fd, int *error);

/* procpid_process - the process whose directory in /proc the file is; NULL with *error: none (fs/procpid.c). */
struct file;
struct process *procpid_process(const struct file *file, int *error);

/* A read of this pidfd does not wait: waitid answers EAGAIN. */
bool pidfd_nonblock(int fd);

/* The process has become a zombie: its pidfds are readable. */
void pidfd_exited(struct process *process);

/* The struct goes away: its pidfds name nobody any more. */
void pidfd_forget(struct process *process);
