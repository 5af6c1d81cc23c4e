/* SPDX-License-Identifier: MIT */
/* mem_mprotect.c - protections are enforced and can be changed back. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);

    memset(area, 'p', 3 * PAGE);
    SHOW(mprotect(area + PAGE, PAGE, PROT_READ));
    say_touch("reading a read-only page", area + PAGE, 'r');
    say_touch("writing a read-only page", area + PAGE + 7, 'w');
    SHOW(mprotect(area + PAGE, PAGE, PROT_NONE));
    say_touch("reading a page without rights", area + PAGE, 'r');
    say_touch("its neighbours", area + 2 * PAGE, 'w');
    SHOW(mprotect(area, 3 * PAGE, PROT_READ | PROT_WRITE));
    say_touch("writing after all", area + PAGE, 'w');
    printf("contents: %c %c %c\n", area[1], area[PAGE + 1], area[2 * PAGE + 1]);
    return 0;
}
