/* SPDX-License-Identifier: MIT */
/* proc_vfork.c - the parent of a vfork waits and shares its memory until the child is gone. */
#include "tests/diff/diff.h"

static volatile int value;

int main(int argc, char **argv)
{
    if (argc > 1)
        return 21;
    int status;
    pid_t pid = vfork();

    NEED(pid >= 0);
    if (pid == 0) {
        value = 77;
        _exit(5);
    }
    printf("value is %d as soon as the parent runs\n", value);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    pid = vfork();
    if (pid == 0) {
        execl(argv[0], argv[0], "child", (char *)NULL);
        _exit(99);
    }
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("executing child", status);
    pid = vfork();
    if (pid == 0) {
        execl("missing", "missing", (char *)NULL);
        value = errno;
        _exit(1);
    }
    printf("the child's error is seen: %s, status %d\n", error_name(value), reap(pid));
    return 0;
}
