/* SPDX-License-Identifier: MIT */
/* unix_permissions.c - who may connect to a name. */
#include "tests/diff/socket.h"

int main(void)
{
    int listener = unix_listener(SOCK_STREAM, "server", 9);
    int modes[] = {0777, 0666, 0555, 0222, 0000, 0700, 0770};

    NEED(chmod(".", 0777) == 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        NEED(chmod("server", (mode_t)modes[i]) == 0);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("%o as root: ", (unsigned)modes[i]);
        SHOW(unix_connect(fd, "server"));
        if (fork() == 0) {
            NEED(setuid(1000) == 0);
            fd = socket(AF_UNIX, SOCK_STREAM, 0);
            printf("%o as a user: ", (unsigned)modes[i]);
            SHOW(unix_connect(fd, "server"));
            _exit(0);
        }
        wait(NULL);
        NEED(accept(listener, NULL, NULL) >= 0);
    }
    NEED(chmod(".", 0755) == 0);
    if (fork() == 0) {
        NEED(setuid(1000) == 0);
        SHOW(unix_bind(socket(AF_UNIX, SOCK_STREAM, 0), "mine"));
        _exit(0);
    }
    wait(NULL);
    return 0;
}
