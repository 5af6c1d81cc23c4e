/* SPDX-License-Identifier: MIT */
/* exec_chain.c - fifty execs in a row by one process. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    int left = argc > 1 ? atoi(argv[1]) : 50;
    char text[16];

    if (left == 0) {
        printf("arrived, own process: %d\n", argc > 2 && getpid() == atoi(argv[2]));
        return 0;
    }
    char pid[16];

    snprintf(pid, sizeof pid, "%d", getpid());
    snprintf(text, sizeof text, "%d", left - 1);
    execl(argv[0], argv[0], text, argc > 2 ? argv[2] : pid, (char *)NULL);
    return 1;
}
