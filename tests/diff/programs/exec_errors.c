/* SPDX-License-Identifier: MIT */
/* exec_errors.c - what execve says about paths that cannot be run. */
#include "tests/diff/diff.h"

static char *no_arguments[] = {"x", NULL};

int main(void)
{
    char longest[300];

    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    make_text("plain", "not a program\n");
    NEED(mkdir("dir", 0755) == 0);
    NEED(symlink("loop", "loop") == 0);
    NEED(symlink("nowhere", "dangling") == 0);
    SHOW(execv("missing", no_arguments));
    SHOW(execv("", no_arguments));
    SHOW(execv("plain", no_arguments));
    SHOW(execv("dir", no_arguments));
    SHOW(execv("plain/x", no_arguments));
    SHOW(execv("missing/x", no_arguments));
    SHOW(execv("loop", no_arguments));
    SHOW(execv("dangling", no_arguments));
    SHOW(execv(longest, no_arguments));
    SHOW(execv(BAD_POINTER, no_arguments));
    SHOW(execve("/dev/null", no_arguments, NULL));
    return 0;
}
