/* SPDX-License-Identifier: MIT */
/* traps.c - boot tests of exceptions, nested traps, last resort, and reflected system calls. */
#include "tests/boot/boot.h"

#define HOLE 0x0000123400000000ull

/* Executes an instruction that traps; the handler goes on behind it. */
#define TRAP(child, instruction, ...)                                                              \
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\t" instruction "\n1:"              \
                     : "=m"((child)->resume)                                                       \
                     : __VA_ARGS__                                                                 \
                     : "rax", "rcx", "rdx", "r11", "memory", "cc")

static struct exo_context seen[16];

static void keep(struct child *child)
{
    if (child->traps == child->step + 1)
        seen[child->step] = child->trap;
    child->step++;
}

static void exceptions_body(struct child *child)
{
    TRAP(child, "ud2", "i"(0));
    keep(child);
    TRAP(child, "xorl %%edx, %%edx; divl %%edx", "i"(0));
    keep(child);
    TRAP(child, "hlt", "i"(0));
    keep(child);
    TRAP(child, "movq (%1), %%rax", "r"(HOLE + 0x123));
    keep(child);
    TRAP(child, "movq %%rax, (%1)", "r"(0x400000ull));
    keep(child);
    TRAP(child, "jmp *%1", "r"(HOLE));
    keep(child);
    TRAP(child, "movq (%1), %%rax", "r"(0xffffffff80000000ull));
    keep(child);
    TRAP(child, "movq (%1), %%rax", "r"(0x1234567890abcdefull));
    keep(child);
    TRAP(child, "cli", "i"(0));
    keep(child);
    TRAP(child, "movl $0xc0000080, %%ecx; rdmsr", "i"(0));
    keep(child);
    TRAP(child, "outb %%al, $0xf4", "i"(0));
    keep(child);
    TRAP(child, "movq %%cr3, %%rax", "i"(0));
    keep(child);
    child->value = 1;
}

static void test_exceptions(void)
{
    static const struct {
        uint32_t vector;
        uint64_t error, address;
        const char *what;
    } want[] = {
        {6, 0, 0, "ud2"},
        {0, 0, 0, "a division by zero"},
        {13, 0, 0, "hlt"},
        {14, 4, HOLE + 0x123, "a load from nowhere"},
        {14, 7, 0x400000, "a store into the text"},
        {14, 0x14, HOLE, "a jump to nowhere"},
        {14, 5, 0xffffffff80000000, "a load from the kernel"},
        {13, 0, 0, "a non-canonical load"},
        {13, 0, 0, "cli"},
        {13, 0, 0, "rdmsr"},
        {13, 0, 0, "an I/O port"},
        {13, 0, 0, "a control register"},
    };
    uint32_t count = sizeof want / sizeof want[0];
    struct child *child = child_make(exceptions_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    check(wait_for(&child->value, 1, 2000), "all exceptions were survived");
    expect((int64_t)child->traps, count, "each was delivered once");
    for (uint32_t i = 0; i < count; i++) {
        expect(seen[i].vector, want[i].vector, "%s: vector", want[i].what);
        if (want[i].vector == 14) {
            /* Whether a kernel page is "not present" or "protected" to ring 3 is the layout's
             * business. */
            uint64_t mask = want[i].address >= EXO_USER_END ? ~1ull : ~0ull;

            expect((int64_t)(seen[i].error & mask), (int64_t)(want[i].error & mask),
                   "%s: error code", want[i].what);
            expect((int64_t)seen[i].address, (int64_t)want[i].address, "%s: address", want[i].what);
        }
    }
    expect((int64_t)child->upcall->traps, count, "the counter agrees");
    expect((int64_t)child->upcall->trap_depth, 0, "no trap record is left");
    child_free(child);
}

/* Registers and flags survive a trap and the return at user level. */
static void registers_body(struct child *child)
{
    uint64_t sum;

    __asm__ volatile(
        "leaq 1f(%%rip), %%rax\n\tmovq %%rax, %1\n\t"
        "movq $1, %%rbx; movq $2, %%rcx; movq $4, %%rdx; movq $8, %%rsi; movq $16, %%rdi\n\t"
        "movq $32, %%r8; movq $64, %%r9; movq $128, %%r10; movq $256, %%r11; movq $512, %%r12\n\t"
        "movq $1024, %%r13; movq $2048, %%r14; movq $4096, %%r15; movq $8192, %%rax\n\t"
        "stc\n\t"
        "ud2\n"
        "1: adcq %%rbx, %%rax; addq %%rcx, %%rax; addq %%rdx, %%rax; addq %%rsi, %%rax\n\t"
        "addq %%rdi, %%rax; addq %%r8, %%rax; addq %%r9, %%rax; addq %%r10, %%rax; addq %%r11, "
        "%%rax\n\t"
        "addq %%r12, %%rax; addq %%r13, %%rax; addq %%r14, %%rax; addq %%r15, %%rax\n\t"
        "movq %%rax, %0"
        : "=m"(sum), "=m"(child->resume)
        :
        : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
          "r15", "memory", "cc");
    child->value = sum;
}

static void test_registers(void)
{
    struct child *child = child_make(registers_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    check(wait_for(&child->value, 1, 1000), "the env went on after the trap");
    expect((int64_t)child->value, 16384, "all registers and the carry flag survived");
    child_free(child);
}

/* A handler that traps itself, to a depth that the records allow. */
static void nested_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector == EXO_VECTOR_SLICE_END) {
        (void)exo_yield();
        return;
    }
    child->traps++;
    if (child->traps < 3)
        __asm__ volatile("ud2");
    child->value++;
    context->rip += 2; /* ud2 */
}

