/* SPDX-License-Identifier: MIT */
/* process_vm_write.c - memory of another process is written; read-only pages refuse. */
#include "tests/diff/diff.h"

int main(void)
{
    char *page = map_pages(2);
    struct iovec local = {(void *)(uintptr_t) "written", 8};
    struct iovec remote = {page + 100, 8};
    pid_t pid;

    NEED(mprotect(page + PAGE, PAGE, PROT_READ) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        raise(SIGSTOP);
        _exit(strcmp(page + 100, "written") ? 1 : 0);
    }
    NEED(waitpid(pid, NULL, WUNTRACED) == pid);
    SHOW(syscall(SYS_process_vm_writev, pid, &local, 1, &remote, 1, 0));
    remote.iov_base = page + PAGE;
    SHOW(syscall(SYS_process_vm_writev, pid, &local, 1, &remote, 1, 0));
    remote.iov_base = page + PAGE - 4;
    SHOW(syscall(SYS_process_vm_writev, pid, &local, 1, &remote, 1, 0));
    printf("own: \"%s\"\n", page + 100);
    kill(pid, SIGCONT);
    printf("%d\n", reap(pid));
    return 0;
}
