/* SPDX-License-Identifier: MIT */
/* procfs_list.c - /proc lists this process and its child by number. */
#include "tests/diff/diff.h"

static bool listed(pid_t pid)
{
    DIR *list = opendir("/proc");
    struct dirent *entry;
    bool found = false;

    NEED(list);
    while ((entry = readdir(list)))
        found = found || atoi(entry->d_name) == pid;
    closedir(list);
    return found;
}

int main(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;)
            pause();
    }
    TELL(listed(getpid()));
    TELL(listed(pid));
    TELL(listed(1));
    NEED(kill(pid, SIGKILL) == 0);
    reap(pid);
    TELL(!listed(pid));
    return 0;
}
