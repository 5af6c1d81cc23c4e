/* SPDX-License-Identifier: MIT */
/* numa_pages.c - move_pages and mbind with one node. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(4);
    void *pages[3] = {memory, memory + PAGE, BAD_POINTER};
    int status[3] = {77, 77, 77}, nodes[3] = {0, 0, 0}, bad[3] = {5, 5, 5};
    unsigned long one = 1, two = 2;

    memory[0] = 1;
    SHOW(syscall(SYS_move_pages, 0, 3, pages, NULL, status, 0));
    printf("%d %s %s\n", status[0], error_name(-status[1]), error_name(-status[2]));
    SHOW(syscall(SYS_move_pages, 0, 1, pages, nodes, status, 2));
    printf("%d\n", status[0]);
    SHOW(syscall(SYS_move_pages, 0, 1, pages, bad, status, 2));
    SHOW(syscall(SYS_move_pages, 0, 1, pages, nodes, status, 1));
    SHOW(syscall(SYS_move_pages, 4000000, 1, pages, nodes, status, 2));
    SHOW(syscall(SYS_mbind, memory, 2 * PAGE, 2, &one, 64, 0));
    SHOW(syscall(SYS_mbind, memory, 2 * PAGE, 2, &two, 64, 0));
    SHOW(syscall(SYS_mbind, memory + 1, PAGE, 2, &one, 64, 0));
    SHOW(syscall(SYS_mbind, memory, PAGE, 2, &one, 64, 0x100));
    NEED(munmap(memory + PAGE, PAGE) == 0);
    SHOW(syscall(SYS_mbind, memory, 3 * PAGE, 2, &one, 64, 0));
    return 0;
}
