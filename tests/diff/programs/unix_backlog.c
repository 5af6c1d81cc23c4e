/* SPDX-License-Identifier: MIT */
/* unix_backlog.c - connections that wait; a full list. */
#include "tests/diff/socket.h"

int main(void)
{
    int listener = unix_listener(SOCK_STREAM, "server", 1);
    int fd[4];

    for (int i = 0; i < 4; i++) {
        fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        SHOW(unix_connect(fd[i], "server"));
    }
    SHOW_OK(accept(listener, NULL, NULL));
    SHOW(unix_connect(fd[2], "server"));
    SHOW(unix_connect(fd[3], "server"));
    SHOW(listen(listener, 5));
    SHOW(unix_connect(fd[3], "server"));
    close(fd[1]);
    SHOW_OK(accept(listener, NULL, NULL)); /* of one that is closed already */
    SHOW_OK(accept(listener, NULL, NULL));
    SHOW_OK(accept(listener, NULL, NULL));
    /* a blocked connect goes on when there is room */
    SHOW(listen(listener, 0));
    int first = socket(AF_UNIX, SOCK_STREAM, 0);
    NEED(unix_connect(first, "server") == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int second = socket(AF_UNIX, SOCK_STREAM, 0);
        _exit(unix_connect(second, "server") == 0 ? 7 : 8);
    }
    SHOW_OK(accept(listener, NULL, NULL));
    int status;
    NEED(waitpid(pid, &status, 0) == pid);
    printf("child %d\n", WEXITSTATUS(status));
    return 0;
}
