/* SPDX-License-Identifier: MIT */
/*
 * klog.c - log lines, panics with a backtrace, and per-CPU rings of recent events.
 *
 * Not here: where the text goes (dev/console.c). The rings are for post-mortems: a panic prints them.
 */
#include "core/klog.h"
#include "core/env.h"
#include "base/string.h"

/* Written by the linker's second pass from the first pass's symbols: address offset from kernel_start, name. */
struct symbol {
    uint32_t offset, name;
};
extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];
extern char kernel_start[], text_end[];

const char *kernel_epitaph; /* for debuggers: what a panic said */
volatile uint32_t kernel_failed;

static const char *const trace_name[] = {"none", "switch", "preempt", "stop", "create", "destroy"};

void klog(const char *fmt, ...)
{
    char line[256];
    va_list arguments;

    va_start(arguments, fmt);
    size_t length = klog_format(line, sizeof line - 1, fmt, arguments);
    va_end(arguments);
    line[length++] = '\n';
    console_write(line, length);
}

static void print_place(uint64_t address)
{
    uint64_t offset = address - (uint64_t)kernel_start;
    uint32_t best = symbol_count;

    for (uint32_t i = 0; i < symbol_count && symbol_table[i].offset <= offset; i++)
        best = i;
    if (address < (uint64_t)kernel_start || address >= (uint64_t)text_end || best == symbol_count)
        klog("  %016lx ?", address);
    else
        klog("  %016lx %s+0x%lx", address, symbol_names + symbol_table[best].name,
             offset - symbol_table[best].offset);
}

static void backtrace(uint64_t rip, uint64_t frame)
{
    for (int depth = 0; depth < 16 && rip; depth++) {
        print_place(rip);
        if (frame < MAP_BASE || frame & 7)
            break;
        rip = ((uint64_t *)frame)[1];
        frame = ((uint64_t *)frame)[0];
    }
}

static void print_regs(const struct regs *r)
{
    klog("  rip %016lx cs %04lx rflags %08lx rsp %016lx ss %04lx", r->rip, r->cs, r->rflags, r->rsp,
         r->ss);
    klog("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", r->rax, r->rbx, r->rcx, r->rdx);
    klog("  rsi %016lx rdi %016lx rbp %016lx r8  %016lx", r->rsi, r->rdi, r->rbp, r->r8);
    klog("  r9  %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10, r->r11, r->r12);
    klog("  r13 %016lx r14 %016lx r15 %016lx vector %lu error 0x%lx", r->r13, r->r14, r->r15,
         r->vector, r->error);
}

static void print_events(void)
{
    for (uint32_t c = 0; c < cpu_count; c++) {
        uint32_t next = cpu_by_index(c)->trace_next;

        klog("last events of CPU %u:", c);
        for (uint32_t i = next > 32 ? next - 32 : 0; i < next; i++) {
            const struct trace_record *r = &cpu_by_index(c)->trace[i % TRACE_RING];

            klog("  %12lu ns %-8s %lx %lx", r->time_ns, trace_name[r->event], r->a, r->b);
        }
    }
}

static _Noreturn void panic_list(const struct regs *regs, const char *fmt, va_list arguments)
{
    static char reason[200];

    if (kernel_failed++)
        arch_fail();
    (void)klog_format(reason, sizeof reason, fmt, arguments);
    kernel_epitaph = reason;
    klog("kernel panic: %s", reason);
    if (regs) {
        print_regs(regs);
        backtrace(regs->rip, regs->rbp);
    } else {
        backtrace((uint64_t)__builtin_return_address(0), (uint64_t)__builtin_frame_address(0));
    }
    print_events();
    arch_fail();
}

/* What compiled functions with arrays leave behind the array and find there again. kernel_main makes it random. */
uint64_t __stack_chk_guard = 0x5bd1e995a7c3f100;

_Noreturn void __stack_chk_fail(void)
{
    panic("a function wrote past an array on its stack; it returns to %p",
          __builtin_return_address(0));
}

void panic(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    panic_list(NULL, fmt, arguments);
}

void panic_regs(const struct regs *regs, const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    panic_list(regs, fmt, arguments);
}
