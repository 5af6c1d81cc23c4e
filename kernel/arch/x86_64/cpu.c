/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - one processor: features, control registers, descriptor tables, extended state, switching envs.
 *
 * Extended state (x87, SSE, AVX, ...) is saved and loaded eagerly at every change of env, so that no env ever
 * finds another's. Only between a synchronous caller and its callee it may stay in the registers, closed by CR0.TS: the
 * callee that touches it first has it saved and its own loaded, and from then on eagerly; and only on processors that do
 * not look into closed registers by speculation (CVE-2018-3665: Intel's). Protection keys are not closed by TS: always switched.
 * Source: Intel SDM 3A, "System Architecture Overview", "SYSCALL and SYSRET", "XSAVE"; SDM 1, "FSGSBASE".
 */
#include "arch/x86_64/cpu.h"
#include "base/string.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/klog.h"

#define CR0_EM        (1ul << 2)
#define CR0_MP        (1ul << 1)
#define CR0_TS        (1ul << 3)
#define CR0_NE        (1ul << 5)
#define CR0_WP        (1ul << 16)
#define CR4_PAE       (1ul << 5)
#define CR4_MCE       (1ul << 6)
#define CR4_PCE       (1ul << 8)
#define CR4_OSFXSR    (1ul << 9)
#define CR4_OSXMM     (1ul << 10)
#define CR4_UMIP      (1ul << 11)
#define CR4_FSGSBASE  (1ul << 16)
#define CR4_OSXSAVE   (1ul << 18)
#define CR4_SMEP      (1ul << 20)
#define CR4_SMAP      (1ul << 21)
#define CR4_PKE       (1ul << 22)
#define FLAGS_CLEARED 0x47700 /* TF IF DF IOPL NT AC: cleared by SYSCALL */

struct features features;
uint64_t cr0_closed; /* CR0 with TS: extended state faults */
uint32_t cpu_count = 1;

extern char syscall_entry[], trap_stubs[], clac_site_1[], clac_site_2[], clac_site_3[];
void state_change(struct cpu *cpu, struct env *env);
extern char keys_site_1[], keys_end_1[], keys_site_2[], keys_end_2[];

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
static struct gate idt[256] __attribute__((aligned(16)));

/* The state that a new env starts with: a pristine XSAVE or FXSAVE image. */
static uint8_t clean_state[4096 - ENV_XSAVE_OFFSET] __attribute__((aligned(64)));

void features_read(void)
{
    struct cpuid_result basic = cpuid(1, 0);
    struct cpuid_result structured = cpuid(0, 0).a >= 7 ? cpuid(7, 0) : (struct cpuid_result){0};

    features.rdrand = basic.c >> 30 & 1;
    features.lazy = cpuid(0, 0).b != 0x756e6547; /* "Genu" */
    features.smep = structured.b >> 7 & 1;
    features.smap = structured.b >> 20 & 1;
    features.umip = structured.c >> 2 & 1;
    features.pku = structured.c >> 3 & 1;
    /* Instructions and cycles of ring 3, if the machine's owner wants them shown: they also tell what others did. */
    struct cpuid_result counters = cpuid(0, 0).a >= 10 ? cpuid(10, 0) : (struct cpuid_result){0};

    features.counters =
        (counters.a & 0xff) >= 2 && (counters.d & 31) >= 2 && boot_option("counters=1");
    if (!(basic.c >> 26 & 1) || !(cpuid(13, 1).a & 1) || !(structured.b & 1) ||
        !(cpuid(0x80000001, 0).d >> 20 & 1))
        panic("cpu: XSAVEOPT, FSGSBASE, NX are needed: made since 2013, in QEMU -cpu max");
    if (!features.rdrand)
        klog("cpu: no RDRAND: tokens are only as secret as the time of the boot");
    features.xsave_mask = cpuid(13, 0).a & 0x207; /* x87, SSE, AVX, PKRU */
}

uint64_t arch_entropy(void)
{
    static uint64_t state;
    uint64_t word = 0;
    bool ok = false;

    for (int tries = 0; features.rdrand && !ok && tries < 10; tries++)
        __asm__ volatile("rdrand %0" : "=r"(word), "=@ccc"(ok));
    /* mixed in, in case the processor's are poor */
    state = (state ^ tsc_read()) * 0x9e3779b97f4a7c15;
    word ^= state ^ state >> 29;
    return word ? word : 1;
}

void cpu_control_setup(void)
{
    uint64_t cr0, cr4 = CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMM;

    __asm__ volatile("movq %%cr0, %0" : "=r"(cr0));
    cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP;
    __asm__ volatile("movq %0, %%cr0" : : "r"(cr0));
    cr0_closed = cr0 | CR0_TS;
    cr4 |= CR4_FSGSBASE | CR4_OSXSAVE | (features.umip ? CR4_UMIP : 0) |
           (features.smep ? CR4_SMEP : 0) | (features.smap ? CR4_SMAP : 0) |
           (features.counters ? CR4_PCE : 0) | (features.pku ? CR4_PKE : 0);
    __asm__ volatile("movq %0, %%cr4" : : "r"(cr4));
    if (features.counters) {
        msr_write(MSR_FIXED_CONTROL, 0x22); /* both count in ring 3 only */
        msr_write(MSR_COUNTERS_ON, 3ull << 32);
    }
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)features.xsave_mask), "d"(0));
    features.xsave_bytes = cpuid(13, 0).b;
    if (features.xsave_bytes > sizeof clean_state)
        panic("cpu: extended state of %u bytes is larger than the %lu that an env has room for",
              features.xsave_bytes, sizeof clean_state);
    msr_write(MSR_STAR,
              (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (uint64_t)syscall_entry);
    msr_write(MSR_FMASK, FLAGS_CLEARED);
    msr_write(MSR_EFER, msr_read(MSR_EFER) | 1);
    ((uint16_t *)clean_state)[0] = 0x37f;     /* x87 control word */
    *(uint32_t *)(clean_state + 24) = 0x1f80; /* MXCSR */
}

