/* SPDX-License-Identifier: MIT */
/* sys_futex_shared.c - a futex in shared memory between two processes. */
#include "tests/diff/diff.h"

int main(void)
{
    uint32_t *words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(words != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        while (__atomic_load_n(&words[0], __ATOMIC_SEQ_CST) == 0)
            syscall(SYS_futex, &words[0], 0, 0, NULL, NULL, 0);
        __atomic_store_n(&words[1], 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, &words[1], 1, 1, NULL, NULL, 0);
        _exit(0);
    }
    long woken;

    while ((woken = syscall(SYS_futex, &words[0], 1, 10, NULL, NULL, 0)) == 0) /* it waits again: the word is 0 */
        sleep_ms(1);
    printf("woken %ld\n", woken);
    __atomic_store_n(&words[0], 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &words[0], 1, 10, NULL, NULL, 0);
    while (__atomic_load_n(&words[1], __ATOMIC_SEQ_CST) == 0)
        syscall(SYS_futex, &words[1], 0, 0, NULL, NULL, 0);
    printf("child %d\n", reap(pid));
    return 0;
}
