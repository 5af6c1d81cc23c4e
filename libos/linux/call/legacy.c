/* SPDX-License-Identifier: MIT */
/*
 * legacy.c - calls that few programs make, answered as a Linux does that is locked down: debugging, the
 * power switch, and questions about file systems from before statfs.
 */
#include "abi/exo_channel.h"
#include "libos/linux/net/stack.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/log.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"
#include "libos/linux/tty/tty.h"
#include "libos/linux/user.h"
#include <linux/ptrace.h>
#include <linux/reboot.h>

/* --- ptrace: nobody may trace, as with kernel.yama.ptrace_scope = 3 --- */

int64_t lx_ptrace(uint64_t request, uint64_t pid, uint64_t address, uint64_t argument)
{
    (void)argument;
    if (request == PTRACE_TRACEME)
        return unimplemented(-EPERM, "ptrace PTRACE_TRACEME");
    const struct process *process = process_find((int)pid);

    if (!process)
        return -ESRCH;
    if (request == PTRACE_SEIZE && address)
        return -EIO;
    if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
        return unimplemented(-EPERM, "ptrace %s",
                             request == PTRACE_ATTACH ? "PTRACE_ATTACH" : "PTRACE_SEIZE");
    return -ESRCH; /* not one that we trace */
}

/* --- The power switch: the machine is the instance --- */

int64_t lx_reboot(uint64_t magic, uint64_t magic2, uint64_t command, uint64_t argument)
{
    (void)argument;
    if (!capable(CAP_SYS_BOOT))
        return -EPERM;
    if ((uint32_t)magic != LINUX_REBOOT_MAGIC1 ||
        ((uint32_t)magic2 != LINUX_REBOOT_MAGIC2 && (uint32_t)magic2 != LINUX_REBOOT_MAGIC2A &&
         (uint32_t)magic2 != LINUX_REBOOT_MAGIC2B && (uint32_t)magic2 != LINUX_REBOOT_MAGIC2C))
        return -EINVAL;
    switch ((uint32_t)command) {
    case LINUX_REBOOT_CMD_CAD_ON:
    case LINUX_REBOOT_CMD_CAD_OFF: /* there is no keyboard: nothing changes */
        return 0;
    case LINUX_REBOOT_CMD_RESTART:
    case LINUX_REBOOT_CMD_RESTART2:
    case LINUX_REBOOT_CMD_HALT:
    case LINUX_REBOOT_CMD_POWER_OFF:
        log_line("%s (%d) asked for the end of the machine (reboot 0x%x)", current()->process->comm,
                 current()->process->pid, (uint32_t)command);
        report_summary();
        stack_drain();
        instance_end(CHANNEL_EXITED, 0, "");
    default:
        return -EINVAL;
    }
}

int64_t lx_vhangup(void)
{
    struct tty *tty = current()->process->tty;

    if (!capable(CAP_SYS_TTY_CONFIG))
        return -EPERM;
    if (tty)
        tty_hangup(tty);
    return 0;
}

/* --- ustat, sysfs --- */

struct ustat_user {
    int32_t free_blocks;
    uint64_t free_inodes;
    char name[6], pack[6];
};

int64_t lx_ustat(uint64_t device, uint64_t buffer)
{
    struct ustat_user out = {0};

    list_for_each (node, &mount_list) {
        const struct mount *mount = list_item(node, struct mount, node);

        if (mount->device != (uint32_t)device)
            continue;
        out.free_blocks = mount->pseudo ? 0 : (int32_t)frames_available();
        out.free_inodes = mount->pseudo ? 0 : frames_available();
        return copy_to_user(buffer, &out, sizeof out);
    }
    return -EINVAL;
}

int64_t lx_sysfs(uint64_t option, uint64_t a, uint64_t b)
{
    static const char *const type[] = {"sysfs", "tmpfs", "proc", "devtmpfs", "mqueue"};
    char name[32];
    int64_t length;

    switch ((int)option) {
    case 1:
        length = string_from_user(name, a, sizeof name);
        if (length < 0)
            return length == -ENAMETOOLONG ? -EINVAL : length;
        for (uint32_t i = 0; i < ARRAY_SIZE(type); i++)
            if (!strcmp(name, type[i]))
                return i;
        return -EINVAL;
    case 2:
        if (a >= ARRAY_SIZE(type))
            return -EINVAL;
        return copy_to_user(b, type[a], strlen(type[a]) + 1);
    case 3:
        return ARRAY_SIZE(type);
    default:
        return -EINVAL;
    }
}
