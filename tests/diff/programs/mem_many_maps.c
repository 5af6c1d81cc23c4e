/* SPDX-License-Identifier: MIT */
/* mem_many_maps.c - five hundred mappings with alternating rights. */
#include "tests/diff/diff.h"

enum {
    COUNT = 500
};

int main(void)
{
    char *area = map_pages(2 * COUNT);
    int denied = 0;
    int unequal = 0;

    for (int i = 0; i < COUNT; i++) {
        memset(area + (size_t)i * 2 * PAGE, i & 0x7f, 2 * PAGE);
        denied += mprotect(area + (size_t)i * 2 * PAGE, PAGE, PROT_READ) != 0;
    }
    for (int i = 0; i < COUNT; i++)
        unequal += area[(size_t)i * 2 * PAGE] != (i & 0x7f);
    printf("refused %d, unequal %d\n", denied, unequal);
    say_touch("a read-only one", area + 100 * 2 * PAGE, 'w');
    say_touch("its neighbour", area + 100 * 2 * PAGE + PAGE, 'w');
    for (int i = 0; i < COUNT; i += 2)
        denied += munmap(area + (size_t)i * 2 * PAGE, 2 * PAGE) != 0;
    say_touch("an unmapped one", area + 100 * 2 * PAGE, 'r');
    say_touch("one that stayed", area + 101 * 2 * PAGE, 'r');
    SHOW(munmap(area, 2 * COUNT * PAGE));
    return denied;
}
