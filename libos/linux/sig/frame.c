/* SPDX-License-Identifier: MIT */
/*
 * frame.c - the frame of a signal handler on the program's stack, laid out as Linux does, and the
 * way back.
 *
 * The program's extended state is in the processor while the LibOS runs (the LibOS uses general
 * registers only), so it is stored straight to the program's stack and loaded from there. The pages
 * are touched first (touch.h); after that nothing can unmap them before this call ends, and plain
 * accesses are safe. Everything in a frame may have been changed by the program; what could fault
 * in the LibOS or give the program more than it has is checked in state_valid and
 * registers_restore.
 *
 * Source: System V ABI AMD64 supplement, "The Stack Frame"; Intel SDM 1, "Managing State Using the
 * XSAVE Feature Set".
 */
#include "libos/linux/sig/queue.h"
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/sig/touch.h"
#include "libos/linux/vcpu.h"

#define RED_ZONE_BYTES    128
#define STATE_ALIGN       64
#define LEGACY_BYTES      512 /* FXSAVE area */
#define HEADER_OFFSET     512 /* XSAVE header */
#define SOFTWARE_OFFSET   464 /* struct _fpx_sw_bytes in the FXSAVE area */
#define MXCSR_OFFSET      24
#define MXCSR_MASK_OFFSET 28
#define MXCSR_DEFAULT     0x1f80
#define COMPONENT_PKRU    (1ul << 9) /* protection keys stay as the program set them */
#define MAGIC2_BYTES      4
#define CANONICAL_END     0x800000000000ul /* above, returning would fault in the LibOS */

/* AC OF DF TF SF ZF AF PF CF RF: what a program may set through a frame. */
#define RFLAGS_PROGRAM 0x50dd5ul

struct ucontext_frame {
    uint64_t flags;
    uint64_t link;
    uint64_t stack_base;
    int32_t stack_flags;
    int32_t pad;
    uint64_t stack_size;
    struct sigcontext_64 machine;
    sigmask_t mask;
};

struct signal_frame {
    uint64_t return_address;
    struct ucontext_frame context;
    struct siginfo info;
    uint64_t info_rest[(SIGINFO_USER_BYTES - sizeof(struct siginfo)) /
                       8]; /* no meaning: left as it is */
};
static_assert(sizeof(struct sigcontext_64) == 256, "mcontext");
static_assert(offsetof(struct signal_frame, context.machine) == 48, "ucontext");
static_assert(sizeof(struct signal_frame) == 440, "rt_sigframe");

/* What the processor saves; found out at the first use. */
static struct {
    bool known;
    bool xsave;
    uint64_t components; /* XCR0 */
    uint32_t bytes;      /* of the state in memory, without MAGIC2 */
    uint32_t mxcsr_mask;
} state;

/* Processor state as at the start of a program: no component but MXCSR, which is always loaded. */
static uint8_t state_initial[4096] __attribute__((aligned(64)));

static void fxsave(void *to)
{
    __asm__ volatile("fxsave64 (%0)" : : "r"(to) : "memory");
}

static void xsave(void *to)
{
    __asm__ volatile("xsave64 (%0)" : : "r"(to), "a"(-1), "d"(-1) : "memory");
}

static void xrstor(const void *from, uint64_t components)
{
    __asm__ volatile("xrstor64 (%0)"
                     :
                     : "r"(from), "a"((uint32_t)components), "d"((uint32_t)(components >> 32))
                     : "memory");
}

static void fxrstor(const void *from)
{
    __asm__ volatile("fxrstor64 (%0)" : : "r"(from) : "memory");
}

