/* SPDX-License-Identifier: MIT */
/* mem_memfd_seals.c - seals of a memfd: what each of them forbids. */
#include "tests/diff/diff.h"
static int make(unsigned seals)
{
    int fd = memfd_create("name", MFD_ALLOW_SEALING);

    NEED(fd >= 0 && ftruncate(fd, 8192) == 0);
    NEED(fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

int main(void)
{
    int fd = make(F_SEAL_SHRINK);

    SHOW(ftruncate(fd, 4096));
    SHOW(ftruncate(fd, 12288));
    fd = make(F_SEAL_GROW);
    SHOW(ftruncate(fd, 12288));
    SHOW(ftruncate(fd, 4096));
    SHOW(pwrite(fd, "x", 1, 5000));
    SHOW(fallocate(fd, 0, 0, 8192));
    fd = make(F_SEAL_WRITE);
    SHOW(write(fd, "x", 1));
    SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    SHOW(ftruncate(fd, 100));
    SHOW_MAP(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    SHOW_MAP(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    fd = make(F_SEAL_SEAL);
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    SHOW(fcntl(fd, F_GET_SEALS));
    fd = memfd_create("closed", 0);
    SHOW(fcntl(fd, F_GET_SEALS));
    SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    SHOW(fcntl(1, F_GET_SEALS));
    SHOW(fcntl(1, F_ADD_SEALS, F_SEAL_GROW));
    SHOW(fcntl(make(0), F_ADD_SEALS, 0x4000));
    return 0;
}
