/* SPDX-License-Identifier: MIT */
/* mem_mmap_file_perm.c - the mode a file was opened with limits how it can be mapped. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "text");
    int readable = open("file", O_RDONLY);
    int writable = open("file", O_WRONLY);
    int directory = open(".", O_RDONLY);
    int path_only = open("file", O_PATH);
    int pipes[2];

    NEED(readable >= 0 && writable >= 0 && directory >= 0 && path_only >= 0 && pipe(pipes) == 0);
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, readable, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, readable, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, readable, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writable, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, writable, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, path_only, 0));
    SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0));
    void *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, readable, 0);
    NEED(shared != MAP_FAILED);
    SHOW(mprotect(shared, PAGE, PROT_READ | PROT_WRITE));
    return 0;
}