static void state_learn(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
    uint32_t low;
    uint32_t high;

    fxsave(state_initial);
    memcpy(&state.mxcsr_mask, state_initial + MXCSR_MASK_OFFSET, sizeof state.mxcsr_mask);
    if (!state.mxcsr_mask)
        state.mxcsr_mask = 0xffbf; /* SDM: the mask of processors that store none */
    memset(state_initial, 0, LEGACY_BYTES);
    state_initial[MXCSR_OFFSET] = MXCSR_DEFAULT & 0xff;
    state_initial[MXCSR_OFFSET + 1] = MXCSR_DEFAULT >> 8;
    state_initial[0] = 0x7f; /* FCW, for fxrstor alone */
    state_initial[1] = 0x03;
    state.xsave = machine->xsave_bytes <= sizeof state_initial;
    state.bytes = LEGACY_BYTES;
    if (state.xsave) {
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        state.components = (uint64_t)high << 32 | low;
        state.bytes = machine->xsave_bytes;
    }
    state.known = true;
}

/* --- Building
 * ------------------------------------------------------------------------------------------ */

static bool on_alternate_stack(const struct task *task, uint64_t rsp)
{
    const struct signal_task *sig = &task->sig;

    if (sig->stack_flags & SS_AUTODISARM)
        return false;
    return rsp > sig->stack_base && rsp - sig->stack_base <= sig->stack_size;
}

static_assert(offsetof(struct regs, rcx) - offsetof(struct regs, r8) == 14 * 8 &&
                  offsetof(struct sigcontext_64, cx) - offsetof(struct sigcontext_64, r8) == 14 * 8,
              "general_copy");

/* r8 to rcx, through xmm0 and xmm1: only while those hold nothing of the program, that is after
 * its state was saved or before it is loaded. */
static inline void general_copy(void *to, const void *from)
{
    __asm__ volatile("movups (%1), %%xmm0\n\tmovups 16(%1), %%xmm1\n\t"
                     "movups %%xmm0, (%0)\n\tmovups %%xmm1, 16(%0)\n\t"
                     "movups 32(%1), %%xmm0\n\tmovups 48(%1), %%xmm1\n\t"
                     "movups %%xmm0, 32(%0)\n\tmovups %%xmm1, 48(%0)\n\t"
                     "movups 64(%1), %%xmm0\n\tmovups 80(%1), %%xmm1\n\t"
                     "movups %%xmm0, 64(%0)\n\tmovups %%xmm1, 80(%0)\n\t"
                     "movups 96(%1), %%xmm0\n\tmovq 112(%1), %%xmm1\n\t"
                     "movups %%xmm0, 96(%0)\n\tmovq %%xmm1, 112(%0)"
                     :
                     : "r"(to), "r"(from)
                     : "memory");
}

static_assert(sizeof(struct siginfo) == 48, "info_copy");
/* The same for a siginfo. */
static inline void info_copy(struct siginfo *to, const struct siginfo *from)
{
    __asm__ volatile("movups (%1), %%xmm0\n\tmovups 16(%1), %%xmm1\n\t"
                     "movups %%xmm0, (%0)\n\tmovups %%xmm1, 16(%0)\n\t"
                     "movups 32(%1), %%xmm0\n\tmovups %%xmm0, 32(%0)"
                     :
                     : "r"(to), "r"(from)
                     : "memory");
}

static void registers_save(struct sigcontext_64 *machine, const struct regs *regs,
                           const struct task *task)
{
    general_copy(&machine->r8, &regs->r8);
    machine->sp = regs->rsp;
    machine->ip = regs->rip;
    machine->flags = regs->rflags;
    machine->cs = 0x33; /* what programs know; the machine's own selectors are ours to restore */
    machine->gs = 0;
    machine->fs = 0;
    machine->ss = 0x2b;
    machine->err = task->sig.fault_error;
    machine->trapno = task->sig.fault_trap;
    machine->oldmask = task->sig.blocked;
    machine->cr2 = task->sig.fault_address;
}

static void state_store(uint64_t address)
{
    uint8_t *area = (uint8_t *)address;
    struct _fpx_sw_bytes *software = (struct _fpx_sw_bytes *)(area + SOFTWARE_OFFSET);
    uint64_t *header = (uint64_t *)(area + HEADER_OFFSET);
    uint32_t *magic2 = (uint32_t *)(area + state.bytes);

    if (!state.xsave) {
        fxsave(area);
        software->magic1 = 0;
        return;
    }
    /* XSAVE keeps the bits of components that do not exist in the first word, and does not write
     * the others, of which XRSTOR wants two to be zero. */
    header[0] = 0;
    header[1] = 0;
    header[2] = 0;
    xsave(area);
    software->magic1 = FP_XSTATE_MAGIC1;
    software->extended_size = state.bytes + MAGIC2_BYTES;
    software->xfeatures = state.components;
    software->xstate_size = state.bytes;
    *magic2 = FP_XSTATE_MAGIC2;
}

