/* SPDX-License-Identifier: MIT */
/* procfs_exec_self.c - /proc/self/exe can be executed. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        printf("argv[0] is %s\n", argv[0]);
        return 0;
    }
    execl("/proc/self/exe", "renamed", "again", (char *)NULL);
    perror("execl");
    return 1;
}
