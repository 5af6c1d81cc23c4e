/* SPDX-License-Identifier: MIT */
/* mem_process_madvise.c - process_madvise takes hints for memory of a pidfd's process. */
#include "tests/diff/diff.h"

int main(void)
{
    char *memory = map_pages(4);
    struct iovec vector[2] = {{memory, PAGE}, {memory + 2 * PAGE, 2 * PAGE}};
    struct iovec bad = {memory + 1, PAGE};
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

    NEED(fd >= 0);
    SHOW(syscall(440, fd, vector, 2, MADV_COLD, 0));
    SHOW(syscall(440, fd, vector, 2, MADV_PAGEOUT, 0));
    SHOW(syscall(440, fd, vector, 2, MADV_COLD, 1));
    SHOW(syscall(440, fd, &bad, 1, MADV_COLD, 0));
    SHOW(syscall(440, 999, vector, 2, MADV_COLD, 0));
    SHOW(syscall(440, fd, BAD_POINTER, 2, MADV_COLD, 0));
    SHOW(syscall(440, fd, vector, 2000, MADV_COLD, 0));
    return 0;
}
