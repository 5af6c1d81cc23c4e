/* SPDX-License-Identifier: MIT */
/*
 * capability.c - capability sets of processes: how calls, user ids and new programs change them.
 *
 * Invariants:
 *   1. effective is part of permitted; ambient is part of permitted and of inheritable.
 *   2. No set but permitted and effective grows without CAP_SETPCAP, and those only from bounding, by exec as root.
 * Capabilities of files (security.capability) are stored as any attribute and give nothing to who executes the file.
 */
#include "libos/linux/proc/capability.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/user.h"
#include <linux/prctl.h>
#include <linux/securebits.h>

#define BIT(capability) (1ul << (capability))
/* What comes and goes with the file system's user id. */
#define FILE_RIGHTS                                                                                \
    (BIT(CAP_CHOWN) | BIT(CAP_MKNOD) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) |          \
     BIT(CAP_FOWNER) | BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MAC_OVERRIDE))

void capability_first(struct credentials *cred)
{
    cred->permitted = cred->effective = cred->bounding = CAPABILITY_ALL;
}

static bool any_root(const struct credentials *cred)
{
    return !cred->uid || !cred->euid || !cred->suid;
}

void capability_fsuid_changed(struct credentials *cred, uint32_t old)
{
    if (cred->securebits & SECBIT_NO_SETUID_FIXUP || !old == !cred->fsuid)
        return;
    if (!old)
        cred->effective &= ~FILE_RIGHTS;
    else
        cred->effective |= FILE_RIGHTS & cred->permitted;
}

void capability_ids_changed(struct credentials *cred, const struct credentials *old)
{
    if (cred->securebits & SECBIT_NO_SETUID_FIXUP)
        return;
    if (any_root(old) && !any_root(cred)) {
        if (!(cred->securebits & SECBIT_KEEP_CAPS))
            cred->permitted = cred->effective = 0;
        cred->ambient = 0;
    }
    if (!old->euid && cred->euid)
        cred->effective = 0;
    if (old->euid && !cred->euid)
        cred->effective = cred->permitted;
}

void capability_exec(struct credentials *cred, bool gained)
{
    bool root = !(cred->securebits & SECBIT_NOROOT) && (!cred->uid || !cred->euid);
    uint64_t ambient = gained ? 0 : cred->ambient;

    if (root) {
        cred->permitted = cred->inheritable | cred->bounding;
        cred->effective = cred->euid ? 0 : cred->permitted;
    } else {
        cred->permitted = cred->effective = ambient;
    }
    cred->ambient = root && !cred->euid ? 0 : ambient;
    cred->securebits &= ~(uint32_t)SECBIT_KEEP_CAPS;
}

/* --- capget, capset ----------------------------------------------------------------------------------- */

struct capability_header {
    uint32_t version;
    int32_t pid;
};

struct capability_words {
    uint32_t effective, permitted, inheritable;
};

/* Number of 32-bit words in this version's sets; an error with the version we prefer stored: unknown. */
static int64_t version_words(uaddr_t header, struct capability_header *out, uint32_t *words)
{
    if (copy_from_user(out, header, sizeof *out))
        return -EFAULT;
    switch (out->version) {
    case _LINUX_CAPABILITY_VERSION_1:
        *words = 1;
        return 0;
    case _LINUX_CAPABILITY_VERSION_2:
    case _LINUX_CAPABILITY_VERSION_3:
        *words = 2;
        return 0;
    default:
        return put_user_u32(header, _LINUX_CAPABILITY_VERSION_3) ? -EFAULT : -EINVAL;
    }
}

/* By the number of a process or of one of its threads: they share their rights. */
static const struct process *process_of(int pid)
{
    const struct task *task = pid ? task_find(0, pid) : current();

    return task ? task->process : NULL;
}

int64_t lx_capget(uint64_t header, uint64_t words_address)
{
    struct capability_header head;
    struct capability_words words[2];
    uint32_t count;
    int64_t error = version_words(header, &head, &count);

    if (error)
        return error == -EINVAL && !words_address ? 0 : error;
    if (head.pid < 0)
        return -EINVAL;
    const struct process *process = process_of(head.pid);

    if (!process)
        return -ESRCH;
    for (int i = 0; i < 2; i++)
        words[i] = (struct capability_words){
            .effective = (uint32_t)(process->cred.effective >> (32 * i)),
            .permitted = (uint32_t)(process->cred.permitted >> (32 * i)),
            .inheritable = (uint32_t)(process->cred.inheritable >> (32 * i))};
    return words_address ? copy_to_user(words_address, words, count * sizeof words[0]) : 0;
}

