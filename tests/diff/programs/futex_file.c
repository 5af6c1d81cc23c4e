/* SPDX-License-Identifier: MIT */
/* futex_file.c - a futex in a file that two processes map at different addresses. */
#include "tests/diff/thread.h"

int main(void)
{
    make_text("word", "");
    int fd = open("word", O_RDWR);

    NEED(fd >= 0 && ftruncate(fd, 2 * (off_t)PAGE) == 0);
    char *map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    NEED(map != MAP_FAILED);
    uint32_t *word = (uint32_t *)(map + PAGE + 8);
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)PAGE);
        uint32_t *there = (uint32_t *)(own + 8);

        NEED(own != MAP_FAILED && own != map + PAGE);
        while (__atomic_load_n(there, __ATOMIC_SEQ_CST) == 0)
            futex(there, FUTEX_WAIT, 0, NULL);
        _exit((int)*there);
    }
    wait_state(pid, pid, 'S');
    SHOW(futex(word, FUTEX_WAKE | FUTEX_PRIVATE, 10, NULL)); /* another kind of name */
    __atomic_store_n(word, 42, __ATOMIC_SEQ_CST);
    while (futex(word, FUTEX_WAKE, 10, NULL) == 0 && waitpid(pid, NULL, WNOHANG | WNOWAIT) == 0 &&
           state_of(pid, pid) != 'Z')
        sched_yield();
    printf("child %d\n", reap(pid));
    return 0;
}
