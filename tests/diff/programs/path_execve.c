/* SPDX-License-Identifier: MIT */
/* path_execve.c - execve with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    char *arguments[] = {(char *)(uintptr_t) "x", NULL};

    EACH_PATH(execve(path, arguments, arguments + 1));
    return 0;
}
