/* SPDX-License-Identifier: MIT */
/* exec_bad_pointers.c - bad argument and environment vectors are refused. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    char *bad_element[] = {argv[0], BAD_POINTER, NULL};
    char *good[] = {argv[0], "child", NULL};

    if (argc > 1)
        return 5;
    SHOW(execve(argv[0], BAD_POINTER, NULL));
    SHOW(execve(argv[0], bad_element, NULL));
    SHOW(execve(argv[0], good, BAD_POINTER));
    SHOW(execve(argv[0], good, (char *[]){BAD_POINTER, NULL}));
    printf("still here\n");
    return 0;
}
