/* SPDX-License-Identifier: MIT */
/* file_readdir.c - two thousand entries, rewinding, and removing while listing. */
#include "tests/diff/diff.h"

static int count_entries(DIR *list)
{
    int count = 0;

    while (readdir(list))
        count++;
    return count;
}

int main(void)
{
    char name[32];
    struct dirent *entry;
    int removed = 0;

    NEED(mkdir("dir", 0755) == 0 && chdir("dir") == 0);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "entry-%d", i);
        NEED(mknod(name, S_IFREG | 0644, 0) == 0);
    }
    DIR *list = opendir(".");
    printf("%d entries\n", count_entries(list));
    printf("at the end %d\n", count_entries(list));
    rewinddir(list);
    printf("again %d\n", count_entries(list));
    rewinddir(list);
    while ((entry = readdir(list))) {
        if (entry->d_name[0] == 'e')
            removed += unlink(entry->d_name) == 0;
    }
    printf("removed %d\n", removed);
    rewinddir(list);
    printf("left %d\n", count_entries(list));
    return 0;
}
