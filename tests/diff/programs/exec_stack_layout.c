/* SPDX-License-Identifier: MIT */
/* exec_stack_layout.c - argc, argv, envp and auxv lie on an aligned stack in that order. */
#include "tests/diff/diff.h"

int main(int argc, char **argv, char **envp)
{
    char **end = envp;

    if (argc == 1) {
        execve(argv[0], (char *[]){argv[0], "a", "bb", NULL}, (char *[]){"E=1", "F=2", NULL});
        return 1;
    }
    TELL(((uintptr_t)argv - 8) % 16 == 0);
    TELL(*(long *)((char *)argv - 8) == argc);
    TELL(envp == argv + argc + 1);
    while (*end)
        end++;
    TELL(((unsigned long *)(end + 1))[0] != AT_NULL);
    TELL(argv[0] + strlen(argv[0]) + 1 == argv[1]);
    TELL(argv[1] + strlen(argv[1]) + 1 == argv[2]);
    TELL(argv[2] + strlen(argv[2]) + 1 == envp[0]);
    TELL(envp[0] + strlen(envp[0]) + 1 == envp[1]);
    TELL((char *)argv < argv[0]);
    return 0;
}
