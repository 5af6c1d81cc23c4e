/* SPDX-License-Identifier: MIT */
/*
 * parallel.c - QEMU TCG plugin: how long a job would take if each CPU of the machine had one of the host's to itself.
 *
 * Under icount QEMU runs one CPU at a time, in turns, and counts instructions. While n CPUs of the machine are not halted, each
 * instruction stands for 1/n of its time. `mark` (mark.c) executes an instruction that does nothing: at each of them a line
 * `INSTRUCTIONS TIME` is written, both since the start. Needs a guest that idles by HLT. Own declarations (plugin API version 1).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "mark.h"

typedef uint64_t plugin_id;
struct block;
struct instruction;
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct block *));
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block *, int, void *, uint64_t);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct block *, void (*)(unsigned, void *), int,
                                                 void *);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct instruction *,
                                                   void (*)(unsigned, void *), int, void *);
extern size_t qemu_plugin_tb_n_insns(const struct block *);
extern uint64_t qemu_plugin_tb_vaddr(const struct block *);
extern struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t);
extern const void *qemu_plugin_insn_data(const struct instruction *);
extern size_t qemu_plugin_insn_size(const struct instruction *);
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define CPU_MAX 64

static uint64_t executed, settled; /* instructions; those that time_taken knows of */
static double time_taken;
static bool runs[CPU_MAX]; /* since its first instruction in the kernel, and not halted */
static unsigned running;
static FILE *output;

static void settle(void)
{
    time_taken += (double)(executed - settled) / (running ? running : 1);
    settled = executed;
}

/* A halted CPU goes on in its kernel. */
static void kernel_runs(unsigned cpu, void *unused)
{
    (void)unused;
    if (runs[cpu % CPU_MAX])
        return;
    settle();
    runs[cpu % CPU_MAX] = true;
    running++;
}

static void halts(unsigned cpu, void *unused)
{
    (void)unused;
    if (!runs[cpu % CPU_MAX])
        return;
    settle();
    runs[cpu % CPU_MAX] = false;
    running--;
}

static void marked(unsigned cpu, void *unused)
{
    (void)cpu;
    (void)unused;
    settle();
    fprintf(output, "%llu %.0f\n", (unsigned long long)executed, time_taken);
    fflush(output);
}

static void translated(plugin_id id, struct block *block)
{
    static const uint8_t mark[] = {MARK_BYTES};
    size_t count = qemu_plugin_tb_n_insns(block);

    (void)id;
    if (qemu_plugin_tb_vaddr(block) >> 63)
        qemu_plugin_register_vcpu_tb_exec_cb(block, kernel_runs, 0, NULL);
    qemu_plugin_register_vcpu_tb_exec_inline(block, 0, &executed, count);
    for (size_t i = 0; i < count; i++) {
        struct instruction *instruction = qemu_plugin_tb_get_insn(block, i);
        const uint8_t *byte = qemu_plugin_insn_data(instruction);
        size_t size = qemu_plugin_insn_size(instruction);

        if (size == 1 && *byte == 0xf4)
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, halts, 0, NULL);
        if (size == sizeof mark && !memcmp(byte, mark, size))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, marked, 0, NULL);
    }
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
                                                               int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (!strncmp(argv[i], "out=", 4))
            output = fopen(argv[i] + 4, "w");
    if (!output)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
