/* SPDX-License-Identifier: MIT */
/* file_telldir.c - a remembered position in a directory can be returned to. */
#include "tests/diff/diff.h"

int main(void)
{
    char name[32], remembered[64] = "";
    struct dirent *entry;
    long position = 0;

    NEED(mkdir("dir", 0755) == 0 && chdir("dir") == 0);
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "%d", i);
        NEED(mkdir(name, 0755) == 0);
    }
    DIR *list = opendir(".");
    for (int i = 0; i < 20; i++)
        NEED(readdir(list));
    position = telldir(list);
    entry = readdir(list);
    NEED(entry);
    strcpy(remembered, entry->d_name);
    while (readdir(list))
        continue;
    seekdir(list, position);
    entry = readdir(list);
    TELL(entry && strcmp(entry->d_name, remembered) == 0);
    return 0;
}