/* Descriptor of a 64-bit code or data segment. */
#define SEGMENT(type) (0x00af000000000000ull | (uint64_t)(type) << 40)

static void gate_set(uint32_t vector, uint32_t ist, uint32_t privilege)
{
    uint64_t stub = (uint64_t)trap_stubs + vector * 16;

    idt[vector] = (struct gate){.offset_low = (uint16_t)stub,
                                .selector = SELECTOR_KERNEL_CODE,
                                .ist = (uint8_t)ist,
                                .type = (uint8_t)(0x8e | privilege << 5),
                                .offset_middle = (uint16_t)(stub >> 16),
                                .offset_high = (uint32_t)(stub >> 32)};
}

void cpu_tables_setup(struct cpu *cpu)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer;
    uint64_t tss = (uint64_t)&cpu->tss;
    uint64_t region = (uint64_t)cpu & ~(uint64_t)(CPU_STRIDE - 1);

    for (uint32_t v = 0; v < 256; v++)
        gate_set(v, v == 8 ? 1 : v == 2 || v == 18 ? 2 : v == 1 ? 3 : 0, v == 3 || v == 4 ? 3 : 0);
    cpu->tss.ist[0] = region + (CPU_PAGE_DOUBLE + 1) * EXO_PAGE_SIZE;
    cpu->tss.ist[1] = region + (CPU_PAGE_NMI + 1) * EXO_PAGE_SIZE;
    cpu->tss.ist[2] = region + (CPU_PAGE_DEBUG + 1) * EXO_PAGE_SIZE;
    cpu->tss.io_map = sizeof cpu->tss;
    cpu->gdt[1] = SEGMENT(0x9a);
    cpu->gdt[2] = SEGMENT(0x92);
    cpu->gdt[3] = SEGMENT(0xf2);
    cpu->gdt[4] = SEGMENT(0xfa);
    cpu->gdt[5] =
        (sizeof cpu->tss - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 | (tss >> 24 & 0xff) << 56;
    cpu->gdt[6] = tss >> 32;
    pointer.limit = sizeof cpu->gdt - 1;
    pointer.base = (uint64_t)cpu->gdt;
    __asm__ volatile("lgdt %0" : : "m"(pointer));
    __asm__ volatile("pushq %0\n\tleaq 1f(%%rip), %%rax\n\tpushq %%rax\n\tlretq\n1:"
                     :
                     : "i"(SELECTOR_KERNEL_CODE)
                     : "rax", "memory");
    __asm__ volatile("movl %0, %%ss" : : "r"(SELECTOR_KERNEL_DATA));
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
    pointer.limit = sizeof idt - 1;
    pointer.base = (uint64_t)idt;
    __asm__ volatile("lidt %0" : : "m"(pointer));
    msr_write(MSR_GS_BASE, (uint64_t)cpu);
    msr_write(MSR_KERNEL_GS, 0);
}

