/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - what happens at the border between a program and its LibOS, in C: traps, upcalls, the way
 * back.
 *
 * entry.S saves and restores; this file decides. LibOS code runs masked, so a trap in it is either
 * a page fault of a copy to or from a program's memory, which is resolved and retried or leaves
 * through the copy's fix-up, or a bug.
 */
#include "libos/linux/cpu.h"
#include "libos/linux/call/rseq.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"
#include "exo_stubs.h"

#define TRAP_DIVIDE     0
#define TRAP_DEBUG      1
#define TRAP_BREAKPOINT 3
#define TRAP_OVERFLOW   4
#define TRAP_INVALID    6
#define TRAP_STACK      12
#define TRAP_PROTECTION 13
#define TRAP_PAGE       14
#define TRAP_FLOATING   16
#define TRAP_ALIGNMENT  17
#define TRAP_SIMD       19

#define SIGNAL_ILL  4
#define SIGNAL_TRAP 5
#define SIGNAL_BUS  7
#define SIGNAL_FPE  8
#define SIGNAL_SEGV 11
#define CODE_KERNEL 0x80 /* SI_KERNEL */

static_assert(__builtin_offsetof(struct vcpu, stash) == 16, "entry.S");
static_assert(__builtin_offsetof(struct vcpu, stack_top) == 48, "entry.S");
static_assert(__builtin_offsetof(struct vcpu, resume_rip) == 88, "entry.S");
static_assert(__builtin_offsetof(struct vcpu, user_cs) == 112, "entry.S");
static_assert(__builtin_offsetof(struct vcpu, sites) == 136, "entry.S");
static_assert(__builtin_offsetof(struct vcpu, word_calls) == 160, "entry.S");
static_assert(sizeof(struct regs) == 168, "entry.S");
static_assert(sizeof(struct exo_upcall) <= VCPU_OFFSET &&
                  VCPU_OFFSET + sizeof(struct vcpu) <= PAGE_SIZE,
              "the upcall page holds both");

void vcpu_prepare(struct vcpu *vcpu, struct exo_upcall *upcall, uint64_t index)
{
    uint16_t cs, ss;

    vcpu->self = vcpu;
    vcpu->upcall = upcall;
    vcpu->index = index;
    vcpu->root = instance->root_frame;
    vcpu->alarm_ns = NO_DEADLINE;
    vcpu->account_from = __builtin_ia32_rdtsc();
    __asm__ volatile("movw %%cs, %0\n\tmovw %%ss, %1" : "=r"(cs), "=r"(ss));
    vcpu->user_cs = cs;
    vcpu->user_ss = ss;
}

void vcpu_registers_start(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    if (machine->features & EXO_FEATURE_PKU)
        protection_keys_start();
}

