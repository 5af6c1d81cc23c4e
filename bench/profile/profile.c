/* SPDX-License-Identifier: MIT */
/*
 * profile.c - QEMU TCG plugin: how often each translated block ran, written as `address instructions count` lines.
 *
 * bench/profile/run turns that into instructions per function. Own declarations (plugin API version 1): Debian ships
 * no header for them.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct block;
struct instruction;
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct block *));
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block *, int, void *, uint64_t);
extern void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void *), void *);
extern size_t qemu_plugin_tb_n_insns(const struct block *);
extern uint64_t qemu_plugin_tb_vaddr(const struct block *);
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

struct count {
    uint64_t address, instructions, runs;
    struct count *next;
};
static struct count *all;
static FILE *output;

static void translated(plugin_id id, struct block *block)
{
    struct count *count = calloc(1, sizeof *count);

    (void)id;
    if (!count)
        return;
    count->address = qemu_plugin_tb_vaddr(block);
    count->instructions = qemu_plugin_tb_n_insns(block);
    count->next = all;
    all = count;
    qemu_plugin_register_vcpu_tb_exec_inline(block, 0, &count->runs, 1);
}

static void ended(plugin_id id, void *unused)
{
    (void)id;
    (void)unused;
    for (struct count *count = all; count; count = count->next)
        if (count->runs)
            fprintf(output, "%llx %llu %llu\n", (unsigned long long)count->address,
                    (unsigned long long)count->instructions, (unsigned long long)count->runs);
    fclose(output);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
                                                               int argc, char **argv)
{
    const char *name = "profile.out";

    (void)info;
    for (int i = 0; i < argc; i++)
        if (!strncmp(argv[i], "out=", 4))
            name = argv[i] + 4;
    output = fopen(name, "w");
    if (!output)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