/* A handler starts with the initial state: its arithmetic must not depend on what it interrupted.
 */
static void state_start(void)
{
    if (state.xsave)
        xrstor(state_initial, state.components & ~COMPONENT_PKRU);
    else
        fxrstor(state_initial);
}

int frame_build(struct regs *regs, int signal, const struct signal_action *action,
                const struct siginfo *info)
{
    struct task *task = current();
    uint64_t sp = regs->rsp - RED_ZONE_BYTES;
    bool nested = on_alternate_stack(task, regs->rsp);
    bool enter = (action->flags & SA_ONSTACK) && task->sig.stack_size && !nested;

    if (!state.known)
        state_learn();
    if (enter)
        sp = task->sig.stack_base + task->sig.stack_size;
    uint64_t area = (sp - state.bytes - MAGIC2_BYTES) & ~(STATE_ALIGN - 1ul);
    /* As after a call: rsp + 8 is a multiple of 16 at the handler's first instruction. */
    uint64_t at = ((area - sizeof(struct signal_frame)) & ~15ul) - 8;
    struct signal_frame *frame = (struct signal_frame *)at;

    if ((enter || nested) && at <= task->sig.stack_base)
        return -EFAULT;
    if (!(action->flags & SA_RESTORER) || action->handler >= CANONICAL_END || touch_write(at, sp))
        return -EFAULT;
    state_store(area);
    frame->return_address = action->restorer;
    struct ucontext_frame *context = &frame->context;

    context->flags = (state.xsave ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
    context->link = 0;
    context->stack_base = task->sig.stack_base;
    context->stack_size = task->sig.stack_size;
    context->stack_flags = (int32_t)task->sig.stack_flags;
    if (!task->sig.stack_size)
        context->stack_flags = SS_DISABLE;
    context->pad = 0;
    registers_save(&context->machine, regs, task);
    info_copy(&frame->info, info);
    state_start();
    context->machine.fpstate = area;
    context->mask = task->sig.restore_blocked ? task->sig.saved_blocked : task->sig.blocked;
    if (task->sig.stack_flags & SS_AUTODISARM) {
        task->sig.stack_base = 0;
        task->sig.stack_size = 0;
        task->sig.stack_flags = SS_DISABLE;
    }
    regs->rsp = at;
    regs->rip = action->handler;
    regs->rdi = (uint64_t)signal;
    regs->rsi = at + offsetof(struct signal_frame, info);
    regs->rdx = at + offsetof(struct signal_frame, context);
    regs->rax = 0;
    regs->rflags &= ~0x10500ul; /* the ABI wants DF clear; TF and RF would hit the handler */
    return 0;
}

/* --- The way back
 * ----------------------------------------------------------------------------------------- */

/* Would XRSTOR take this area without a fault? */
static bool state_valid(const uint8_t *area)
{
    const uint64_t *header = (const uint64_t *)(area + HEADER_OFFSET);

    /* SDM: the standard form faults on unknown components and on anything in bytes 8 to 23. */
    return !((header[0] & ~state.components) | header[1] | header[2]);
}

static void state_restore_initial(void)
{
    if (state.xsave)
        xrstor(state_initial, state.components & ~COMPONENT_PKRU);
    else
        fxrstor(state_initial);
}

/* With several CPUs another thread of the program may change the area between a check and its use: a copy is checked and
 * used (under the instance lock). */
static const uint8_t *state_settled(const uint8_t *area, uint64_t bytes)
{
    static uint8_t copy[4096] __attribute__((aligned(64)));

    if (!instance_many)
        return area;
    memcpy(copy, area, bytes);
    return copy;
}

/* touched: bytes that can be read at address already */
static int state_restore(uint64_t address, uint64_t touched)
{
    const uint8_t *area = (const uint8_t *)address;
    const struct _fpx_sw_bytes *software = (const struct _fpx_sw_bytes *)(area + SOFTWARE_OFFSET);
    uint32_t mxcsr;

    if (!address) {
        state_restore_initial();
        return 0;
    }
    if (address % STATE_ALIGN ||
        (touched < LEGACY_BYTES && touch_read(address, address + LEGACY_BYTES)))
        return -EFAULT;
    if (state.xsave && software->magic1 == FP_XSTATE_MAGIC1 &&
        software->xstate_size == state.bytes &&
        (touched >= state.bytes + MAGIC2_BYTES ||
         !touch_read(address + LEGACY_BYTES, address + state.bytes + MAGIC2_BYTES)) &&
        *(const uint32_t *)(area + state.bytes) == FP_XSTATE_MAGIC2) {
        area = state_settled(area, state.bytes);
        memcpy(&mxcsr, area + MXCSR_OFFSET, sizeof mxcsr);
        if (mxcsr & ~state.mxcsr_mask || !state_valid(area))
            return -EFAULT;
        xrstor(area, state.components);
        return 0;
    }
    area = state_settled(area, LEGACY_BYTES);
    memcpy(&mxcsr, area + MXCSR_OFFSET, sizeof mxcsr);
    if (mxcsr & ~state.mxcsr_mask)
        return -EFAULT;
    if (state.xsave)
        xrstor(state_initial, state.components & ~COMPONENT_PKRU);
    fxrstor(area);
    return 0;
}

static int registers_restore(struct regs *regs, const struct sigcontext_64 *machine)
{
    /* read once: another thread may write it */
    uint64_t ip = *(const volatile __u64 *)&machine->ip;
    uint64_t sp = *(const volatile __u64 *)&machine->sp;

    if (ip >= CANONICAL_END || sp >= CANONICAL_END)
        return -EFAULT;
    general_copy(&regs->r8, &machine->r8);
    regs->rsp = sp;
    regs->rip = ip;
    regs->rflags = (regs->rflags & ~RFLAGS_PROGRAM) | (machine->flags & RFLAGS_PROGRAM);
    return 0;
}

int64_t lx_rt_sigreturn(void)
{
    struct task *task = current();
    struct regs *regs = task->regs;
    uint64_t at = regs->rsp - 8; /* the handler's return took the address off */
    const struct signal_frame *frame = (const struct signal_frame *)at;

    if (!state.known)
        state_learn();
    regs->orig_rax = UINT64_MAX; /* what rax gets is no result to be restarted */
    task->sig.attention |= ATTENTION_REGS;
    /* The state lies above the frame unless the program moved it: one check for both. */
    uint64_t usual = (at + sizeof *frame + STATE_ALIGN - 1) & ~(STATE_ALIGN - 1ul);
    uint64_t touched = state.bytes + MAGIC2_BYTES;

    if (touch_read(at, usual + touched)) {
        touched = 0;
        if (touch_read(at, at + sizeof *frame))
            goto bad;
    }
    sigmask_t mask = frame->context.mask;
    uint64_t area = frame->context.machine.fpstate;
    uint64_t stack_size = frame->context.stack_size;
    uint32_t stack_flags = (uint32_t)frame->context.stack_flags;

    if (!(stack_flags & SS_DISABLE) || (stack_flags & SS_AUTODISARM)) {
        task->sig.stack_base = frame->context.stack_base;
        task->sig.stack_size = stack_size;
        task->sig.stack_flags = stack_flags & SS_AUTODISARM;
    }
    if (registers_restore(regs, &frame->context.machine) ||
        state_restore(area, area == usual ? touched : 0))
        goto bad;
    if (mask != task->sig.blocked)
        signal_set_mask(task, mask);
    return (int64_t)regs->rax;
bad:
    signal_force(SIGSEGV, SI_KERNEL, 0, 0, 0);
    return (int64_t)regs->rax;
}
