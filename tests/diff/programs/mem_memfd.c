/* SPDX-License-Identifier: MIT */
/* mem_memfd.c - a memory file can be sized, mapped twice and passed to a child. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = memfd_create("name", MFD_CLOEXEC);
    struct stat file;

    NEED(fd >= 0);
    SHOW(ftruncate(fd, 2 * PAGE));
    char *one = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *two = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    NEED(one != MAP_FAILED && two != MAP_FAILED);
    strcpy(one + PAGE, "seen twice");
    printf("%s\n", two + PAGE);
    NEED(fstat(fd, &file) == 0);
    printf("%s, links %lu, size %ld\n", kind_of(file.st_mode), (unsigned long)file.st_nlink,
           (long)file.st_size);
    printf("F_GETFD %d\n", fcntl(fd, F_GETFD));
    SHOW(memfd_create("name", 0x8000));
    SHOW(memfd_create(BAD_POINTER, 0));
    return 0;
}
