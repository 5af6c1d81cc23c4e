/* SPDX-License-Identifier: MIT */
/* pipe_reopen.c - opening a pipe again by its name in /proc never waits for the other end. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[16] = "";
    char path[32];
    int tube[2];

    NEED(pipe(tube) == 0);
    snprintf(path, sizeof path, "/dev/fd/%d", tube[0]);
    pid_t pid = fork();
    if (pid == 0)
        _exit(write(tube[1], "gone", 4) != 4);
    close(tube[1]);
    printf("writer %d\n", reap(pid));
    alarm(5);
    int again = open(path, O_RDONLY);
    TELL(again >= 0);
    SHOW(read(again, text, sizeof text));
    SHOW(read(again, text, sizeof text));
    SHOW(read(tube[0], text, sizeof text));
    printf("%s\n", text);
    NEED(close(again) == 0 && close(tube[0]) == 0);
    NEED(pipe(tube) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", tube[1]);
    close(tube[0]);
    again = open(path, O_WRONLY);
    TELL(again >= 0);
    signal(SIGPIPE, SIG_IGN);
    SHOW(write(again, "x", 1));
    again = open(path, O_RDWR);
    TELL(again >= 0);
    SHOW(write(again, "x", 1));
    SHOW(read(again, text, sizeof text));
    return 0;
}
