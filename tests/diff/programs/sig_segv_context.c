/* SPDX-License-Identifier: MIT */
/* sig_segv_context.c - the context of a page fault holds address, error code and trap number. */
#include "tests/diff/diff.h"

static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;
    long error = at->uc_mcontext.gregs[REG_ERR];

    (void)number;
    printf("trap %d, error %ld\n", (int)at->uc_mcontext.gregs[REG_TRAPNO], error);
    if (at->uc_mcontext.gregs[REG_TRAPNO] == 14)
        TELL((uintptr_t)at->uc_mcontext.gregs[REG_CR2] == (uintptr_t)info->si_addr);
    siglongjmp(back, 1);
}

int main(void)
{
    volatile char *page = map_pages(1);

    handle_signal(SIGSEGV, handler, 0);
    if (sigsetjmp(back, 1) == 0)
        *(volatile char *)BAD_POINTER = 1;
    if (sigsetjmp(back, 1) == 0)
        (void)*(volatile char *)BAD_POINTER;
    NEED(mprotect((void *)page, PAGE, PROT_READ) == 0);
    (void)page[0];
    if (sigsetjmp(back, 1) == 0)
        page[0] = 1;
    if (sigsetjmp(back, 1) == 0)
        (void)*(volatile char *)0x8000000000000000;
    return 0;
}
