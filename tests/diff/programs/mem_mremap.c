/* SPDX-License-Identifier: MIT */
/* mem_mremap.c - mappings grow and shrink with their contents. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(2);

    memset(area, 'r', 2 * PAGE);
    char *larger = mremap(area, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    NEED(larger != MAP_FAILED);
    printf("old contents %c %c, new %d\n", larger[0], larger[2 * PAGE - 1], larger[2 * PAGE]);
    larger[64 * PAGE - 1] = 'e';
    TELL(mremap(larger, 64 * PAGE, PAGE, 0) == larger);
    say_touch("what was cut off", larger + PAGE, 'r');
    say_touch("what stayed", larger, 'w');
    char *target = map_pages(4);
    TELL(mremap(larger, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE) == target + PAGE);
    printf("moved to a fixed place: %c, next to it %d\n", target[PAGE + 1], target[2 * PAGE]);
    say_touch("where it was", larger, 'r');
    return 0;
}
