/* SPDX-License-Identifier: MIT */
/* mem_madvise_populate.c - MADV_POPULATE_READ and WRITE have pages there, or say why not. */
#include "tests/diff/diff.h"

int main(void)
{
    unsigned char there[4];
    char *memory = map_pages(4);
    char *readable = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *past;
    int fd;

    SHOW(madvise(memory, 2 * PAGE, 23 /* MADV_POPULATE_WRITE */));
    NEED(mincore(memory, 4 * PAGE, there) == 0);
    printf("%d %d\n", there[0] & 1, there[1] & 1);
    SHOW(madvise(memory + 2 * PAGE, 2 * PAGE, 22 /* MADV_POPULATE_READ */));
    TELL(memory[3 * PAGE] == 0);
    SHOW(madvise(readable, PAGE, 22));
    SHOW(madvise(readable, PAGE, 23));
    SHOW(madvise(none, PAGE, 22));
    make_text("file", "short");
    fd = open("file", O_RDWR);
    past = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(past != MAP_FAILED);
    SHOW(madvise(past, PAGE, 23));
    SHOW(madvise(past, 2 * PAGE, 22));
    NEED(munmap(memory + PAGE, PAGE) == 0);
    SHOW(madvise(memory, 3 * PAGE, 23));
    return 0;
}
