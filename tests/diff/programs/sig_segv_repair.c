/* SPDX-License-Identifier: MIT */
/* sig_segv_repair.c - a handler that maps the missing page lets the access go on. */
#include "tests/diff/diff.h"

static char *area;
static int faults;

static void handler(int number, siginfo_t *info, void *context)
{
    char *page = (char *)((uintptr_t)info->si_addr & ~(PAGE - 1));

    (void)number;
    (void)context;
    faults++;
    if (mprotect(page, PAGE, PROT_READ | PROT_WRITE) != 0)
        _exit(1);
}

int main(void)
{
    long sum = 0;

    area = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(area != MAP_FAILED);
    handle_signal(SIGSEGV, handler, 0);
    for (size_t i = 0; i < 16; i++)
        area[i * PAGE + i] = (char)i;
    for (size_t i = 0; i < 16; i++)
        sum += area[i * PAGE + i];
    printf("faults %d, sum %ld\n", faults, sum);
    return 0;
}
