/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - several CPUs: the instance lock, starting envs, interrupting each other.
 *
 * The lock is a word: free, held, or held and waited for. Who does not get it within SPINS looks sleeps in the kernel
 * until the word changes; the holder wakes the sleepers of a word that was waited for.
 */
#include "libos/linux/vcpu.h"
#include "exo_stubs.h"
#include "libos/linux/cpu.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"

#define LOCK_FREE       0
#define LOCK_HELD       1
#define LOCK_WAITED     2
#define SPINS           1000
#define CAP_GRANTED_MAX EXO_CAP_SLOTS

uint32_t instance_many;
uint32_t vcpu_count = 1;
struct vcpu *vcpus[VCPU_MAX];

static uint32_t lock_word;
static uint32_t cpu_limit = VCPU_MAX; /* fewer when vcpus could not be started */

extern char instance_syscall_entry[], instance_trap_entry[], instance_last_resort[];

uint32_t cpus_used(void)
{
    return max_of(min_of(instance->cpu_count, cpu_limit), 1u);
}

/* --- The lock ---------------------------------------------------------------------------------------------- */

static bool lock_try(void)
{
    uint32_t expected = LOCK_FREE;

    return __atomic_load_n(&lock_word, __ATOMIC_RELAXED) == LOCK_FREE &&
           __atomic_compare_exchange_n(&lock_word, &expected, LOCK_HELD, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static void lock_wait(struct vcpu *self)
{
    struct exo_sleep_word word = {.address = (uint64_t)&lock_word, .value = LOCK_WAITED};

    for (;;) {
        for (int i = 0; i < SPINS; i++) {
            if (lock_try())
                return;
            __builtin_ia32_pause();
        }
        __atomic_store_n(&self->waits, 1, __ATOMIC_SEQ_CST);
        if (__atomic_exchange_n(&lock_word, LOCK_WAITED, __ATOMIC_SEQ_CST) == LOCK_FREE)
            break;
        (void)exo_sleep((uint64_t)&word, 1, EXO_FOREVER);
    }
    __atomic_store_n(&self->waits, 0, __ATOMIC_RELAXED);
}

void instance_lock_take(void)
{
    struct vcpu *self = this_vcpu();

    __atomic_store_n(&self->entries, self->entries + 1, __ATOMIC_SEQ_CST);
    if (!lock_try())
        lock_wait(self);
}

void instance_lock_give(void)
{
    const struct vcpu *self = this_vcpu();

    sched_spread();
    if (__atomic_exchange_n(&lock_word, LOCK_FREE, __ATOMIC_SEQ_CST) != LOCK_WAITED)
        return;
    for (uint32_t i = 0; i < vcpu_count; i++)
        if (vcpus[i] != self && __atomic_load_n(&vcpus[i]->waits, __ATOMIC_SEQ_CST))
            (void)exo_wake(SLOT_MEMORY, vcpus[i]->env, 0);
}

/* --- Each other --------------------------------------------------------------------------------------------- */

void vcpu_kick(struct vcpu *vcpu)
{
    (void)exo_wake(SLOT_MEMORY, vcpu->env, 1ul << EVENT_KICK);
}

static bool runs(const struct vcpu *vcpu, const struct process *process)
{
    return vcpu->task->state == TASK_RUNNING && (!process || vcpu->task->process == process);
}

void vcpu_barrier(const struct process *process)
{
    uint64_t entries[VCPU_MAX];

    if (!instance_many)
        return;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < vcpu_count; i++) {
        entries[i] = __atomic_load_n(&vcpus[i]->entries, __ATOMIC_SEQ_CST);
        if (vcpus[i] != this_vcpu() && runs(vcpus[i], process))
            vcpu_kick(vcpus[i]);
    }
    for (uint32_t i = 0; i < vcpu_count; i++) {
        struct vcpu *self = this_vcpu(); /* it changes when the lock is given away */

        while (vcpus[i] != self && runs(vcpus[i], process) &&
               __atomic_load_n(&vcpus[i]->entries, __ATOMIC_SEQ_CST) == entries[i]) {
            instance_unlock(); /* its CPU may have other things to do before it enters */
            (void)exo_yield();
            instance_lock();
        }
    }
}

void vcpus_set_sites(const struct space *space, const uint64_t *sites)
{
    this_vcpu()->sites = this_vcpu()->space == space ? sites : this_vcpu()->sites;
    for (uint32_t i = 0; instance_many && i < vcpu_count; i++)
        if (vcpus[i]->space == space)
            __atomic_store_n(&vcpus[i]->sites, sites, __ATOMIC_RELEASE);
}

/* --- Starting ------------------------------------------------------------------------------------------------ */

/* First code of another vcpu, on the stack of its idle task, masked. */
static _Noreturn void vcpu_main(void)
{
    vcpu_registers_start();
    /* Vcpu 0 may have run on this CPU until now. Nobody tells its own CPU, if idle, that it is ready there. */
    (void)exo_wake(SLOT_MEMORY, vcpus[0]->env, 0);
    instance_lock();
    sched_idle();
}

static int upcall_map(uint32_t cpu, frame_t frame)
{
    struct exo_pte entry = {.address = (INSTANCE_UPCALL_ADDRESS + cpu * PAGE_SIZE) | 1,
                            .entry = frame << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_WRITE |
                                     EXO_PTE_ACCESSED | EXO_PTE_DIRTY};

    return exo_pt_update(SLOT_MEMORY, instance->root_frame, &entry, 1) == 1 ? 0 : -ENOMEM;
}

static int env_make(struct vcpu *vcpu, frame_t env_frame, frame_t upcall_frame)
{
    struct exo_env_config config = {.root = instance->root_frame,
                                    .upcall_frame = upcall_frame,
                                    .rip = (uint64_t)vcpu_main,
                                    .rsp = (uint64_t)vcpu->idle->regs,
                                    .gs_base = (uint64_t)vcpu,
                                    .syscall_entry = (uint64_t)instance_syscall_entry,
                                    .trap_entry = (uint64_t)instance_trap_entry,
                                    .last_resort = (uint64_t)instance_last_resort,
                                    .guardian = instance->init_env};
    int64_t id = exo_env_create(SLOT_MEMORY, env_frame, &config);

    if (id < 0)
        return (int)id;
    vcpu->env = (uint64_t)id;
    /* It has the instance's own capability; whatever else init granted it gets, too. */
    for (uint64_t slot = 1; slot < CAP_GRANTED_MAX; slot++)
        (void)exo_cap_grant(SLOT_MEMORY, vcpu->env, slot, slot);
    return 0;
}

/* Its slice positions were those of vcpu 0, as all of the instance's. */
static int time_give(const struct vcpu *vcpu)
{
    for (uint32_t i = 0; i < instance->position_count; i++) {
        int64_t error =
            exo_slice_set(SLOT_MEMORY, vcpu->index, instance->position_first + i, vcpu->env);

        if (error)
            return (int)error;
    }
    return 0;
}

static int vcpu_make(uint32_t cpu)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(INSTANCE_UPCALL_ADDRESS + cpu * PAGE_SIZE);
    struct vcpu *vcpu = (struct vcpu *)((uint8_t *)upcall + VCPU_OFFSET);
    frame_t env_frame = unmapped_frame_take();
    frame_t upcall_frame = unmapped_frame_take();
    struct task *idle = idle_create();
    int error = -ENOMEM;

    if (env_frame == NO_FRAME || upcall_frame == NO_FRAME || !idle)
        return error;
    error = upcall_map(cpu, upcall_frame);
    if (error)
        return error;
    memset(upcall, 0, PAGE_SIZE);
    vcpu_prepare(vcpu, upcall, cpu);
    vcpu->idle = idle;
    idle->vcpu = vcpu;
    vcpu->task = idle;
    vcpu->stack_top = (uint64_t)idle->stack + TASK_STACK_BYTES;
    vcpus[vcpu_count] = vcpu;
    error = env_make(vcpu, env_frame, upcall_frame);
    if (error)
        return error;
    vcpu_count++;
    return time_give(vcpu);
}

/* Calls under way were entered without the lock: they leave by the way that looks whether there is one (entry.S). */
static void calls_end_many(const struct process *process)
{
    list_for_each (node, &process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        task->sig.attention |= ATTENTION_REGS;
        if (task_call(task) < 0)
            continue;
        task->regs->rcx = task->regs->rip; /* what the short way in has not stored */
        task->regs->r11 = task->regs->rflags;
    }
}

void vcpus_start(void)
{
    static bool done;

    if (done || cpus_used() == 1)
        return;
    done = true;
    vcpus[0] = this_vcpu();
    vcpus[0]->idle = idle_create();
    if (!vcpus[0]->idle) {
        cpu_limit = 1;
        log_line("one CPU is used: too little memory for the others (raise --memory)");
        return;
    }
    lock_word = LOCK_HELD;
    instance_many = 1;
    rewrite_many();
    sched_many();
    list_for_each (node, &process_list)
        calls_end_many(list_item(node, struct process, all));
    for (uint32_t cpu = 1; cpu < cpus_used(); cpu++) {
        int error = vcpu_make(cpu);

        if (!error)
            continue;
        cpu_limit = vcpu_count;
        log_line("CPU %u is not used: error %d", cpu, -error);
    }
}
