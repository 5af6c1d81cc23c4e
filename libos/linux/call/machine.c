/* SPDX-License-Identifier: MIT */
/*
 * machine.c - what programs learn about the system: uname, sysinfo, host name, and calls about it
 * that are refused.
 */
#include "libos/linux/call/machine.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/personality.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>

#define PERSONALITY_QUERY 0xffffffff

static char host_name[MACHINE_NAME_BYTES] = "lorica";
static char domain_name[MACHINE_NAME_BYTES] = "(none)";

const char *machine_host_name(void)
{
    return host_name;
}

static bool privileged_caller(void)
{
    return capable(CAP_SYS_ADMIN);
}

int64_t lx_uname(uint64_t buffer)
{
    struct new_utsname name;

    memset(&name, 0, sizeof name);
    format(name.sysname, sizeof name.sysname, "Linux");
    format(name.nodename, sizeof name.nodename, "%s", host_name);
    format(name.release, sizeof name.release, "%s", MACHINE_RELEASE);
    format(name.version, sizeof name.version, "%s", MACHINE_VERSION);
    format(name.machine, sizeof name.machine, "x86_64");
    format(name.domainname, sizeof name.domainname, "%s", domain_name);
    return copy_to_user(buffer, &name, sizeof name);
}

static int64_t set_name(char *to, uaddr_t from, uint64_t length)
{
    char name[MACHINE_NAME_BYTES] = {0};

    if (!privileged_caller())
        return -EPERM;
    if (length > MACHINE_NAME_BYTES - 1)
        return -EINVAL;
    if (copy_from_user(name, from, length))
        return -EFAULT;
    memcpy(to, name, sizeof name);
    return 0;
}

int64_t lx_sethostname(uint64_t name, uint64_t length)
{
    return set_name(host_name, name, length);
}

int64_t lx_setdomainname(uint64_t name, uint64_t length)
{
    return set_name(domain_name, name, length);
}

int64_t lx_sysinfo(uint64_t buffer)
{
    struct sysinfo info;
    uint16_t processes = 0;

    memset(&info, 0, sizeof info);
    list_for_each (node, &process_list)
        processes++;
    info.uptime = (long)(now_ns() / 1000000000);
    info.totalram = frames_total() * PAGE_SIZE;
    info.freeram = frames_available() * PAGE_SIZE;
    info.procs = processes;
    info.mem_unit = 1;
    return copy_to_user(buffer, &info, sizeof info);
}

/* Addresses are never randomised here, so that this can be asked for, and what can be read may be executed; other deviations from
 * Linux's own ways do not exist. */
int64_t lx_personality(uint64_t persona)
{
    struct process *process = current()->process;
    uint32_t old = process->personality;

    if ((uint32_t)persona == PERSONALITY_QUERY)
        return old;
    if ((uint32_t)persona & ~(uint32_t)(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC))
        return unimplemented(-EINVAL, "personality 0x%x", (uint32_t)persona);
    process->personality = (uint32_t)persona;
    return old;
}

/* The kernel log belongs to the host; a program sees an empty one. */
int64_t lx_syslog(uint64_t action, uint64_t buffer, uint64_t length)
{
    enum {
        CLOSE = 0,
        OPEN = 1,
        READ_ALL = 3,
        READ_CLEAR = 4,
        CLEAR = 5,
        SIZE_UNREAD = 9,
        SIZE_BUFFER = 10
    };

    if (!privileged_caller() && action != READ_ALL && action != SIZE_BUFFER)
        return -EPERM;
    switch (action) {
    case CLOSE:
    case OPEN:
    case CLEAR:
    case SIZE_UNREAD:
        return 0;
    case READ_ALL:
    case READ_CLEAR:
        return (int)length < 0 || !buffer ? -EINVAL : 0;
    case SIZE_BUFFER:
        return STREAM_LOG_BYTES;
    default:
        return unimplemented(-EINVAL, "syslog action %d", (int)action);
    }
}
