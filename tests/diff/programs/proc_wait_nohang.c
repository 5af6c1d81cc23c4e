/* SPDX-License-Identifier: MIT */
/* proc_wait_nohang.c - WNOHANG gives 0 while the child runs. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    int status = 1234;
    pid_t pid;

    NEED(pipe(tube) == 0);
    pid = fork();
    if (pid == 0) {
        char byte;

        close(tube[1]);
        _exit(read(tube[0], &byte, 1) == 1 ? byte : 99);
    }
    SHOW(waitpid(pid, &status, WNOHANG));
    printf("status untouched: %d\n", status);
    NEED(write(tube[1], "A", 1) == 1);
    pid_t got;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0)
        sleep_ms(1);
    TELL(got == pid);
    say_status("child", status);
    SHOW(waitpid(pid, &status, WNOHANG));
    return 0;
}