void vcpu_start(void)
{
    struct exo_upcall *upcall = (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS;
    struct vcpu *vcpu = (struct vcpu *)((uint8_t *)upcall + VCPU_OFFSET);

    memset(vcpu, 0, sizeof *vcpu);
    vcpu_prepare(vcpu, upcall, 0);
    vcpu->env = instance->env;
    vcpu_registers_start();
    __asm__ volatile("wrgsbase %0" : : "r"(vcpu));
}

void vcpu_set_task(struct task *task)
{
    struct vcpu *vcpu = this_vcpu();

    task->vcpu = vcpu;
    vcpu->task = task;
    vcpu->stack_top = (uint64_t)task->stack + TASK_STACK_BYTES;
}

/* --- Traps
 * ------------------------------------------------------------------------------------------ */

static void fault_of_libos(struct regs *regs, uint32_t vector, uint64_t address, uint64_t error)
{
    struct task *task = current();
    int signal;

    struct space *space = this_vcpu()->space; /* may be another process's for a moment */

    if (vector == TRAP_PAGE && task && space && address < USER_END) {
        uint64_t fixup = user_fixup(regs->rip);

        if (fixup && !fault_resolve(space, address, error, &signal))
            return;
        if (fixup) {
            regs->rip = fixup;
            return;
        }
    }
    if (vector == TRAP_PAGE && address >= INSTANCE_LINEAR_ADDRESS && address < LIBOS_END) {
        if (frames_repair((const void *)address))
            return;
        frames_repair_again();
        if (frames_lost())
            panic("memory of the LibOS was taken by force: it had not given back what was asked for "
                  "(frame %lx, at %lx)",
                  (unsigned long)address_frame((const void *)address), (unsigned long)regs->rip);
    }
    panic("trap %u (error %lx) at %lx, address %lx, in system call %d of pid %d", vector,
          (long)error, (long)regs->rip, (long)address, task ? task_call(task) : -1,
          task ? task->process->pid : 0);
}

static void fault_of_program(struct regs *regs, uint64_t fault, uint64_t error)
{
    int signal;
    int code = fault_resolve(current()->process->space, fault, error, &signal);

    if (code)
        signal_fault(regs, signal, code, fault, TRAP_PAGE, error);
}

/* What Linux makes of an exception: signal and siginfo code. */
static void exception(struct regs *regs, uint32_t vector, uint64_t error)
{
    int signal = SIGNAL_SEGV;
    int code = CODE_KERNEL;
    uint64_t address = 0;

    if (vector == TRAP_BREAKPOINT && debug_trap(regs))
        return;
    switch (vector) {
    case TRAP_DIVIDE:
        signal = SIGNAL_FPE;
        code = 1; /* FPE_INTDIV */
        address = regs->rip;
        break;
    case TRAP_FLOATING:
    case TRAP_SIMD:
        signal = SIGNAL_FPE;
        code = 3; /* FPE_FLTDIV; which one exactly is in the program's own status word */
        address = regs->rip;
        break;
    case TRAP_DEBUG:
        signal = SIGNAL_TRAP;
        code = 2; /* TRAP_TRACE */
        address = regs->rip;
        regs->rflags &= ~0x100ul;
        break;
    case TRAP_BREAKPOINT:
        signal = SIGNAL_TRAP;
        break;
    case TRAP_INVALID:
        signal = SIGNAL_ILL;
        code = 2; /* ILL_ILLOPN */
        address = regs->rip;
        break;
    case TRAP_ALIGNMENT:
        signal = SIGNAL_BUS;
        code = 1; /* BUS_ADRALN */
        break;
    case TRAP_STACK:
        signal = SIGNAL_BUS;
        break;
    default:
        break;
    }
    signal_fault(regs, signal, code, address, vector, error);
}

static uint32_t upcall_bit(uint32_t vector)
{
    return vector == EXO_VECTOR_SLICE_END ? EXO_PENDING_SLICE_END
           : vector == EXO_VECTOR_ALARM   ? EXO_PENDING_ALARM
           : vector == EXO_VECTOR_REVOKE  ? EXO_PENDING_REVOKE
                                          : EXO_PENDING_EVENT;
}

static __attribute__((noinline)) void trap(struct regs *regs, uint64_t what, uint64_t address,
                                           uint64_t error)
{
    uint32_t vector = (uint32_t)what;

    if (what >> 32) {
        fault_of_libos(regs, vector, address, error);
        return;
    }
    instance_lock();
    if (rewrite_within(regs->rip))
        rewrite_trap(regs, vector == TRAP_DEBUG);
    if (vector == TRAP_PAGE)
        fault_of_program(regs, address, error);
    else if (vector == TRAP_INVALID && rewrite_invalid(regs))
        return;
    else if (vector < 32)
        exception(regs, vector, error);
    else
        sched_upcall(upcall_bit(vector));
}

void cpu_trap(struct regs *regs, uint64_t what, uint64_t address, uint64_t error)
{
    /* Most traps: a page of a program. */
    if (what == TRAP_PAGE && !instance_many && !rewrite_within(regs->rip))
        fault_of_program(regs, address, error);
    else
        trap(regs, what, address, error);
}

/* --- The way back
 * --------------------------------------------------------------------------------------- */

static void cpu_pending(void)
{
    struct exo_upcall *upcall = this_vcpu()->upcall;

    if (upcall->pending)
        sched_upcall(__atomic_exchange_n(&upcall->pending, 0, __ATOMIC_SEQ_CST));
}

void cpu_pending_at_exit(void)
{
    instance_lock();
    cpu_pending();
}

void cpu_return(struct regs *regs)
{
    while (this_vcpu()->upcall->pending)
        cpu_pending();
    current()->sig.attention &= ~(uint32_t)ATTENTION_REGS;
    if (current()->sig.attention & ATTENTION_RSEQ)
        rseq_resume(current(), regs);
    for (;;) {
        if (signal_pending(current()))
            signal_deliver(regs);
        if (!(current()->sig.attention & ATTENTION_DEBUG))
            break;
        debug_park();
    }
}

void cpu_last_resort(void)
{
    const struct exo_trap *trap = &this_vcpu()->upcall->trap[EXO_TRAP_DEPTH - 1];

    panic("traps inside traps: the last is %u at %lx, address %lx, stack %lx", trap->vector,
          (long)trap->rip, (long)trap->address, (long)trap->rsp);
}
