/* SPDX-License-Identifier: MIT */
/*
 * ids.c - who a process is: user and group ids, process groups, sessions, and the small per-thread registers.
 *
 * Source: credentials(7), setpgid(2), setsid(2), arch_prctl(2).
 */
#include <asm/prctl.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define KEEP UINT32_MAX /* -1: leave this id as it is */

static struct credentials *mine(void)
{
    return &current()->process->cred;
}

/* What the sets of capabilities lose or regain with the ids. */
static int64_t changed(const struct credentials *old)
{
    capability_ids_changed(mine(), old);
    capability_fsuid_changed(mine(), old->fsuid);
    return 0;
}

static bool uid_allowed(uint32_t id)
{
    return id == KEEP || capable(CAP_SETUID) || id == mine()->uid || id == mine()->euid ||
           id == mine()->suid;
}

static bool gid_allowed(uint32_t id)
{
    return id == KEEP || capable(CAP_SETGID) || id == mine()->gid || id == mine()->egid ||
           id == mine()->sgid;
}

int64_t lx_getpid(void)
{
    return current()->process->pid;
}
int64_t lx_gettid(void)
{
    return current()->tid;
}
int64_t lx_getuid(void)
{
    return mine()->uid;
}
int64_t lx_geteuid(void)
{
    return mine()->euid;
}
int64_t lx_getgid(void)
{
    return mine()->gid;
}
int64_t lx_getegid(void)
{
    return mine()->egid;
}

int64_t lx_getppid(void)
{
    return current()->process->parent_pid;
}

int64_t lx_setuid(uint64_t uid)
{
    const struct credentials before = *mine();
    uint32_t id = (uint32_t)uid;

    if (id == KEEP)
        return -EINVAL;
    if (capable(CAP_SETUID))
        mine()->uid = mine()->suid = id;
    else if (id != mine()->uid && id != mine()->suid)
        return -EPERM;
    mine()->euid = mine()->fsuid = id;
    return changed(&before);
}

int64_t lx_setgid(uint64_t gid)
{
    uint32_t id = (uint32_t)gid;

    if (id == KEEP)
        return -EINVAL;
    if (capable(CAP_SETGID))
        mine()->gid = mine()->sgid = id;
    else if (id != mine()->gid && id != mine()->sgid)
        return -EPERM;
    mine()->egid = mine()->fsgid = id;
    return 0;
}

int64_t lx_setreuid(uint64_t ruid, uint64_t euid)
{
    const struct credentials before = *mine();
    uint32_t r = (uint32_t)ruid, e = (uint32_t)euid, old = mine()->uid;

    if (!capable(CAP_SETUID) &&
        ((r != KEEP && r != mine()->uid && r != mine()->euid) || !uid_allowed(e)))
        return -EPERM;
    if (r != KEEP)
        mine()->uid = r;
    if (e != KEEP)
        mine()->euid = e;
    if (r != KEEP || (e != KEEP && e != old))
        mine()->suid = mine()->euid;
    mine()->fsuid = mine()->euid;
    return changed(&before);
}

int64_t lx_setregid(uint64_t rgid, uint64_t egid)
{
    uint32_t r = (uint32_t)rgid, e = (uint32_t)egid, old = mine()->gid;

    if (!capable(CAP_SETGID) &&
        ((r != KEEP && r != mine()->gid && r != mine()->egid) || !gid_allowed(e)))
        return -EPERM;
    if (r != KEEP)
        mine()->gid = r;
    if (e != KEEP)
        mine()->egid = e;
    if (r != KEEP || (e != KEEP && e != old))
        mine()->sgid = mine()->egid;
    mine()->fsgid = mine()->egid;
    return 0;
}

int64_t lx_setresuid(uint64_t ruid, uint64_t euid, uint64_t suid)
{
    const struct credentials before = *mine();
    uint32_t r = (uint32_t)ruid, e = (uint32_t)euid, s = (uint32_t)suid;

    if (!uid_allowed(r) || !uid_allowed(e) || !uid_allowed(s))
        return -EPERM;
    mine()->uid = r == KEEP ? mine()->uid : r;
    mine()->euid = e == KEEP ? mine()->euid : e;
    mine()->suid = s == KEEP ? mine()->suid : s;
    mine()->fsuid = mine()->euid;
    return changed(&before);
}

int64_t lx_setresgid(uint64_t rgid, uint64_t egid, uint64_t sgid)
{
    uint32_t r = (uint32_t)rgid, e = (uint32_t)egid, s = (uint32_t)sgid;

    if (!gid_allowed(r) || !gid_allowed(e) || !gid_allowed(s))
        return -EPERM;
    mine()->gid = r == KEEP ? mine()->gid : r;
    mine()->egid = e == KEEP ? mine()->egid : e;
    mine()->sgid = s == KEEP ? mine()->sgid : s;
    mine()->fsgid = mine()->egid;
    return 0;
}

static int64_t put_three(const uaddr_t at[3], const uint32_t id[3])
{
    for (int i = 0; i < 3; i++) {
        int error = put_user_u32(at[i], id[i]);

        if (error)
            return error;
    }
    return 0;
}

