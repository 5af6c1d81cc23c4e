/* SPDX-License-Identifier: MIT */
/* clone_errors.c - combinations of flags that clone and clone3 refuse. */
#include "tests/diff/thread.h"

struct arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        set_tid_size, cgroup;
};

static long clone_raw(unsigned long flags)
{
    long result = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

    if (result == 0)
        _exit(0);
    if (result > 0)
        reap((pid_t)result);
    return result > 0 ? 0 : -1;
}

static long clone3_raw(struct arguments a, size_t size)
{
    long result = syscall(435, &a, size);

    if (result == 0)
        _exit(0);
    if (result > 0) {
        int status;

        waitpid((pid_t)result, &status, __WALL);
    }
    return result > 0 ? 0 : -1;
}

#define CLONE3(...) SHOW(clone3_raw((struct arguments){__VA_ARGS__}, sizeof(struct arguments)))

int main(void)
{
    SHOW(clone_raw(SIGCHLD));
    SHOW(clone_raw(CLONE_THREAD | SIGCHLD));
    SHOW(clone_raw(CLONE_THREAD | CLONE_VM | SIGCHLD));
    SHOW(clone_raw(CLONE_SIGHAND | SIGCHLD));
    SHOW(clone_raw(CLONE_THREAD | CLONE_SIGHAND | SIGCHLD));
    SHOW(clone_raw(CLONE_FS | CLONE_NEWNS | SIGCHLD));
    SHOW(clone_raw(CLONE_FS | CLONE_FILES | SIGCHLD));
    SHOW(clone_raw(CLONE_FS | CLONE_IO | CLONE_SYSVSEM | CLONE_UNTRACED | SIGCHLD));
    CLONE3(.exit_signal = SIGCHLD);
    CLONE3(.flags = SIGCHLD);
    CLONE3(.exit_signal = 65);
    CLONE3(.exit_signal = 0x100);
    CLONE3(.flags = CLONE_DETACHED, .exit_signal = SIGCHLD);
    CLONE3(.flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD);
    CLONE3(.flags = CLONE_PARENT, .exit_signal = SIGCHLD);
    CLONE3(.flags = CLONE_SIGHAND | CLONE_VM | 0x100000000, .exit_signal = SIGCHLD);
    CLONE3(.exit_signal = SIGCHLD, .stack = 0x10000);
    CLONE3(.exit_signal = SIGCHLD, .stack_size = 0x10000);
    CLONE3(.exit_signal = SIGCHLD, .set_tid_size = 1);
    SHOW(clone3_raw((struct arguments){.exit_signal = SIGCHLD}, 64));
    SHOW(clone3_raw((struct arguments){.exit_signal = SIGCHLD}, 63));
    SHOW(clone3_raw((struct arguments){.exit_signal = SIGCHLD}, 5000));
    SHOW(syscall(435, BAD_POINTER, sizeof(struct arguments)));
    return 0;
}
