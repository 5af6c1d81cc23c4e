/* SPDX-License-Identifier: MIT */
/* mem_madvise_errors.c - madvise with bad addresses, lengths, advice and holes. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(4);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    SHOW(madvise(memory + 1, PAGE, MADV_NORMAL));
    SHOW(madvise(memory, PAGE, 77));
    SHOW(madvise(memory, 0, MADV_DONTNEED));
    SHOW(madvise(memory, 0, 77));
    SHOW(madvise(memory, (size_t)-1, MADV_NORMAL));
    SHOW(madvise(shared, PAGE, MADV_FREE));
    memory[0] = 'a';
    memory[3 * PAGE] = 'd';
    NEED(munmap(memory + PAGE, PAGE) == 0);
    SHOW(madvise(memory, 4 * PAGE, MADV_DONTNEED));
    printf("%d %d\n", memory[0], memory[3 * PAGE]);
    SHOW(madvise(memory, 4 * PAGE, MADV_WILLNEED));
    SHOW(madvise(memory + 2 * PAGE, PAGE, MADV_COLD));
    SHOW(madvise(memory + 2 * PAGE, PAGE, MADV_PAGEOUT));
    return 0;
}
