/* SPDX-License-Identifier: MIT */
/* sys_personality.c - the execution domain: asked, set without randomisation of addresses, inherited, kept by exec. */
#include "tests/diff/diff.h"
#include <sys/personality.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
    if (argc > 1) {
        SHOW(syscall(SYS_personality, 0xffffffff));
        return 0;
    }
    SHOW(syscall(SYS_personality, 0xffffffff));
    SHOW(syscall(SYS_personality, 0));
    SHOW(syscall(SYS_personality, ADDR_NO_RANDOMIZE));
    SHOW(syscall(SYS_personality, 0xffffffff));

    pid_t child = fork();

    if (!child) {
        SHOW(syscall(SYS_personality, 0xffffffff));
        fflush(stdout);
        execl("/proc/self/exe", argv[0], "again", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    SHOW(syscall(SYS_personality, 0));
    SHOW(syscall(SYS_personality, 0xffffffff));
    return 0;
}
