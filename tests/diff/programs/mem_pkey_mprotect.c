/* SPDX-License-Identifier: MIT */
/* mem_pkey_mprotect.c - pkey_mprotect without a key is mprotect. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(1);

    memory[0] = 'x';
    SHOW(syscall(SYS_pkey_mprotect, memory, PAGE, PROT_READ, -1));
    say_touch("read", memory, 'r');
    say_touch("write", memory, 'w');
    SHOW(syscall(SYS_pkey_mprotect, memory + 1, PAGE, PROT_READ, -1));
    SHOW(syscall(SYS_pkey_alloc, 1, 0));
    SHOW(syscall(SYS_pkey_alloc, 0, 8));
    SHOW(syscall(SYS_pkey_free, 55));
    SHOW(syscall(SYS_pkey_mprotect, memory, PAGE, PROT_READ, 55));
    return 0;
}
