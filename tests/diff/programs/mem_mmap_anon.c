/* SPDX-License-Identifier: MIT */
/* mem_mmap_anon.c - anonymous memory is zeroed, writable and refused in nonsense forms. */
#include "tests/diff/diff.h"

int main(void)
{
    char *pages = mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(pages != MAP_FAILED);
    TELL(((uintptr_t)pages & (PAGE - 1)) == 0);
    TELL(pages[0] == 0 && pages[4999] == 0 && pages[8191] == 0);
    pages[8191] = 'x';
    SHOW(munmap(pages, 5000));
    SHOW_MAP(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
    SHOW_MAP(mmap(NULL, (size_t)1 << 47, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(mmap(NULL, SIZE_MAX - PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SHOW_MAP(
        (void *)syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 123));
    return 0;
}
