/* SPDX-License-Identifier: MIT */
/* mem_low.c - MAP_32BIT places memory below two gibibytes. */
#include "tests/diff/diff.h"

int main(void)
{
    char *a = mmap(NULL, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
                   -1, 0);
    char *b =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    NEED(a != MAP_FAILED && b != MAP_FAILED);
    TELL((uintptr_t)a < 0x80000000 && (uintptr_t)b < 0x80000000);
    a[0] = b[0] = 'x';
    TELL(b < a || b >= a + 10 * PAGE);
    SHOW_MAP(mmap(NULL, 3ul << 30, PROT_READ,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE, -1, 0));
    return 0;
}
