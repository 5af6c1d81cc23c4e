/* SPDX-License-Identifier: MIT */
/* procfs_maps.c - /proc/self/maps lists code, heap-like memory, stack, and our own mappings. */
#include "tests/diff/diff.h"

int main(void)
{
    char line[512], rights[8], *area = map_pages(3);
    unsigned long from, to, before = 0;
    bool code = false, stack = false, sorted = true;

    NEED(mprotect(area + PAGE, PAGE, PROT_READ | PROT_EXEC) == 0);
    make_text("mapped-file", "x");
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open("mapped-file", O_RDONLY), 0);
    NEED(file != MAP_FAILED);
    FILE *maps = fopen("/proc/self/maps", "r");
    NEED(maps);
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3) {
            printf("not understood: %s", line);
            continue;
        }
        sorted = sorted && from >= before && to > from;
        before = to;
        if (from <= (uintptr_t)main && (uintptr_t)main < to)
            code = strcmp(rights, "r-xp") == 0;
        if (from <= (uintptr_t)&stack && (uintptr_t)&stack < to)
            stack = strcmp(rights, "rw-p") == 0 && strstr(line, "[stack]");
        if (from == (uintptr_t)area + PAGE)
            printf("ours: %s, %lu pages\n", rights, (to - from) / PAGE);
        if (from == (uintptr_t)file)
            printf("the file: %s, named %d\n", rights, strstr(line, "/mapped-file\n") != NULL);
    }
    TELL(code);
    TELL(stack);
    TELL(sorted);
    return 0;
}
