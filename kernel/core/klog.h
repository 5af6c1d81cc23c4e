/* SPDX-License-Identifier: MIT */
/*
 * klog.h - the kernel's own log, panics, and the trace ring. Users cannot make the kernel print.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/arch.h"

/* One line on the console: "subject: what, numbers with units". */
void klog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * klog_format - a text with its NUL in at most size (not 0) bytes; its length.
 *
 * Conversions: %s %d %u %x %p (without 0x) %%, with `-` or `0`, a width, and l.
 */
size_t klog_format(char *buffer, size_t size, const char *fmt, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* Print reason, registers if given, backtrace and the last events; stop the machine. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct regs;
_Noreturn void panic_regs(const struct regs *regs, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

extern uint64_t __stack_chk_guard; /* for the compiler's checks of stacks: random from early boot on */
_Noreturn void __stack_chk_fail(void);

#define kassert(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            panic("%s:%d: %s does not hold", __FILE__, __LINE__, #condition);                      \
    } while (0)

enum trace_event {
    TRACE_NONE,
    TRACE_SWITCH,  /* env id, from id */
    TRACE_PREEMPT, /* env id, overstay ns */
    TRACE_STOP,    /* env id, vector */
    TRACE_CREATE,  /* env id */
    TRACE_DESTROY, /* env id */
};
/* Remember an event in this CPU's ring of TRACE_RING. */
static inline void trace_at(struct cpu *cpu, uint64_t time_ns, enum trace_event event, uint64_t a,
                            uint64_t b)
{
    cpu->trace[cpu->trace_next++ % TRACE_RING] =
        (struct trace_record){.time_ns = time_ns, .a = a, .b = b, .event = event};
}
#define trace(event, a, b) trace_at(this_cpu(), arch_now_ns(), event, a, b)

/* Bytes on the console, newline as CR LF; waits for the port, bounded. One CPU at a time. dev/console.c */
void console_write(const char *text, uint64_t length);