static void nested_body(struct child *child)
{
    __asm__ volatile("ud2");
    child->step = 1;
}

static void test_nested(void)
{
    struct child *child = child_make(
        nested_body, &(struct child_options){.slot = CAP_ROOT, .handler = nested_handler});

    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "nested traps return one after the other");
    expect((int64_t)child->traps, 3, "three were delivered");
    expect((int64_t)child->value, 3, "three returned");
    child_free(child);
}

static volatile uint64_t last_resort_reached;

/* rsp is not to be trusted there. */
_Noreturn static void last_resort(void)
{
    for (;;)
        __asm__ volatile("movq $1, %0\n\tpause" : "=m"(last_resort_reached));
}

/* The handler stack is no memory: every entry faults again until the records are used up. */
static void broken_body(struct child *child)
{
    exo_self()->stack_high = HOLE;
    exo_self()->stack_low = HOLE - 4096;
    child->step = 1;
    __asm__ volatile("ud2");
}

static void test_last_resort(void)
{
    struct child *child =
        child_make(broken_body,
                   &(struct child_options){.slot = CAP_ROOT, .last_resort = (uint64_t)last_resort});

    last_resort_reached = 0;
    child_run(child, 0);
    check(wait_for(&last_resort_reached, 1, 1000),
          "a fault of the handler itself ends at the last resort");
    expect((int64_t)child->upcall->trap_depth, 0, "with no record taken");
    expect((int64_t)child->upcall->masked, 1, "masked");
    child_free(child);
    child = child_make(broken_body, &(struct child_options){.slot = CAP_ROOT});
    __atomic_exchange_n(&machine.upcall->events, 0, __ATOMIC_SEQ_CST);
    child_run(child, 0);
    check(wait_for((volatile uint64_t *)&machine.upcall->events, 1ull << EXO_EVENT_STOPPED, 1000),
          "without one the env is stopped");
    __atomic_exchange_n(&machine.upcall->events, 0, __ATOMIC_SEQ_CST);
    child_free(child);
}

/* --- Reflection
 * ------------------------------------------------------------------------------------------ */

/* Counts, returns number + first argument, unmasks, and goes back by itself. */
__asm__(".text\n"
        ".type reflect_entry, @function\n"
        "reflect_entry:\n"
        "    addq %rdi, %rax\n"
        "    movq %gs:8, %rcx\n"
        "    movl $0, 0(%rcx)\n"
        "    jmp *8(%rcx)\n");
void reflect_entry(void);

static uint64_t foreign_call(uint64_t number, uint64_t argument)
{
    uint64_t result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(argument)
                     : "rcx", "r11", "memory");
    return result;
}

static void reflect_body(struct child *child)
{
    exo_unmask();
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < 1000; i++)
        wrong += foreign_call(39, i) != 39 + i;
    wrong += foreign_call(0x4c4f5248ull << 32 | 1, 5) != (0x4c4f5248ull << 32 | 1) + 5;
    wrong += foreign_call(UINT64_MAX, 2) != 1;
    child->value = wrong;
    child->step = exo_null() == 0;
}

static void test_reflection(void)
{
    struct child *child =
        child_make(reflect_body, &(struct child_options){.slot = CAP_ROOT,
                                                         .syscall_entry = (uint64_t)reflect_entry});

    child_run(child, 0);
    check(wait_for(&child->step, 1, 2000), "foreign system calls come back");
    expect((int64_t)child->value, 0, "with the handler's results");
    child_free(child);
}

static void no_entry_body(struct child *child)
{
    TRAP(child, "movl $39, %%eax; syscall", "i"(0));
    child->step = 1;
}

static void test_no_entry(void)
{
    struct child *child = child_make(no_entry_body, &(struct child_options){.slot = CAP_ROOT});

    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "a foreign system call without entry is an exception");
    expect(child->trap.vector, 6, "invalid opcode");
    child_free(child);
}

void test_traps(void)
{
    test_exceptions();
    test_registers();
    test_nested();
    test_last_resort();
    test_reflection();
    test_no_entry();
}
