/* SPDX-License-Identifier: MIT */
/* exec_keeps.c - what a process keeps when it executes a new program. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        char where[PATH_MAX];

        TELL(getpid() == atoi(argv[1]));
        TELL(getppid() == atoi(argv[2]));
        TELL(getpgrp() == atoi(argv[3]));
        printf("umask %03o\n", umask(0));
        printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
        NEED(getcwd(where, sizeof where));
        printf("cwd ends with /inside: %d\n", strcmp(strrchr(where, '/'), "/inside") == 0);
        TELL(alarm(0) > 0);
        struct rlimit limit;
        NEED(getrlimit(RLIMIT_NOFILE, &limit) == 0);
        printf("RLIMIT_NOFILE %lu\n", (unsigned long)limit.rlim_cur);
        return 0;
    }
    char pid[16], parent[16], group[16];

    snprintf(pid, sizeof pid, "%d", getpid());
    snprintf(parent, sizeof parent, "%d", getppid());
    snprintf(group, sizeof group, "%d", getpgrp());
    umask(0137);
    NEED(setpriority(PRIO_PROCESS, 0, 3) == 0);
    NEED(mkdir("inside", 0755) == 0 && chdir("inside") == 0);
    alarm(100);
    NEED(setrlimit(RLIMIT_NOFILE, &(struct rlimit){77, 77}) == 0);
    execl(argv[0], argv[0], pid, parent, group, (char *)NULL);
    perror("execl");
    return 1;
}