struct cpu *cpu_prepare(uint32_t index, uint32_t id)
{
    static const uint8_t mapped[] = {CPU_PAGE_STACK,     CPU_PAGE_STACK + 1, CPU_PAGE_STACK + 2,
                                     CPU_PAGE_STACK + 3, CPU_PAGE_DOUBLE,    CPU_PAGE_NMI,
                                     CPU_PAGE_DEBUG,     CPU_PAGE_STRUCT,    CPU_PAGE_STRUCT + 1};
    uint64_t region = CPU_BASE + (uint64_t)index * CPU_STRIDE;
    struct cpu *cpu = cpu_by_index(index);

    for (uint32_t i = 0; i < sizeof mapped; i++)
        map_kernel(region + mapped[i] * EXO_PAGE_SIZE, boot_frame(),
                   EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    cpu->self = cpu;
    cpu->index = index;
    cpu->apic_id = id;
    cpu->stack = region + (CPU_PAGE_STACK + 4) * EXO_PAGE_SIZE;
    cpu->positions = 1;
    for (uint32_t i = 0; i < 2; i++)
        cpu->map_entry[i] = kernel_entry_slot(region + (CPU_PAGE_MAP + i) * EXO_PAGE_SIZE);
    return cpu;
}

/* --- Supervisor access prevention ------------------------------------------------------------------ */

static void patch_jump(char *site, const char *to)
{
    site[0] = (char)0xeb;
    site[1] = (char)(to - site - 2);
}

void cpu_patch_text(void)
{
    static const uint8_t clac[3] = {0x0f, 0x01, 0xca};

    if (!features.pku) {
        patch_jump(keys_site_1, keys_end_1);
        patch_jump(keys_site_2, keys_end_2);
    }
    if (!features.smap)
        return;
    memcpy(clac_site_1, clac, sizeof clac);
    memcpy(clac_site_2, clac, sizeof clac);
    memcpy(clac_site_3, clac, sizeof clac);
}

uint64_t user_copy(void *to, const void *from, uint64_t bytes);

uint64_t arch_user_copy(void *to, const void *from, uint64_t bytes)
{
    if (features.smap)
        __asm__ volatile("stac" : : : "cc", "memory");
    uint64_t left = user_copy(to, from, bytes);

    if (features.smap)
        __asm__ volatile("clac" : : : "cc", "memory");
    return left;
}

/* --- Switching envs -------------------------------------------------------------------------------- */

#define STATE_MASK 7 /* x87, SSE, AVX; protection keys go apart */

/* What the registers hold goes to its env, then env's goes into them; NULL: nobody's. */
inline void state_change(struct cpu *cpu, struct env *env)
{
    struct env *owner = atomic_load_explicit(&cpu->owner, memory_order_relaxed);
    uint32_t mask = STATE_MASK, none = 0;

    __asm__ volatile("clts" : "+a"(mask), "+d"(none)); /* loaded once for both */
    if (owner)
        __asm__ volatile("xsaveopt64 %0" : "+m"(*env_xsave(owner)) : "a"(mask), "d"(none) : "memory");
    if (env)
        __asm__ volatile("xrstor64 %0" : : "m"(*env_xsave(env)), "a"(mask), "d"(none) : "memory");
    atomic_store_explicit(&cpu->owner, env, memory_order_release); /* the old one's is in memory */
}

bool arch_state_fault(struct env *env)
{
    struct cpu *cpu = this_cpu();

    if (atomic_load_explicit(&cpu->owner, memory_order_relaxed) == env)
        return false;
    state_change(cpu, env);
    env->eager = true;
    return true;
}

void arch_state_settle(void)
{
    struct cpu *cpu = this_cpu();

    if (atomic_load_explicit(&cpu->owner, memory_order_relaxed) == cpu->env)
        return;
    state_change(cpu, NULL);
    __asm__ volatile("movq %0, %%cr0" : : "r"(cr0_closed));
}

bool arch_state_held(struct env *env)
{
    struct cpu *self = this_cpu();

    if (atomic_load_explicit(&self->owner, memory_order_relaxed) == env)
        arch_state_settle();
    for (uint32_t c = 0; c < cpu_count; c++) {
        if (atomic_load_explicit(&cpu_by_index(c)->owner, memory_order_acquire) != env)
            continue;
        arch_kick(c);
        return true;
    }
    return false;
}

void arch_load_root(uint64_t root)
{
    struct cpu *cpu = this_cpu();

    atomic_store(&cpu->root, root); /* before the load: pairs with table_shoot_down */
    __asm__ volatile("movq %0, %%cr3" : : "r"(root << EXO_PAGE_SHIFT) : "memory");
}

void arch_switch(struct cpu *cpu, struct env *self, struct env *env)
{
    struct bases *from = self ? &self->bases : &cpu->nobody;
    const struct bases *to = env ? &env->bases : &cpu->nobody;
    uint64_t fs_base, gs_base;

    /* Inside the kernel its GS base is the one that SWAPGS exchanges. */
    __asm__ volatile("rdfsbase %0\n\twrfsbase %2\n\t"
                     "swapgs\n\trdgsbase %1\n\twrgsbase %3\n\tswapgs"
                     : "=&r"(fs_base), "=&r"(gs_base)
                     : "r"(to->fs_base), "r"(to->gs_base));
    from->fs_base = fs_base;
    from->gs_base = gs_base;
    if (features.pku)
        __asm__ volatile("xorl %%ecx, %%ecx\n\trdpkru\n\tmovl %%eax, %0\n\t"
                         "movl %1, %%eax\n\twrpkru" /* edx is 0 since rdpkru */
                         : "=m"(from->keys)
                         : "m"(to->keys)
                         : "eax", "ecx", "edx");
    state_change(cpu, env);
    cpu->env = env;
    if (!env)
        return;
    cpu->upcall = env->upcall;
    cpu->tss.rsp[0] = (uint64_t)(&env->regs + 1);
    if (atomic_load_explicit(&cpu->root, memory_order_relaxed) != env->root)
        arch_load_root(env->root);
}

void arch_env_init(struct env *env, const struct exo_env_config *config)
{
    env->regs.rip = config->rip;
    env->regs.rsp = config->rsp;
    env->regs.rdi = config->argument;
    env->regs.cs = SELECTOR_USER_CODE;
    env->regs.ss = SELECTOR_USER_DATA;
    env->regs.rflags = USER_FLAGS;
    env->eager = !features.lazy;
    memcpy(env_xsave(env), clean_state, sizeof clean_state);
}

void arch_halt(void)
{
    /* With one CPU nobody ends the space that is loaded while it idles. */
    if (cpu_count > 1 && atomic_load_explicit(&this_cpu()->root, memory_order_relaxed)) {
        __asm__ volatile("movq %0, %%cr3" : : "r"(kernel_root_physical) : "memory");
        atomic_store(&this_cpu()->root, 0);
    }
    TEST_ONLY(entry_end(VECTOR_SPURIOUS));
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
    TEST_ONLY(entry_begin());
}

void arch_off(uint32_t status)
{
    if (boot_option("test=1"))
        port_write8(0xf4, (uint8_t)status); /* QEMU isa-debug-exit: ends with status << 1 | 1 */
    if (acpi_info.pm1a_control)
        port_write16(acpi_info.pm1a_control, 0x2000); /* SLP_EN, sleep type 0: QEMU's S5 */
    klog("machine: power-off is not available; halted");
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

void arch_fail(void)
{
    port_write8(0xf4, 0x55);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}
