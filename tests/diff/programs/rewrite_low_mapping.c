/* SPDX-License-Identifier: MIT */
/* rewrite_low_mapping.c - calls go on when a program maps memory below 4 GiB and nothing in the first one, as Java does;
 * in a child of it, too. */
#include "tests/diff/diff.h"

static long sum_of_calls(void)
{
    long sum = 0;

    for (int i = 0; i < 50; i++)
        sum += getpid() == (pid_t)syscall(SYS_getpid) ? 1 : 1000;
    return sum + (write(-1, "", 1) == -1);
}

int main(void)
{
    printf("before %ld\n", sum_of_calls());
    char *area = mmap((void *)0xf4200000, 4 << 20, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    TELL(area == (char *)0xf4200000);
    area[4096] = 5;
    printf("after %ld\n", sum_of_calls());
    pid_t pid = fork();

    if (pid == 0)
        _exit(sum_of_calls() == 51 && area[4096] == 5 ? 7 : 8);
    printf("child %d\n", reap(pid));
    SHOW(munmap(area, 4 << 20));
    printf("gone %ld\n", sum_of_calls());
    return 0;
}
