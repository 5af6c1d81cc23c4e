/* SPDX-License-Identifier: MIT */
/* tcp_server_forks.c - a prefork server, many short connections. */
#include "tests/diff/socket.h"

int main(void)
{
    int port, listener = tcp_listener(AF_INET, 16, &port);
    pid_t workers[3];
    long sum = 0;

    for (int i = 0; i < 3; i++) {
        workers[i] = fork();
        if (workers[i])
            continue;
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            uint32_t number;
            NEED(fd >= 0);
            while (recv(fd, &number, sizeof number, MSG_WAITALL) == sizeof number) {
                if (number == 0)
                    _exit(3);
                number *= 2;
                NEED(send(fd, &number, sizeof number, 0) == sizeof number);
            }
            close(fd);
        }
    }
    for (uint32_t i = 1; i <= 60; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        uint32_t answer = i;
        NEED(inet_connect(fd, AF_INET, port) == 0);
        NEED(send(fd, &answer, 4, 0) == 4);
        NEED(recv(fd, &answer, 4, MSG_WAITALL) == 4);
        sum += answer;
        close(fd);
    }
    for (int i = 0; i < 3; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        uint32_t stop = 0;
        NEED(inet_connect(fd, AF_INET, port) == 0);
        NEED(send(fd, &stop, 4, 0) == 4);
        NEED(recv(fd, &stop, 4, 0) <= 0);
        close(fd);
    }
    for (int i = 0; i < 3; i++) {
        int status;
        NEED(waitpid(workers[i], &status, 0) == workers[i]);
        printf("worker %d\n", WEXITSTATUS(status));
    }
    printf("sum %ld\n", sum);
    return 0;
}
