/* SPDX-License-Identifier: MIT */
/* mem_noreplace.c - MAP_FIXED_NOREPLACE refuses a place that is taken, even in part. */
#include "tests/diff/diff.h"

int main(void)
{
    char *place = map_pages(4);

    SHOW_MAP(mmap(place + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
                  -1, 0));
    SHOW_MAP(mmap(place - PAGE + 1, 2 * PAGE, PROT_READ,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    NEED(munmap(place + PAGE, PAGE) == 0);
    TELL(mmap(place + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
              0) == place + PAGE);
    place[0] = 1;
    TELL(place[PAGE] == 0);
    return 0;
}
