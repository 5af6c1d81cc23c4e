/* SPDX-License-Identifier: MIT */
/* file_cwd_removed.c - living in a directory that was removed. */
#include "tests/diff/diff.h"

int main(void)
{
    char where[PATH_MAX] = "";

    NEED(mkdir("dir", 0755) == 0 && chdir("dir") == 0 && rmdir("../dir") == 0);
    errno = 0;
    long length = syscall(SYS_getcwd, where, sizeof where);
    printf("getcwd: %s\n", length < 0 ? error_name(errno) : "a path");
    SHOW(open("file", O_WRONLY | O_CREAT, 0644));
    SHOW(mkdir("sub", 0755));
    SHOW(access(".", F_OK));
    SHOW(access("..", F_OK));
    DIR *list = opendir(".");
    TELL(list != NULL);
    int count = 0;
    while (list && readdir(list))
        count++;
    printf("%d entries\n", count);
    SHOW(chdir(".."));
    return 0;
}
