/* SPDX-License-Identifier: MIT */
/*
 * core.h - what every part of the Linux LibOS may count on: types, errors, logging, the current task.
 *
 * The model. An instance has one env per CPU ("vcpu") and any number of address spaces; a process is an
 * address space plus bookkeeping; a task is a thread of a process: a LibOS stack and a saved context. All
 * LibOS memory (text, data, heap, page frames through the linear map, task stacks) is mapped at the same
 * addresses in every address space of the instance (root entry INSTANCE_SLOT), so switching tasks is a stack
 * switch plus, when the process differs, one space_switch kernel call.
 *
 * Concurrency. LibOS code runs with the env's upcalls masked and holds the instance lock from entry to
 * return to user (entry.S, vcpu.h; not used while one vcpu runs). Code in here is therefore never preempted and never
 * runs in parallel; programs do, on the other CPUs. It gives way only inside task_sleep and task_yield, after which it
 * may be on another vcpu: this_vcpu() is not kept across them. State that must stay consistent across a
 * sleep has to be re-checked after it. Keep everything bounded: nothing else in the instance runs meanwhile.
 *
 * Linux's structs and numbers come from the kernel's user headers (package linux-libc-dev: <linux/...>,
 * <asm/...>); no libc header is used. Handlers return 0.. or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/errno.h>
#include "lib/exo/string.h"
#include "lib/exo/list.h"
#include "lib/exo/format.h"
#include "lib/exo/instance.h"

#define ERESTARTSYS 512 /* a sleep was interrupted: restarted or EINTR, decided in sig/ by SA_RESTART */
#define ERESTARTNOHAND 514 /* restarted only when no handler runs */

#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define page_up(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define page_down(x) ((x) & PAGE_MASK)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define min_of(a, b) ((a) < (b) ? (a) : (b))
#define max_of(a, b) ((a) > (b) ? (a) : (b))

#define USER_END 0x7ffffffff000ul /* first address that a program cannot use */
#define LIBOS_START 0x600000000000ul /* the instance slot: invisible to mmap, refused as a user pointer */
#define LIBOS_END   0x608000000000ul

/* A pointer that a program passed: only user.h's functions touch what it points to. */
typedef uint64_t uaddr_t;

/* All registers of a program at a system call or trap, on the task's LibOS stack (entry.S knows the layout).
 * rip cs rflags rsp ss are in iretq order. */
struct regs {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15; /* as in sigcontext, to rcx (sig/frame.c) */
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx;
    uint64_t orig_rax; /* system call number, or -1 for traps */
    uint64_t rip, cs, rflags, rsp, ss;
};

struct task;
struct process;

/* Tasks that wait for something; see task.h. */
struct waitq {
    struct list waiters;
};

/*
 * struct vcpu - one env of the instance; user GS base points to it. Offsets are used by entry.S.
 */
struct vcpu {
    struct vcpu *self;             /* 0 */
    struct task *task;             /* 8: running task */
    uint64_t stash[4];             /* 16: scratch of entry.S */
    uint64_t stack_top;            /* 48: top of the running task's LibOS stack */
    struct exo_upcall *upcall;     /* 56 */
    uint64_t env;                  /* 64 */
    uint64_t index;                /* 72: CPU number */
    uint64_t root;                 /* 80: frame of the current address space */
    uint64_t resume_rip, resume_rsp, resume_rflags; /* 88, 96, 104: of the program that is about to run (entry.S) */
    uint64_t user_cs, user_ss;     /* 112, 120: selectors of ring 3 */
    struct space *space;           /* 128: whose root is loaded; NULL: the instance's own */
    const uint64_t *sites;         /* 136: where rewritten sites return to in that space, by slot */
    uint64_t site_key;             /* 144: the space's image << 48 (rewrite/refused.h) */
    uint64_t reflected_calls;      /* 152: of calls_made(), those that did not come from a rewritten site */
    uint64_t word_calls;           /* 160: from rewritten sites, answered by a word of struct process; in no other count */
    struct task *idle;             /* what runs when nothing does, with several vcpus (sched.c) */
    uint64_t alarm_ns;             /* what the kernel was asked for; NO_DEADLINE: nothing */
    uint64_t account_from;         /* CPU time is charged up to here: time-stamp counter */
    uint64_t entries;              /* times the instance lock was asked for */
    uint32_t waits;                /* sleeps in the kernel for the lock (vcpu.c) */
    bool sleeping;                 /* sleeps in the kernel for want of a task */
};
#define VCPU_OFFSET 2048 /* struct vcpu lies in the env's upcall page, so that both are reached through GS */

static inline struct vcpu *this_vcpu(void)
{
    struct vcpu *vcpu;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(vcpu));
    return vcpu;
}

static inline struct task *current(void)
{
    struct task *task;
    __asm__ volatile("movq %%gs:8, %0" : "=r"(task));
    return task;
}

/* Heap (mm/heap.c): byte-granular memory in the linear map; never fails softly inside small bounds: NULL when
 * the instance is out of memory, and the caller returns -ENOMEM. heap_zalloc zeroes. */
void *heap_alloc(size_t bytes);
void *heap_zalloc(size_t bytes);
void heap_free(void *memory);

void report_summary(void); /* call/report.c: writes the summary lines; called once, at the end */
#define NETWORK_EVENT 1 /* event bit of the first env, beside STREAM_EVENT_IN: packets have arrived */
void stack_event(void);  /* net/: take them */
bool stack_owes(void);   /* net/: is there something to send before the instance sleeps? */
void stack_settle(void); /* net/: send it; call-backs may run */
void stream_event(void);   /* tty/: init signalled input, a signal, a window change or room; called by the scheduler */

/* log.c: one line to the host's log (no newline in fmt). A user program must not be able to flood it: use
 * log_once for things that programs trigger (key: any number identifying the event). */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_once(uint64_t key, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line of the report that the host shows at exit with -v. */
void summary_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The LibOS itself is broken: end the instance with status 125 and this reason. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* call/report.c: `what` (a call, flag, request) is not implemented: logged once as program, name, arguments; counted
 * for the summary; returns error (e.g. -ENOSYS) so that handlers can `return unimplemented(-EINVAL, "fcntl cmd %d", cmd)`. */
int64_t unimplemented(int64_t error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

extern const struct instance_start *instance; /* at INSTANCE_START_ADDRESS */

uint32_t cpus_used(void); /* CPUs that programs run on, from when the first of them needs a second one (vcpu.c) */

extern struct instance_streams *streams;      /* at INSTANCE_STREAM_ADDRESS */
