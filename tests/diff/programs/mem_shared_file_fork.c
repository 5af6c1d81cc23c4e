/* SPDX-License-Identifier: MIT */
/* mem_shared_file_fork.c - a shared file mapping is one memory for parent and child. */
#include "tests/diff/diff.h"

static char *map;

static int child(void *unused)
{
    (void)unused;
    map[0] = 'C';
    map[PAGE] = 'C';
    return 0;
}

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    char bytes[2];

    NEED(ftruncate(fd, 2 * (off_t)PAGE) == 0);
    map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(map != MAP_FAILED);
    map[0] = 'P';
    run_child("child", child, NULL);
    NEED(pread(fd, bytes, 1, 0) == 1 && pread(fd, bytes + 1, 1, PAGE) == 1);
    printf("mapping %c %c, file %c %c\n", map[0], map[PAGE], bytes[0], bytes[1]);
    return 0;
}
