/* SPDX-License-Identifier: MIT */
/* mem_madvise.c - MADV_DONTNEED forgets private memory; nonsense is refused. */
#include "tests/diff/diff.h"

int main(void)
{
    char *area = map_pages(3);
    size_t page = PAGE;

    memset(area, 'd', 3 * PAGE);
    SHOW(madvise(area + PAGE, page, MADV_DONTNEED));
    printf("pages begin with %d %d %d\n", area[0], area[PAGE], area[2 * PAGE]);
    SHOW(madvise(area, 3 * page, MADV_WILLNEED));
    SHOW(madvise(area, 3 * page, MADV_NORMAL));
    SHOW(madvise(area, page, 12345));
    SHOW(madvise(area + 1, page, MADV_NORMAL));
    SHOW(madvise(area, 0, MADV_DONTNEED));
    make_text("file", "from the file");
    int fd = open("file", O_RDWR);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    NEED(map != MAP_FAILED);
    map[0] = 'F';
    SHOW(madvise(map, page, MADV_DONTNEED));
    printf("the file's bytes are back: %s\n", map);
    NEED(munmap(area + PAGE, PAGE) == 0);
    SHOW(madvise(area, 3 * page, MADV_DONTNEED));
    return 0;
}
