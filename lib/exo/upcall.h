/* SPDX-License-Identifier: MIT */
/*
 * upcall.h - entering a handler in C when the kernel upcalls an env, and going back without the
 * kernel.
 *
 * Each env has a struct exo_self that its GS base points to. instance_trap_entry is what the env
 * registers as its trap entry (init does so for an instance's first env when the symbol is linked
 * in).
 */
#pragma once
#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_types.h"

#define EXO_VECTOR_SELF 0x105 /* a context made by exo_self_trap, not by the kernel */

/* Interrupted registers on the handler stack. The handler may change all of them; the env goes on
 * with them. */
struct exo_context {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint32_t vector; /* below 32: the processor's; EXO_VECTOR_* */
    uint32_t masked; /* 0: asynchronous upcalls are allowed again when the env goes on */
    uint64_t error;
    uint64_t address; /* page fault: where */
    uint64_t rip, cs, rflags, rsp, ss;
};

struct exo_self;
typedef void exo_handler(struct exo_context *context);

/* What GS points to; offsets are known to upcall_entry.S. */
struct exo_self {
    struct exo_self *self;
    struct exo_upcall *upcall;
    uint64_t stash[2];
    uint64_t stack_low, stack_high;  /* handler stack; a nested upcall goes on below */
    uint64_t resume_rip, resume_rsp; /* used within a few instructions of the way back */
    exo_handler *handler;
    void *owner; /* of whoever runs envs: a scheduler, a test */
};

static inline struct exo_self *exo_self(void)
{
    struct exo_self *self;

    __asm__ volatile("movq %%gs:0, %0" : "=r"(self));
    return self;
}

/*
 * exo_self_init - fill in a struct exo_self; its address is what the env's GS base must be.
 *
 * upcall            the env's upcall page as mapped
 * stack, bytes      handler stack; 16 KiB are plenty for handlers that do not recurse
 * handler           called with masked set, on the handler stack
 */
void exo_self_init(struct exo_self *self, struct exo_upcall *upcall, void *stack, uint64_t bytes,
                   exo_handler *handler);

/* exo_upcall_start - make `self` the running env's (GS base by kernel call) and allow asynchronous
 * upcalls. */
void exo_upcall_start(struct exo_self *self);

/* exo_mask - forbid asynchronous upcalls; they become pending. Returns whether they were forbidden
 * before. */
static inline bool exo_mask(void)
{
    struct exo_upcall *upcall = exo_self()->upcall;
    bool before = upcall->masked;

    upcall->masked = 1;
    __asm__ volatile("" : : : "memory");
    return before;
}

/* exo_unmask - allow them again; what is pending is delivered to the handler before this returns.
 */
void exo_unmask(void);

/*
 * exo_self_trap - call `handler` on the handler stack with the caller's own context, as if the
 * kernel had upcalled. The caller goes on when (and if) that context is loaded again: the way to
 * give up the processor to another thread.
 */
void exo_self_trap(exo_handler *handler);

/* exo_handler_default - yields at the end of a slice, ignores alarms and events, ends the instance
 * on exceptions. */
void exo_handler_default(struct exo_context *context);

/* Entries to register with env_create; never called from C. */
void instance_trap_entry(void);
#else
#define SELF_UPCALL     8
#define SELF_STASH      16
#define SELF_STACK_LOW  32
#define SELF_STACK_HIGH 40
#define SELF_RESUME_RIP 48
#define SELF_RESUME_RSP 56
#endif
