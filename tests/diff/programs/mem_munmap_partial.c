/* SPDX-License-Identifier: MIT */
/* mem_munmap_partial.c - unmapping the middle leaves both ends usable. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(5);

    memset(area, 'm', 5 * PAGE);
    SHOW(munmap(area + 2 * PAGE, PAGE));
    say_touch("before the hole", area + 2 * PAGE - 1, 'r');
    say_touch("the hole", area + 2 * PAGE, 'r');
    say_touch("the end of the hole", area + 3 * PAGE - 1, 'w');
    say_touch("after the hole", area + 3 * PAGE, 'w');
    SHOW(munmap(area, 5 * PAGE));
    say_touch("the first page", area, 'r');
    say_touch("the last page", area + 4 * PAGE, 'r');
    return 0;
}
