/* SPDX-License-Identifier: MIT */
/* unix_fork_server.c - a server of several processes, with data both ways. */
#include "tests/diff/socket.h"

int main(void)
{
    int listener = unix_listener(SOCK_STREAM, "server", 8);
    pid_t workers[2];
    long sum = 0;

    for (int i = 0; i < 2; i++) {
        workers[i] = fork();
        if (workers[i])
            continue;
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            uint32_t number, answer = 0;
            NEED(fd >= 0);
            while (recv(fd, &number, sizeof number, MSG_WAITALL) == sizeof number) {
                answer += number;
                NEED(send(fd, &answer, sizeof answer, 0) == sizeof answer);
            }
            close(fd);
            if (answer == 0)
                _exit(0);
        }
    }
    for (int i = 0; i < 20; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        uint32_t answer = 0;
        NEED(unix_connect(fd, "server") == 0);
        for (uint32_t j = 1; j <= 10; j++) {
            NEED(write(fd, &j, 4) == 4);
            NEED(recv(fd, &answer, 4, MSG_WAITALL) == 4);
        }
        sum += answer;
        close(fd);
    }
    for (int i = 0; i < 2; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        NEED(unix_connect(fd, "server") == 0);
        close(fd);
    }
    printf("sum %ld\n", sum);
    for (int i = 0; i < 2; i++) {
        int status;
        NEED(waitpid(workers[i], &status, 0) > 0);
        printf("worker %d\n", status);
    }
    return 0;
}
