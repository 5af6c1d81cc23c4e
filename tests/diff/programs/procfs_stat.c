/* SPDX-License-Identifier: MIT */
/* procfs_stat.c - the fields of /proc/self/stat that ps reads. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[1024] = "", state;
    int pid, parent, group, session;

    prctl(PR_SET_NAME, "a (b) c");
    int fd = open("/proc/self/stat", O_RDONLY);
    NEED(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    char *name = strchr(text, '(');
    char *end = strrchr(text, ')');
    NEED(name && end);
    printf("name %.*s\n", (int)(end - name + 1), name);
    NEED(sscanf(end + 1, " %c %d %d %d", &state, &parent, &group, &session) == 4);
    pid = atoi(text);
    TELL(pid == getpid());
    TELL(parent == getppid());
    TELL(group == getpgrp());
    TELL(session == getsid(0));
    printf("state %c\n", state);
    int fields = 3;
    for (char *at = end + 2; *at; at++)
        fields += *at == ' ';
    printf("fields %d\n", fields >= 44);
    return 0;
}
