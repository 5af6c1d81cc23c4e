/* SPDX-License-Identifier: MIT */
/* mem_fork_hot.c - pages beside the stack pointer and the thread pointer, which a fork copies the tables of: each of several
 * generations writes them, and nobody sees another one's. */
#include "tests/diff/diff.h"

#define PAGES 40

static __thread int mine = 1;
static char data[PAGES * 4096] __attribute__((aligned(4096)));

static int sum(const char *bytes, size_t count)
{
    int total = 0;

    for (size_t i = 0; i < count; i += 512)
        total += bytes[i];
    return total;
}

static void generation(int depth)
{
    volatile char here[PAGES * 4096];
    int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    NEED(shared != MAP_FAILED);
    for (size_t i = 0; i < sizeof here; i++)
        here[i] = (char)depth;
    memset(data, depth, sizeof data);
    mine = depth;
    for (int twin = 0; twin < 2; twin++) {
        pid_t pid = fork();

        if (pid == 0) {
            printf("%d.%d begins: %d %d %d\n", depth, twin, sum((const char *)here, sizeof here),
                   sum(data, sizeof data), mine);
            fflush(stdout);
            *shared += 1;
            here[4096] = (char)(100 + twin);
            data[8192] = (char)(100 + twin);
            mine += 10;
            if (depth < 3 && twin)
                generation(depth + 1);
            printf("%d.%d ends: %d %d %d\n", depth, twin, here[4096], data[8192], mine);
            fflush(stdout);
            _exit(0);
        }
        here[0] = (char)(50 + twin); /* while the child lives */
        data[0] = (char)(50 + twin);
        NEED(reap(pid) == 0);
    }
    printf("%d: %d %d %d, shared %d\n", depth, sum((const char *)here, sizeof here),
           sum(data, sizeof data), mine, *shared);
    fflush(stdout);
    munmap(shared, PAGE);
}

int main(void)
{
    generation(1);
    mprotect(data, 4096, PROT_READ);
    pid_t pid = fork();

    if (pid == 0) {
        mprotect(data, 4096, PROT_READ | PROT_WRITE);
        data[0] = 7;
        _exit(data[0]);
    }
    printf("%d, %d here\n", reap(pid), data[0]);
    return 0;
}
