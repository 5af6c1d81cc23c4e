/* SPDX-License-Identifier: MIT */
/*
 * main.c - the start of a Linux instance: from what init handed over to the first instruction of
 * the first program.
 *
 * Order matters: the vcpu first (everything uses GS), then frames, heap, scheduler, files; the
 * first process has to be current before its program is loaded, because loading goes through user
 * copies like an execve.
 */
#include <linux/fcntl.h>
#include "abi/exo_channel.h"
#include "libos/linux/cpu.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/log.h"
#include "libos/linux/mm/internal.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/vdso/vdso.h"

const struct instance_start *instance;
struct instance_streams *streams;

static const char *start_text(uint32_t offset)
{
    return (const char *)instance + offset;
}

/* A NULL-terminated array of the strings that an offset table names. */
static const char **start_strings(uint32_t count, uint32_t offset)
{
    const uint32_t *table = (const uint32_t *)((const uint8_t *)instance + offset);
    const char **list = heap_alloc((count + 1) * sizeof *list);

    if (!list)
        panic("not enough memory for the arguments: raise --memory");
    for (uint32_t i = 0; i < count; i++)
        list[i] = start_text(table[i]);
    list[count] = NULL;
    return list;
}

static void check_start(const struct instance_start *start)
{
    instance = start;
    streams = (struct instance_streams *)INSTANCE_STREAM_ADDRESS;
    if (instance->magic != INSTANCE_MAGIC)
        panic("init's start block is not one: magic %lx", (long)instance->magic);
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    if (machine->version != EXO_ABI_VERSION)
        panic("the kernel speaks ABI %u, this LibOS %u: build both from one tree", machine->version,
              EXO_ABI_VERSION);
}

static void change_directory(struct process *process, const char *path)
{
    struct file *file = NULL;
    int error = file_open(path, O_RDONLY | O_DIRECTORY, 0, &file);

    if (error) {
        log_line("cwd: %s: error %d, the program starts in /", path, -error);
        return;
    }
    dentry_drop(process->fs->cwd);
    process->fs->cwd = file->dentry;
    dentry_hold(process->fs->cwd);
    file_drop(file);
}

static _Noreturn void run_first(void)
{
    struct task *task = NULL;
    char reason[sizeof streams->exit_reason] = "";

    if (process_first(&task))
        panic("not enough memory for the first process: raise --memory");
    vcpu_set_task(task);
    task->state = TASK_RUNNING;
    task->regs->cs = this_vcpu()->user_cs;
    task->regs->ss = this_vcpu()->user_ss;
    change_directory(task->process, start_text(instance->cwd_offset));
    if (!instance->arg_count)
        instance_end(CHANNEL_FAILED, 125, "the manifest names no program: add `arg`");
    int error =
        exec_first(start_strings(instance->arg_count, instance->arg_offset),
                   start_strings(instance->env_count, instance->env_offset), reason, sizeof reason);

    if (error)
        instance_end(CHANNEL_FAILED, error == -ENOENT ? 127 : error == -ENOMEM ? 125 : 126, reason);
    enter_program();
}

void libos_main(const struct instance_start *start)
{
    check_start(start);
    vcpu_start();
    frames_start();
    heap_start();
    user_start();
    sched_init();
    rewrite_start();
    int error = fs_start((const void *)INSTANCE_ROOT_ADDRESS, instance->archive_bytes);

    if (error)
        panic("the root archive cannot be used: error %d", -error);
    observe_start();
    if (vdso_start())
        panic("not enough memory for the vDSO: raise --memory");
    run_first();
}
