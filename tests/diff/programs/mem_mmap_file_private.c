/* SPDX-License-Identifier: MIT */
/* mem_mmap_file_private.c - a private file mapping shows the file, and writes stay private. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[6000];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    make_file("file", text, sizeof text, 0644);
    int fd = open("file", O_RDONLY);
    char *map = mmap(NULL, sizeof text, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    NEED(map != MAP_FAILED);
    TELL(memcmp(map, text, sizeof text) == 0);
    TELL(map[6000] == 0 && map[8191] == 0);
    map[0] = '!';
    map[5999] = '?';
    char back[2];
    NEED(pread(fd, back, 1, 0) == 1 && pread(fd, back + 1, 1, 5999) == 1);
    printf("the file still begins with %c and ends with %c\n", back[0], back[1]);
    printf("the mapping begins with %c and ends with %c\n", map[0], map[5999]);
    close(fd);
    NEED(unlink("file") == 0);
    TELL(memcmp(map + 1, text + 1, 5998) == 0);
    SHOW(munmap(map, sizeof text));
    return 0;
}
