/* SPDX-License-Identifier: MIT */
/* mem_mremap_keep.c - MREMAP_DONTUNMAP moves the pages and leaves the old place empty. */
#include "tests/diff/diff.h"

int main(void)
{
    char *old = map_pages(3);
    char *new;

    strcpy(old, "one");
    strcpy(old + 2 * PAGE, "three");
    new = mremap(old, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */);
    NEED(new != MAP_FAILED);
    TELL(new != old);
    printf("%s %s, old: \"%s\"\n", new, new + 2 * PAGE, old);
    say_touch("old place", old + PAGE, 'w');
    SHOW_MAP(mremap(old, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | 4));
    SHOW_MAP(mremap(old, 3 * PAGE, 3 * PAGE, 4));
    old = mremap(new, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | 4, old);
    NEED(old != MAP_FAILED);
    printf("%s, new: \"%s\"\n", old + 2 * PAGE, new + 2 * PAGE);
    return 0;
}
