/* SPDX-License-Identifier: MIT */
/* mem_mremap_copy.c - mremap of zero bytes gives a second view of shared memory. */
#include "tests/diff/diff.h"

int main(void)
{
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = map_pages(2);
    char *b;

    NEED(a != MAP_FAILED);
    strcpy(a + PAGE, "both");
    b = mremap(a, 0, 2 * PAGE, MREMAP_MAYMOVE);
    NEED(b != MAP_FAILED);
    printf("%s\n", b + PAGE);
    b[0] = 'z';
    TELL(a[0] == 'z');
    SHOW_MAP(mremap(a, 0, 2 * PAGE, 0));
    SHOW_MAP(mremap(private, 0, 2 * PAGE, MREMAP_MAYMOVE));
    return 0;
}
