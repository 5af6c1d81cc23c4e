/* SPDX-License-Identifier: MIT */
/* mem_mmap_file_shared.c - a shared file mapping and read and write see the same bytes. */
#include "tests/diff/diff.h"

int main(void)
{
    char back[8] = "";
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(fd >= 0 && ftruncate(fd, 2 * (off_t)PAGE) == 0);
    char *map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
    NEED(map != MAP_FAILED && second != MAP_FAILED);
    memcpy(map + PAGE, "mapped", 7);
    NEED(pread(fd, back, 7, PAGE) == 7);
    printf("read sees \"%s\", the second mapping \"%s\"\n", back, second);
    NEED(pwrite(fd, "write", 6, PAGE) == 6);
    printf("the mappings see \"%s\" and \"%s\"\n", map + PAGE, second);
    SHOW(msync(map, 2 * PAGE, MS_SYNC));
    SHOW(munmap(map, 2 * PAGE));
    close(fd);
    fd = open("file", O_RDONLY);
    NEED(pread(fd, back, 7, PAGE) == 7);
    printf("afterwards the file holds \"%s\", size %ld\n", back, (long)lseek(fd, 0, SEEK_END));
    return 0;
}