int64_t lx_capset(uint64_t header, uint64_t words_address)
{
    struct credentials *cred = &current()->process->cred;
    struct capability_header head;
    struct capability_words words[2] = {{0}};
    uint32_t count;
    int64_t error = version_words(header, &head, &count);

    if (error)
        return error;
    if (head.pid && head.pid != current()->tid)
        return -EPERM;
    if (copy_from_user(words, words_address, count * sizeof words[0]))
        return -EFAULT;
    uint64_t effective = ((uint64_t)words[1].effective << 32 | words[0].effective) & CAPABILITY_ALL;
    uint64_t permitted = ((uint64_t)words[1].permitted << 32 | words[0].permitted) & CAPABILITY_ALL;
    uint64_t inheritable =
        ((uint64_t)words[1].inheritable << 32 | words[0].inheritable) & CAPABILITY_ALL;

    if (!capable(CAP_SETPCAP) && inheritable & ~(cred->inheritable | cred->permitted))
        return -EPERM;
    if (inheritable & ~(cred->inheritable | cred->bounding) || permitted & ~cred->permitted ||
        effective & ~permitted)
        return -EPERM;
    cred->effective = effective;
    cred->permitted = permitted;
    cred->inheritable = inheritable;
    cred->ambient &= permitted & inheritable;
    return 0;
}

/* --- prctl --------------------------------------------------------------------------------------------- */

static int64_t ambient(struct credentials *cred, uint64_t what, uint64_t capability, bool rest)
{
    if (what == PR_CAP_AMBIENT_CLEAR_ALL) {
        if (capability || rest)
            return -EINVAL;
        cred->ambient = 0;
        return 0;
    }
    if (capability > CAP_LAST_CAP || rest)
        return -EINVAL;
    switch (what) {
    case PR_CAP_AMBIENT_IS_SET:
        return cred->ambient >> capability & 1;
    case PR_CAP_AMBIENT_RAISE:
        if (!(cred->permitted & cred->inheritable & BIT(capability)) ||
            cred->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
            return -EPERM;
        cred->ambient |= BIT(capability);
        return 0;
    case PR_CAP_AMBIENT_LOWER:
        cred->ambient &= ~BIT(capability);
        return 0;
    default:
        return -EINVAL;
    }
}

/* Each bit has a lock bit above it. */
static int64_t securebits_set(struct credentials *cred, uint64_t bits)
{
    uint32_t locked = cred->securebits & SECURE_ALL_LOCKS;

    if ((locked >> 1 & (cred->securebits ^ (uint32_t)bits)) || (locked & ~(uint32_t)bits) ||
        bits & ~(uint64_t)(SECURE_ALL_LOCKS | SECURE_ALL_BITS) || !capable(CAP_SETPCAP))
        return -EPERM;
    cred->securebits = (uint32_t)bits;
    return 0;
}

int64_t capability_prctl(uint32_t option, uint64_t argument, uint64_t b, uint64_t c, uint64_t d)
{
    struct credentials *cred = &current()->process->cred;

    switch (option) {
    case PR_CAPBSET_READ:
        return argument > CAP_LAST_CAP ? -EINVAL : (int64_t)(cred->bounding >> argument & 1);
    case PR_CAPBSET_DROP:
        if (!capable(CAP_SETPCAP))
            return -EPERM;
        if (argument > CAP_LAST_CAP)
            return -EINVAL;
        cred->bounding &= ~BIT(argument);
        return 0;
    case PR_CAP_AMBIENT:
        return ambient(cred, argument, b, c || d);
    case PR_GET_SECUREBITS:
        return cred->securebits;
    case PR_SET_SECUREBITS:
        return securebits_set(cred, argument);
    case PR_GET_KEEPCAPS:
        return !!(cred->securebits & SECBIT_KEEP_CAPS);
    case PR_SET_KEEPCAPS:
        if (argument > 1)
            return -EINVAL;
        if (cred->securebits & SECBIT_KEEP_CAPS_LOCKED)
            return -EPERM;
        cred->securebits &= ~(uint32_t)SECBIT_KEEP_CAPS;
        cred->securebits |= argument ? SECBIT_KEEP_CAPS : 0;
        return 0;
    default:
        return -ENOSYS;
    }
}
