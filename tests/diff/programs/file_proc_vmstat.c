/* SPDX-License-Identifier: MIT */
/* file_proc_vmstat.c - /proc/vmstat: names that programs look for, and a count of faults that grows by one's own and a child's. */
#include "tests/diff/diff.h"

static long value_of(const char *name)
{
    FILE *file = fopen("/proc/vmstat", "r");
    char line[256], word[128];
    long value, found = -1;

    NEED(file != NULL);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%127s %ld", word, &value) == 2 && !strcmp(word, name))
            found = value;
    fclose(file);
    return found;
}

static void touch(long pages)
{
    volatile char *area = mmap(NULL, (size_t)pages * 65536, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(area != MAP_FAILED);
    madvise((void *)area, (size_t)pages * 65536, MADV_NOHUGEPAGE);
    for (long i = 0; i < pages; i++)
        area[i * 65536] = 1;
}

static int child(void *unused)
{
    (void)unused;
    touch(100);
    return 0;
}

int main(void)
{
    static const char *const names[] = {"nr_free_pages", "nr_page_table_pages", "pgpgin", "pgpgout", "pswpin", "pswpout", "pgfault", "pgmajfault"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s %d\n", names[i], value_of(names[i]) >= 0);
    long before = value_of("pgfault");

    touch(100);
    long own = value_of("pgfault");

    run_child("child", child, NULL);
    long both = value_of("pgfault");

    printf("own %d, child's %d\n", own - before >= 100, both - own >= 100);
    return 0;
}
