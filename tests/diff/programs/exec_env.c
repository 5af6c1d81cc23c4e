/* SPDX-License-Identifier: MIT */
/* exec_env.c - the environment reaches a new program exactly and in order. */
#include "tests/diff/diff.h"

extern char **environ;

int main(int argc, char **argv)
{
    if (argc == 2) {
        for (char **entry = environ; *entry; entry++)
            printf("\"%s\"\n", *entry);
        printf("B = %s\n", getenv("B") ? getenv("B") : "(none)");
        if (strcmp(argv[1], "full") == 0)
            execve(argv[0], (char *[]){argv[0], "empty", NULL}, (char *[]){NULL});
        return 0;
    }
    execve(argv[0], (char *[]){argv[0], "full", NULL},
           (char *[]){"Z=1", "A=", "B=x=y", "novalue", "", "SPACE=a b", NULL});
    perror("execve");
    return 1;
}
