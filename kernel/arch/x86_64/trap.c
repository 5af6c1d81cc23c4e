/* SPDX-License-Identifier: MIT */
/*
 * trap.c - what entry.S calls: the way of traps, interrupts and switching kernel calls into core.
 */
#include "arch/x86_64/cpu.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/slice.h"
#include "core/table.h"
#include "core/upcall.h"
#include "call_table.h"
#include "exo_numbers.h"

struct fixup {
    uint64_t at, resume;
};
extern const struct fixup fixup_start[], fixup_end[];

_Noreturn void kernel_enter(struct regs *regs);
void kernel_trap(struct regs *regs);

static uint64_t fault_address(void)
{
    uint64_t address;

    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    return address;
}

/* Returns the time if it is the timer's, else 0. */
static inline uint64_t interrupt(struct cpu *cpu, uint32_t vector, bool in_kernel)
{
    uint64_t now = 0;

    if (vector == VECTOR_SPURIOUS)
        return 0;
    apic_end_of_interrupt();
    if (in_kernel && (vector < VECTOR_DEVICE || vector >= VECTOR_DEVICE_END))
        atomic_fetch_add(&cpu->look, 1); /* what it saw of envs is old */
    if (vector == VECTOR_TIMER) {
        now = arch_now_ns();
        cpu->timer_ns = EXO_FOREVER; /* it has fired: whatever comes next must program it */
        if (cpu->poll_ns <= now) {
            device_poll(false);
            now = arch_now_ns();
        }
        if (!in_kernel)
            slice_timer(cpu, now);
        return now;
    }
    if (vector == VECTOR_KICK) {
        mail_answer();
        arch_state_settle();
    } else if (vector >= VECTOR_DEVICE && vector < VECTOR_DEVICE_END) {
        device_interrupt(vector);
    }
    if (!in_kernel && atomic_load(&cpu->donated))
        slice_donated();
    return 0;
}

/* Apart, so that the end of a slice saves no register more than it needs. */
__attribute__((noinline, flatten)) static void switching_call(struct env *env)
{
    struct regs *regs = &env->regs;
    uint64_t number = (regs->rax & 0xffffffff) - EXO_CALL_SWITCH_FIRST;
    struct call_result result = call_error(EXO_E_CALL);

    if (number == EXO_CALL_YIELD - EXO_CALL_SWITCH_FIRST)
        result = decode_yield(0, 0, 0, 0, 0, 0); /* the usual ones, known by name */
    else if (number == EXO_CALL_YIELD_TO - EXO_CALL_SWITCH_FIRST)
        result = decode_yield_to(regs->rdi, regs->rsi, 0, 0, 0, 0);
    else if (number == EXO_CALL_SLEEP - EXO_CALL_SWITCH_FIRST)
        result = decode_sleep(regs->rdi, regs->rsi, regs->rdx, 0, 0, 0);
    else if (number < sizeof call_table_switch / sizeof call_table_switch[0])
        result = call_table_switch[number](regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8,
                                           regs->r9);
    /* On success the handler has stored the caller's result: the caller may run later, elsewhere, or be gone. */
    if (result.value < 0)
        regs_set_result(regs, result.value, result.second);
}

/* From ring 3; regs is the start of the running env. The end of a slice is all in this function, without calls. */
__attribute__((hot, flatten)) void kernel_enter(struct regs *regs)
{
    struct cpu *const cpu = this_cpu();
    struct env *const env = cpu->env;
    uint32_t vector = (uint32_t)regs->vector;
    uint64_t now = 0;

    TEST_ONLY(entry_begin());
    if (vector == VECTOR_TIMER)
        now = interrupt(cpu, VECTOR_TIMER, false);
    else if (vector == VECTOR_CALL)
        switching_call(env);
    else if (vector == 7 && arch_state_fault(env))
        ;
    else if (vector < 32)
        upcall_trap(env, vector, regs->error, vector == 14 ? fault_address() : 0);
    else
        (void)interrupt(cpu, vector, false);
    regs = kernel_exit(cpu, now || cpu->env == env ? now : cpu->env_from_ns);
    TEST_ONLY(entry_end(vector));
    arch_leave(regs);
}

/* From ring 0: interrupts of the idle loop, user-copy faults; everything else is a bug. */
void kernel_trap(struct regs *regs)
{
    uint32_t vector = (uint32_t)regs->vector;

    if (vector >= 32) {
        TEST_ONLY(entry_begin());
        (void)interrupt(this_cpu(), vector, true);
        TEST_ONLY(entry_end(vector));
        /* if a call paused: what is due for its env comes when it is back in ring 3 */
        this_cpu()->late = true;
        return;
    }
    if (vector == 13 || vector == 14) {
        for (const struct fixup *f = fixup_start; f < fixup_end; f++) {
            if (f->at == regs->rip) {
                regs->rip = f->resume;
                return;
            }
        }
    }
    if (vector == 1)
        return; /* a debug exception of ring 3 caught up at the system-call entry */
    panic_regs(regs, "trap %u in the kernel, error 0x%lx, address 0x%lx, CPU %u", vector,
               regs->error, fault_address(), this_cpu()->index);
}
