/* SPDX-License-Identifier: MIT */
/* mem_mmap_truncate.c - a mapping notices that its file became shorter. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(fd >= 0 && ftruncate(fd, 3 * (off_t)PAGE) == 0);
    char *map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(map != MAP_FAILED);
    memset(map, 'z', 3 * PAGE);
    NEED(ftruncate(fd, PAGE + 10) == 0);
    say_touch("page one", map, 'r');
    say_touch("page two", map + PAGE, 'r');
    say_touch("page three", map + 2 * PAGE, 'r');
    printf("byte 9 of page two %d, byte 10 %d\n", map[PAGE + 9], map[PAGE + 10]);
    NEED(ftruncate(fd, 3 * (off_t)PAGE) == 0);
    printf("after growing again page three begins with %d\n", map[2 * PAGE]);
    return 0;
}
