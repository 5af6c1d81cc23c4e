/* SPDX-License-Identifier: MIT */
/* exec_argv_empty.c - a program started with no arguments at all gets an empty argv[0] (Linux 5.18
 * and later). */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    if (argc > 1)
        return 9;
    if (argv[0] == NULL || argv[0][0] == 0) {
        printf("argc %d, argv[0] %s\n", argc, argv[0] ? "empty" : "missing");
        return 0;
    }
    SHOW(execv(argv[0], (char *[]){NULL}));
    return 1;
}
