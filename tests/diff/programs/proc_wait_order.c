/* SPDX-License-Identifier: MIT */
/* proc_wait_order.c - a wait for one child leaves the others for later. */
#include "tests/diff/diff.h"

int main(void)
{
    pid_t pids[4];
    int status;

    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        NEED(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(10 + i);
    }
    for (int i = 3; i >= 0; i--) {
        NEED(waitpid(pids[i], &status, 0) == pids[i]);
        say_status("child", status);
    }
    SHOW(wait(NULL));
    return 0;
}
