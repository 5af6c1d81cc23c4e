/* SPDX-License-Identifier: MIT */
/* flags_memory.c - protections with flags, allocation modes and holes of a file in memory, advice about files, random numbers. */
#include "tests/diff/diff.h"
#include <linux/falloc.h>

#define GROWSDOWN 0x01000000
#define GROWSUP   0x02000000

static void map(const char *name, int protection)
{
    void *page = mmap(NULL, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    printf("mmap %s: %s\n", name, page == MAP_FAILED ? error_name(errno) : "ok");
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("mprotect %s: %s\n", name, mprotect(page, PAGE, protection) ? error_name(errno) : "ok");
    printf("pkey_mprotect %s: %s\n", name,
           syscall(SYS_pkey_mprotect, page, PAGE, protection, -1) ? error_name(errno) : "ok");
}

int main(void)
{
    static const int mode[] = {0, 1, 2, 3, 4, 8, 9, 0x20, 0x21, 0x40, 0x80, 0x100};
    char room[64];
    int fd;

    map("none", PROT_NONE);
    map("read", PROT_READ);
    map("write", PROT_WRITE);
    map("execute", PROT_EXEC);
    map("growsdown", PROT_READ | GROWSDOWN);
    map("growsup", PROT_READ | GROWSUP);
    map("both", PROT_READ | GROWSDOWN | GROWSUP);
    fd = (int)syscall(SYS_memfd_create, "memory", 0);
    for (size_t i = 0; i < sizeof mode / sizeof *mode; i++) {
        SHOW(ftruncate(fd, 0));
        SHOW(pwrite(fd, "x", 1, 5 * 4096 - 1) == 1);
        errno = 0;
        long result = syscall(SYS_fallocate, fd, mode[i], 4096, 8192);

        printf("fallocate %#x: %s, size %ld\n", mode[i], result < 0 ? error_name(errno) : "ok",
               (long)lseek(fd, 0, SEEK_END));
    }
    SHOW(ftruncate(fd, 0));
    SHOW(pwrite(fd, "x", 1, 3 * 4096));
    SHOW(ftruncate(fd, 8 * 4096));
    SHOW(lseek(fd, 0, SEEK_DATA));
    SHOW(lseek(fd, 3 * 4096, SEEK_HOLE));
    SHOW(lseek(fd, 5 * 4096, SEEK_DATA));
    SHOW(lseek(fd, 9 * 4096, SEEK_HOLE));
    SHOW(lseek(fd, 0, 5));
    for (int advice = -1; advice <= 6; advice++)
        printf("fadvise64 %d: %s\n", advice,
               syscall(SYS_fadvise64, fd, 0, 4096, advice) ? error_name(errno) : "ok");
    for (int flags = 0; flags <= 8; flags++)
        printf("getrandom %d: %s\n", flags,
               syscall(SYS_getrandom, room, sizeof room, flags) < 0 ? error_name(errno) : "ok");
    return 0;
}