int64_t lx_getresuid(uint64_t ruid, uint64_t euid, uint64_t suid)
{
    return put_three((uaddr_t[]){ruid, euid, suid},
                     (uint32_t[]){mine()->uid, mine()->euid, mine()->suid});
}

int64_t lx_getresgid(uint64_t rgid, uint64_t egid, uint64_t sgid)
{
    return put_three((uaddr_t[]){rgid, egid, sgid},
                     (uint32_t[]){mine()->gid, mine()->egid, mine()->sgid});
}

/* Both return the id before, and never say why they refuse. */
int64_t lx_setfsuid(uint64_t uid)
{
    uint32_t old = mine()->fsuid;

    if ((uint32_t)uid != KEEP && (uid_allowed((uint32_t)uid) || (uint32_t)uid == old))
        mine()->fsuid = (uint32_t)uid;
    capability_fsuid_changed(mine(), old);
    return old;
}

int64_t lx_setfsgid(uint64_t gid)
{
    uint32_t old = mine()->fsgid;

    if ((uint32_t)gid != KEEP && (gid_allowed((uint32_t)gid) || (uint32_t)gid == old))
        mine()->fsgid = (uint32_t)gid;
    return old;
}

int64_t lx_getgroups(uint64_t size, uint64_t list)
{
    uint32_t count = mine()->group_count;

    if ((int32_t)size < 0)
        return -EINVAL;
    if (!size)
        return count;
    if (size < count)
        return -EINVAL;
    int error = copy_to_user(list, mine()->groups, count * sizeof mine()->groups[0]);

    return error ? error : (int64_t)count;
}

int64_t lx_setgroups(uint64_t size, uint64_t list)
{
    uint32_t groups[ARRAY_SIZE(mine()->groups)];

    if (!capable(CAP_SETGID))
        return -EPERM;
    if (size > 65536)
        return -EINVAL;
    if (size > ARRAY_SIZE(groups))
        return unimplemented(-ENOMEM, "setgroups with %lu groups", size);
    int error = copy_from_user(groups, list, size * sizeof groups[0]);

    if (error)
        return error;
    for (uint64_t i = 1; i < size; i++) { /* kept in order, as getgroups shows them */
        uint32_t group = groups[i];
        uint64_t at = i;

        for (; at && groups[at - 1] > group; at--)
            groups[at] = groups[at - 1];
        groups[at] = group;
    }
    memcpy(mine()->groups, groups, size * sizeof groups[0]);
    mine()->group_count = (uint32_t)size;
    return 0;
}

/* --- Process groups and sessions ------------------------------------------------------------------------ */

/* pid 0 is the caller itself. */
static struct process *named(int pid)
{
    return pid ? process_find(pid) : current()->process;
}

static bool group_in_session(int pgid, int sid)
{
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->pgid == pgid && process->sid == sid)
            return true;
    }
    return false;
}

int64_t lx_setpgid(uint64_t pid, uint64_t pgid)
{
    struct process *self = current()->process;
    struct process *process = named((int)pid);
    int group = (int)pgid ? (int)pgid : (int)pid ? (int)pid : self->pid;

    if ((int)pgid < 0)
        return -EINVAL;
    if (!process || process->zombie || (process != self && process->parent != self))
        return -ESRCH;
    if (process != self && process->execed)
        return -EACCES;
    if (process->sid != self->sid || process->pid == process->sid)
        return -EPERM;
    if (group != process->pid && !group_in_session(group, self->sid))
        return -EPERM;
    process->pgid = group;
    return 0;
}

int64_t lx_getpgid(uint64_t pid)
{
    struct process *process = named((int)pid);

    return process ? process->pgid : -ESRCH;
}

int64_t lx_getpgrp(void)
{
    return current()->process->pgid;
}

int64_t lx_getsid(uint64_t pid)
{
    struct process *process = named((int)pid);

    return process ? process->sid : -ESRCH;
}

int64_t lx_setsid(void)
{
    struct process *self = current()->process;

    list_for_each (node, &process_list) {
        if (list_item(node, struct process, all)->pgid == self->pid)
            return -EPERM;
    }
    self->sid = self->pid;
    self->pgid = self->pid;
    self->tty = NULL;
    return self->sid;
}

/* --- Per-thread ------------------------------------------------------------------------------------------- */

int64_t lx_set_tid_address(uint64_t address)
{
    current()->clear_child_tid = address;
    return current()->tid;
}

int64_t lx_arch_prctl(uint64_t code, uint64_t argument)
{
    switch ((int)code) {
    case ARCH_SET_FS:
        if (argument >= USER_END)
            return -EPERM;
        fs_base_set(argument);
        return 0;
    case ARCH_GET_FS:
        return put_user_u64(argument, current()->fs_base);
    case ARCH_GET_GS:
        return put_user_u64(argument, current()->gs_base_program);
    case ARCH_SET_GS:
        return unimplemented(-EINVAL, "arch_prctl ARCH_SET_GS: GS belongs to the LibOS");
    default:
        return -EINVAL; /* as a kernel without shadow stacks answers newer codes */
    }
}
