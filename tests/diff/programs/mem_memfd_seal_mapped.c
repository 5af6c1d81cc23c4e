/* SPDX-License-Identifier: MIT */
/* mem_memfd_seal_mapped.c - F_SEAL_WRITE needs that nobody can write through a mapping. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = memfd_create("name", MFD_ALLOW_SEALING);
    char *map;

    NEED(fd >= 0 && ftruncate(fd, 4096) == 0);
    map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(map != MAP_FAILED);
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    map[0] = 'x';
    SHOW(fcntl(fd, F_ADD_SEALS, 0x10 /* F_SEAL_FUTURE_WRITE */));
    map[1] = 'y';
    SHOW(write(fd, "x", 1));
    NEED(munmap(map, 4096) == 0);
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    SHOW(fcntl(fd, F_GET_SEALS));
    return 0;
}
