/* SPDX-License-Identifier: MIT */
/* kind_execveat_empty.c - executing the descriptor itself on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    char *arguments[] = {(char *)(uintptr_t) "x", NULL};

    EACH_KIND(syscall(SYS_execveat, fd, "", arguments, arguments + 1, AT_EMPTY_PATH));
    return 0;
}
