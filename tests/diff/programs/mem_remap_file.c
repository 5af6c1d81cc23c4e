/* SPDX-License-Identifier: MIT */
/* mem_remap_file.c - remap_file_pages shows another part of a shared mapping. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory;
    int fd = memfd_create("pages", 0);

    NEED(fd >= 0 && ftruncate(fd, 4 * PAGE) == 0);
    memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(memory != MAP_FAILED);
    for (int i = 0; i < 4; i++)
        memory[i * (int)PAGE] = (char)('a' + i);
    SHOW(syscall(SYS_remap_file_pages, memory, PAGE, 0, 3, 0));
    printf("%c %c\n", memory[0], memory[PAGE]);
    memory[0] = 'z';
    TELL(memory[3 * PAGE] == 'z');
    SHOW(syscall(SYS_remap_file_pages, memory, PAGE, PROT_READ, 3, 0));
    SHOW(syscall(SYS_remap_file_pages, memory, 0, 0, 3, 0));
    SHOW(syscall(SYS_remap_file_pages, map_pages(1), PAGE, 0, 3, 0));
    return 0;
}
