/* SPDX-License-Identifier: MIT */
/* mem_mmap_offset.c - part of a file can be mapped, at a page boundary. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    for (int page = 0; page < 4; page++)
        NEED(pwrite(fd, &(char){(char)('0' + page)}, 1, page * (off_t)PAGE) == 1);
    char *map = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
    NEED(map != MAP_FAILED);
    printf("pages begin with %c and %c\n", map[0], map[PAGE]);
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100 * PAGE));
    SHOW_MAP(mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0x7ffffffffffff000));
    return 0;
}
