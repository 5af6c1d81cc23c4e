/* SPDX-License-Identifier: MIT */
/* calls_new.c - calls that older or smaller Linux kernels lack: cachestat, migrate_pages, set_mempolicy_home_node, fchmodat2's flags. */
#include "tests/diff/diff.h"

int main(void)
{
    static const int flag[] = {0, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000};
    uint64_t range[2] = {0, 8192}, counts[5], nodes = 1;
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("file", O_CREAT | O_RDWR, 0644);

    SHOW(write(fd, page, 4096));
    SHOW(syscall(451, fd, range, counts, 0));
    SHOW(syscall(451, fd, range, counts, 1));
    SHOW(syscall(451, 999, range, counts, 0));
    SHOW(syscall(451, fd, BAD_POINTER, counts, 0));
    SHOW(syscall(SYS_fallocate, fd, 0x10, 0, 4096)); /* what file systems may have or not */
    SHOW_OK(syscall(SYS_open, "file", O_DIRECT | O_RDWR));
    SHOW_OK(syscall(SYS_openat, AT_FDCWD, "file", O_DIRECT | O_RDWR));
    SHOW(syscall(SYS_migrate_pages, 0, 2, &nodes, &nodes));
    SHOW(syscall(SYS_migrate_pages, 0x3fffffff, 2, &nodes, &nodes));
    SHOW(syscall(450, page, PAGE, 0, 1));
    SHOW(syscall(450, page + 1, PAGE, 0, 0));
    SHOW(syscall(SYS_setdomainname, BAD_POINTER, 5)); /* as root */
    SHOW(syscall(SYS_setdomainname, "x", 65));
    SHOW(syscall(SYS_settimeofday, BAD_POINTER, NULL));
    for (size_t i = 0; i < sizeof flag / sizeof *flag; i++)
        printf("fchmodat2 %#x: %s\n", flag[i],
               syscall(452, AT_FDCWD, "file", 0644, flag[i]) ? error_name(errno) : "ok");
    return 0;
}
