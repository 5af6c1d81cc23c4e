/* SPDX-License-Identifier: MIT */
/* proc_fork_many.c - a hundred children, all waited for. */
#include "tests/diff/diff.h"

int main(void)
{
    int sum = 0;
    int count = 0;
    int status;

    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();

        NEED(pid >= 0);
        if (pid == 0)
            _exit(i);
    }
    while (wait(&status) > 0) {
        count++;
        sum += WEXITSTATUS(status);
    }
    printf("%d children, sum of exit codes %d, then %s\n", count, sum, error_name(errno));
    return 0;
}
