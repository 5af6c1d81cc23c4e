/* SPDX-License-Identifier: MIT */
/*
 * count.c - a QEMU plugin that counts the guest's instructions by half of the address space; idle time counts nothing.
 *
 * -plugin count.so,out=FILE: FILE begins with two 8-byte counters, user and kernel, that others can map and read at any time.
 * Declarations of our own (plugin API 1), so that no header of QEMU's is needed.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint64_t plugin_id;
struct block;
struct instruction;
struct machine_info;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*callback)(plugin_id, struct block *));
void qemu_plugin_register_vcpu_insn_exec_inline(struct instruction *instruction, int operation,
                                                void *counter, uint64_t amount);
size_t qemu_plugin_tb_n_insns(const struct block *block);
struct instruction *qemu_plugin_tb_get_insn(const struct block *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct instruction *instruction);

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin_id id, const struct machine_info *info, int argc,
                               char **argv);

int qemu_plugin_version = 1;
static uint64_t *count; /* user, kernel */

static void translated(plugin_id id, struct block *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct instruction *instruction = qemu_plugin_tb_get_insn(block, i);

        qemu_plugin_register_vcpu_insn_exec_inline(
            instruction, 0, &count[qemu_plugin_insn_vaddr(instruction) >> 63], 1);
    }
}

int qemu_plugin_install(plugin_id id, const struct machine_info *info, int argc, char **argv)
{
    int fd = argc == 1 && !strncmp(argv[0], "out=", 4)
                 ? open(argv[0] + 4, O_RDWR | O_CREAT | O_TRUNC, 0644)
                 : -1;

    (void)info;
    if (fd < 0 || ftruncate(fd, 4096))
        return 1;
    count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (count == MAP_FAILED)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
