/* SPDX-License-Identifier: MIT */
/* mem_lock_limits.c - locks in memory against RLIMIT_MEMLOCK, without privilege. */
#include "tests/diff/diff.h"

static int body(void *unused)
{
    char *memory = map_pages(8);
    struct rlimit limit = {4 * PAGE, 4 * PAGE};

    (void)unused;
    if (geteuid() == 0)
        NEED(setgid(65534) == 0 && setuid(65534) == 0);
    NEED(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    SHOW(mlock(memory, 3 * PAGE));
    SHOW(mlock(memory, 3 * PAGE));
    SHOW(mlock(memory + 3 * PAGE, 2 * PAGE));
    SHOW(mlock(memory + 3 * PAGE, PAGE));
    SHOW(mlock(memory + 4 * PAGE, 1));
    SHOW(madvise(memory, PAGE, MADV_DONTNEED));
    SHOW(msync(memory, PAGE, MS_SYNC | MS_INVALIDATE));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
    SHOW(munlock(memory, 2 * PAGE));
    SHOW(madvise(memory, PAGE, MADV_DONTNEED));
    SHOW(mlock(memory + 4 * PAGE, 1));
    SHOW(mlockall(MCL_CURRENT));
    SHOW(munlockall());
    SHOW(madvise(memory + 3 * PAGE, PAGE, MADV_DONTNEED));
    limit.rlim_cur = limit.rlim_max = 0;
    NEED(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    SHOW(mlock(memory, PAGE));
    SHOW(mlockall(MCL_FUTURE));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
    SHOW(munlock(memory, PAGE));
    return 0;
}

int main(void)
{
    run_child("child", body, NULL);
    return 0;
}
