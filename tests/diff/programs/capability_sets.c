/* SPDX-License-Identifier: MIT */
/* capability_sets.c - root gives rights up one by one, keeps or loses them with its ids, and is refused what it gave up. */
#include "tests/diff/diff.h"
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/mount.h>
#include <sys/fsuid.h>

static struct __user_cap_data_struct set[2];

static long cap_get(int pid)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, pid};

    memset(set, 0xa5, sizeof set);
    return syscall(SYS_capget, &head, set);
}

static long cap_set(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};

    return syscall(SYS_capset, &head, set);
}

static void tell(const char *when)
{
    cap_get(0);
    printf("%s: effective %d permitted %d inheritable %d\n", when,
           (set[0].effective >> CAP_CHOWN & 1) + 2 * (set[0].effective >> CAP_KILL & 1),
           (set[0].permitted >> CAP_CHOWN & 1) + 2 * (set[0].permitted >> CAP_KILL & 1),
           (set[0].inheritable >> CAP_CHOWN & 1) + 2 * (set[0].inheritable >> CAP_KILL & 1));
}

static void drop(int capability)
{
    cap_get(0);
    set[capability / 32].effective &= ~(1u << capability % 32);
    SHOW(cap_set());
}

/* Each part in a child: what is given up does not come back. */
static void part(const char *name, void (*run)(void))
{
    int status = 0;

    fflush(stdout);
    if (!fork()) {
        printf("-- %s\n", name);
        run();
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    printf("status %d\n", status);
}

static void one_by_one(void)
{
    tell("at first");
    drop(CAP_CHOWN);
    tell("without chown");
    SHOW(close(open("f", O_CREAT | O_WRONLY, 0600)));
    SHOW(chown("f", 1, 1));
    cap_get(0);
    set[0].effective |= 1u << CAP_CHOWN;
    SHOW(cap_set());
    SHOW(chown("f", 1, 1));
    drop(CAP_FOWNER);
    SHOW(chmod("f", 0644));
    drop(CAP_DAC_OVERRIDE);
    SHOW(open("f", O_WRONLY));
    SHOW(chmod("f", 0));
    SHOW(access("f", W_OK));
    drop(CAP_SETUID);
    SHOW(setuid(5));
    SHOW(setuid(0));
    drop(CAP_SETGID);
    SHOW(setgroups(0, NULL));
    drop(CAP_SYS_ADMIN);
    SHOW(mount("none", "/", "tmpfs", 0, NULL));
    SHOW(sethostname("x", 1));
    drop(CAP_SYS_CHROOT);
    SHOW(chroot("."));
    drop(CAP_MKNOD);
    SHOW(mknod("n", S_IFCHR | 0600, 0x103));
    drop(CAP_SYS_RESOURCE);
    struct rlimit limit = {100, 100};
    SHOW(setrlimit(RLIMIT_CORE, &limit));
    limit.rlim_max = 200;
    SHOW(setrlimit(RLIMIT_CORE, &limit));
    cap_get(0);
    set[0].permitted &= ~(1u << CAP_CHOWN);
    SHOW(cap_set());
    set[0].effective &= ~(1u << CAP_CHOWN);
    SHOW(cap_set());
    set[0].permitted |= 1u << CAP_CHOWN;
    SHOW(cap_set());
    tell("gone for good");
    SHOW(unlink("f"));
}

static void with_ids(void)
{
    SHOW(seteuid(7));
    tell("effective user 7");
    SHOW(seteuid(0));
    tell("root again");
    SHOW(setfsuid(7));
    tell("files as 7");
    SHOW(setfsuid(0));
    tell("files as root");
    SHOW(setresuid(7, 7, 7));
    tell("user 7");
    SHOW(setuid(0));
}

static void kept(void)
{
    SHOW(prctl(PR_GET_KEEPCAPS));
    SHOW(prctl(PR_SET_KEEPCAPS, 2));
    SHOW(prctl(PR_SET_KEEPCAPS, 1));
    SHOW(prctl(PR_GET_KEEPCAPS));
    SHOW(setuid(7));
    tell("user 7, kept");
    cap_get(0);
    set[0].effective = 1u << CAP_KILL | 1u << CAP_SETUID;
    SHOW(cap_set());
    tell("back in effect");
    SHOW(kill(getppid(), 0));
    SHOW(setuid(0));
    SHOW(setuid(9));
}

static void inherited(void)
{
    cap_get(0);
    set[0].inheritable = 1u << CAP_CHOWN;
    SHOW(cap_set());
    tell("inheritable");
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 99, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, 77, CAP_CHOWN, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0));
    SHOW(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
}

static void bounded(void)
{
    SHOW(prctl(PR_CAPBSET_READ, CAP_KILL));
    SHOW(prctl(PR_CAPBSET_DROP, CAP_KILL));
    SHOW(prctl(PR_CAPBSET_READ, CAP_KILL));
    SHOW(prctl(PR_CAPBSET_DROP, 99));
    tell("bounded");
    cap_get(0);
    set[0].inheritable = 1u << CAP_KILL;
    SHOW(cap_set());
    drop(CAP_SETPCAP);
    SHOW(prctl(PR_CAPBSET_DROP, CAP_CHOWN));
    SHOW(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT));
}

static void secure(void)
{
    SHOW(prctl(PR_GET_SECUREBITS));
    SHOW(prctl(PR_SET_SECUREBITS, 1 << 20));
    SHOW(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED));
    SHOW(prctl(PR_GET_SECUREBITS));
    SHOW(prctl(PR_SET_SECUREBITS, 0));
    SHOW(setuid(7));
    tell("user 7, ids mean nothing");
}

static void refused(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 1};

    cap_get(0);
    SHOW(syscall(SYS_capset, &head, set));
    SHOW(cap_get(-1));
    SHOW(cap_get(0x3fffffff));
    head = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_1, 0};
    SHOW(syscall(SYS_capget, &head, set));
    head.version = 5;
    SHOW(syscall(SYS_capset, &head, set));
    printf("%x\n", head.version);
}

int main(void)
{
    if (geteuid() != 0) {
        printf("not root\n");
        return 0;
    }
    part("one by one", one_by_one);
    part("with ids", with_ids);
    part("kept", kept);
    part("inherited", inherited);
    part("bounded", bounded);
    part("secure", secure);
    part("refused", refused);
    return 0;
}
