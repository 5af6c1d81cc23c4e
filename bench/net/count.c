/* SPDX-License-Identifier: MIT */
/*
 * count.c - a QEMU plugin that counts the guest's instructions by half of the address space; idle time counts nothing.
 *
 * -plugin count.so,out=FILE: at the end FILE has `user N kernel N`. Declarations of our own (plugin API 1), so that no header
 * of QEMU's is needed.
 */
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct block;
struct instruction;
struct machine_info;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*callback)(plugin_id, struct block *));
void qemu_plugin_register_vcpu_insn_exec_inline(struct instruction *instruction, int operation,
                                                void *counter, uint64_t amount);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*callback)(plugin_id, void *),
                                    void *context);
size_t qemu_plugin_tb_n_insns(const struct block *block);
struct instruction *qemu_plugin_tb_get_insn(const struct block *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct instruction *instruction);

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin_id id, const struct machine_info *info, int argc,
                               char **argv);

int qemu_plugin_version = 1;
static uint64_t count[2]; /* user, kernel */
static FILE *out;

static void translated(plugin_id id, struct block *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct instruction *instruction = qemu_plugin_tb_get_insn(block, i);

        qemu_plugin_register_vcpu_insn_exec_inline(
            instruction, 0, &count[qemu_plugin_insn_vaddr(instruction) >> 63], 1);
    }
}

static void finish(plugin_id id, void *context)
{
    (void)id;
    (void)context;
    fprintf(out, "user %llu kernel %llu\n", (unsigned long long)count[0],
            (unsigned long long)count[1]);
    fclose(out);
}

int qemu_plugin_install(plugin_id id, const struct machine_info *info, int argc, char **argv)
{
    (void)info;
    out = argc == 1 && !strncmp(argv[0], "out=", 4) ? fopen(argv[0] + 4, "w") : NULL;
    if (!out)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
