/* SPDX-License-Identifier: MIT */
/* proc_exec_wait.c - the same program started and waited for twenty times. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    int sum = 0;

    if (argc > 1)
        return atoi(argv[1]);
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();

        NEED(pid >= 0);
        if (pid == 0) {
            char code[12];

            snprintf(code, sizeof code, "%d", i);
            execl(argv[0], argv[0], code, (char *)NULL);
            _exit(99);
        }
        sum += reap(pid);
    }
    printf("sum of exit codes %d\n", sum);
    return 0;
}
