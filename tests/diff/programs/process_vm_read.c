/* SPDX-License-Identifier: MIT */
/* process_vm_read.c - another process's memory is read, over page borders and in several pieces. */
#include "tests/diff/diff.h"

static char area[3 * 4096];

static ssize_t vm_read(pid_t pid, const struct iovec *local, size_t locals,
                       const struct iovec *remote, size_t remotes)
{
    return syscall(SYS_process_vm_readv, pid, local, locals, remote, remotes, 0);
}

int main(void)
{
    char a[16] = "", b[9000] = "";
    struct iovec local[2] = {{a, 5}, {b, sizeof b}};
    struct iovec remote[2] = {{area + 10, 8}, {area + 4090, 8000}};
    int tube[2];
    char byte;
    pid_t pid;

    NEED(pipe(tube) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        close(tube[1]);
        NEED(read(tube[0], &byte, 1) == 1);
        for (size_t i = 0; i < sizeof area; i++)
            area[i] = (char)('a' + i % 26);
        raise(SIGSTOP);
        _exit(0);
    }
    NEED(write(tube[1], "x", 1) == 1);
    NEED(waitpid(pid, NULL, WUNTRACED) == pid);
    SHOW(vm_read(pid, local, 2, remote, 2));
    printf("%s %.20s\n", a, b);
    remote[0].iov_base = BAD_POINTER;
    SHOW(vm_read(pid, local, 2, remote, 2));
    remote[0] = (struct iovec){area, 4};
    remote[1] = (struct iovec){BAD_POINTER, 4};
    SHOW(vm_read(pid, local, 2, remote, 2));
    SHOW(vm_read(pid, local, 2, remote, 0));
    kill(pid, SIGKILL);
    reap(pid);
    SHOW(vm_read(pid, local, 2, remote, 2));
    SHOW(syscall(SYS_process_vm_readv, getpid(), local, 1, remote, 1, 1));
    SHOW(syscall(SYS_process_vm_readv, getpid(), local, 2000, remote, 1, 0));
    return 0;
}
