/* SPDX-License-Identifier: MIT */
/* proc.h - what the files of proc/ and the start of the instance share. */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/mm/mm.h"

/* The strings of an execve: arg_count strings, then env_count, each with its NUL, one after the other. */
struct exec_strings {
    char *bytes;
    size_t used, size;
    uint32_t arg_count, env_count;
};

/*
 * exec_first - make the current process run its first program: what init asked for.
 *
 * path    as given: looked up in PATH of env when it has no slash
 * argv    NULL-terminated, LibOS memory; env likewise
 * reason  on failure: what went wrong and with which file, for the host
 *
 * Returns 0, or a negative errno (-ENOENT: not found; -EACCES, -ENOEXEC: found and not executable). On success
 * current()->regs are the program's first registers.
 */
int exec_first(const char *const *argv, const char *const *env, char *reason, size_t reason_size);

/* Set the FS base of the running task, in the CPU and for later. */
void fs_base_set(uint64_t base);
/* The FS base of the running task as it is now: programs may change it themselves. sched.c */
uint64_t fs_base_current(void);
/* Initial x87/SSE/AVX state, as execve gives it. */
void fpu_reset(void);

struct process;
struct task;

/*
 * process_first - the process of the first program: pid 2 (1 is the LibOS itself, which adopts and reaps orphans),
 * session and group leader, descriptors 0 to 2 open, no space yet. 0 or -ENOMEM. *task is its task, not started.
 */
int process_first(struct task **task);

/*
 * process_extra - another process without a parent, like the first one: session and group leader, no descriptors, no
 * space yet. 0 or -ENOMEM. *task is its task, not started.
 */
int process_extra(struct task **task);

/* process_limits_default - what a process that inherits from nobody may use (getrlimit(2)): Linux's defaults. */
void process_limits_default(struct process *process);

/* process_free - forget a zombie or a process that never ran: struct, tasks, number. Not the running one. */
void process_free(struct process *process);

/* May current look into this process's memory and descriptors (as for ptrace)? The same user in every respect, or
 * root. pidfd.c */
bool process_may_inspect(const struct process *process);

/* task_release_memory - what a task that leaves its memory (exit, execve) owes to others there: robust futexes, the word
 * of CLONE_CHILD_CLEARTID. The space is still loaded. */
void task_release_memory(struct task *task);

/*
 * threads_become_one - end all tasks of the current process but the running one, which becomes the leader: execve.
 *
 * Returns  0, or -EAGAIN: the running task is to die itself
 */
int threads_become_one(void);

/* threads_end_others - the same without a change of leader: before a core file is written. 0 or -EAGAIN. */
int threads_end_others(void);

/* threads_kill - all tasks of the process but one end as soon as they can. */
void threads_kill(struct process *process, const struct task *but);

/* task_to_die - an exit or execve of another thread has ended this one: it must start nothing new. */
bool task_to_die(const struct task *task);

/* vfork_release - the parent that waits for this process's exec or exit goes on. */
void vfork_release(struct process *process);

/* reap_dead - free processes that nobody waits for and buried tasks; all have left their stacks. */
void reap_dead(void);

/* task_bury - the task, ended and in no list, is freed by the next reap_dead. */
void task_bury(struct task *task);

/* process_end - the last task of current's process is ending: everything but the zombie goes. */
void process_end(struct process *process);
