/* SPDX-License-Identifier: MIT */
/* proc_orphan_group.c - a stopped group that becomes an orphan gets SIGHUP and SIGCONT. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    char text[64] = "";
    size_t length = 0;
    ssize_t got;

    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int status;
        pid_t child = fork();

        if (child == 0) {
            setpgid(0, 0);
            catch_signal(SIGHUP, 0);
            catch_signal(SIGCONT, 0);
            raise(SIGSTOP);
            sleep_ms(20);
            dprintf(tube[1], "%d signals", (int)caught_count);
            _exit(0);
        }
        setpgid(child, child);
        NEED(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
        _exit(0);
    }
    close(tube[1]);
    NEED(reap(pid) == 0);
    while ((got = read(tube[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    printf("the orphan reports: %s\n", text);
    return 0;
}
