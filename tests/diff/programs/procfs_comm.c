/* SPDX-License-Identifier: MIT */
/* procfs_comm.c - the name of a process: from the file, set by prctl, by writing. */
#include "tests/diff/diff.h"

static void say_comm(const char *when)
{
    char name[32] = "";
    int fd = open("/proc/self/comm", O_RDONLY);

    NEED(read(fd, name, sizeof name - 1) > 0);
    printf("%s: %s", when, name);
    close(fd);
}

int main(void)
{
    char name[16];

    say_comm("at first");
    SHOW(prctl(PR_SET_NAME, "a name that is too long"));
    say_comm("after prctl");
    SHOW(prctl(PR_GET_NAME, name));
    printf("%s\n", name);
    SHOW(write(open("/proc/self/comm", O_WRONLY), "written", 7));
    say_comm("after writing");
    if (fork() == 0) {
        say_comm("in a child");
        _exit(0);
    }
    wait(NULL);
    SHOW(prctl(PR_SET_NAME, BAD_POINTER));
    return 0;
}
