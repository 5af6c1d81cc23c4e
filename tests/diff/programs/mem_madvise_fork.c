/* SPDX-License-Identifier: MIT */
/* mem_madvise_fork.c - MADV_WIPEONFORK and MADV_DONTFORK: what a child finds. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(4);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid;

    memset(memory, 'm', 4 * PAGE);
    SHOW(madvise(memory + PAGE, PAGE, MADV_WIPEONFORK));
    SHOW(madvise(memory + 2 * PAGE, PAGE, MADV_DONTFORK));
    SHOW(madvise(shared, PAGE, MADV_WIPEONFORK));
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        printf("child: %d %d %d\n", memory[0], memory[PAGE], memory[3 * PAGE]);
        say_touch("not forked", memory + 2 * PAGE, 'r');
        say_touch("wiped", memory + PAGE, 'w');
        _exit(0);
    }
    printf("%d\n", reap(pid));
    printf("parent: %d %d\n", memory[PAGE], memory[2 * PAGE]);
    SHOW(madvise(memory + PAGE, PAGE, MADV_KEEPONFORK));
    SHOW(madvise(memory + 2 * PAGE, PAGE, MADV_DOFORK));
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        printf("child: %d %d\n", memory[PAGE], memory[2 * PAGE]);
        _exit(0);
    }
    printf("%d\n", reap(pid));
    return 0;
}
