/* SPDX-License-Identifier: MIT */
/* mem_private_sees_file.c - an untouched page of a private mapping follows the file. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "before");
    int fd = open("file", O_RDWR);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    NEED(map != MAP_FAILED);
    printf("first %s\n", map);
    NEED(pwrite(fd, "after!", 6, 0) == 6);
    printf("then %s\n", map);
    map[0] = 'A';
    NEED(pwrite(fd, "third.", 6, 0) == 6);
    printf("after a private write %s\n", map);
    return 0;
}
