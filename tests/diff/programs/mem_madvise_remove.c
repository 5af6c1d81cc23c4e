/* SPDX-License-Identifier: MIT */
/* mem_madvise_remove.c - MADV_REMOVE punches shared memory; other memory refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = map_pages(2);
    int fd = memfd_create("name", 0);
    char *file, *again;
    char text[4] = "";

    NEED(fd >= 0 && ftruncate(fd, 4 * PAGE) == 0 && shared != MAP_FAILED);
    file = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    again = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    NEED(file != MAP_FAILED && again != MAP_FAILED);
    memset(shared, 's', 4 * PAGE);
    memset(file, 'f', 4 * PAGE);
    TELL(again[PAGE] == 'f');
    SHOW(madvise(shared + PAGE, PAGE, MADV_REMOVE));
    printf("%d %d %d\n", shared[0], shared[PAGE], shared[2 * PAGE]);
    SHOW(madvise(file + PAGE, 2 * PAGE, MADV_REMOVE));
    printf("%d %d %d\n", file[PAGE - 1], file[PAGE], file[3 * PAGE]);
    TELL(again[PAGE] == 0);
    SHOW(pread(fd, text, 2, PAGE + 5));
    printf("%d\n", text[0]);
    SHOW(madvise(private, PAGE, MADV_REMOVE));
    return 0;
}
