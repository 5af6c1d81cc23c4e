/* SPDX-License-Identifier: MIT */
/* msg_wait.c - a receiver waits for its type; removal ends the wait. */
#include "tests/diff/diff.h"
#include <sys/msg.h>

struct message {
    long type;
    char text[16];
};

int main(void)
{
    struct message m = {.type = 1};
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    int tube[2];
    char byte;
    pid_t pid;

    NEED(id >= 0 && pipe(tube) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        NEED(msgrcv(id, &m, sizeof m.text, 2, 0) == 4);
        NEED(write(tube[1], "x", 1) == 1);
        _exit(msgrcv(id, &m, sizeof m.text, 2, 0) < 0 && errno == EIDRM ? 0 : 1);
    }
    SHOW(msgsnd(id, &m, 4, 0));
    m.type = 2;
    SHOW(msgsnd(id, &m, 4, 0));
    NEED(read(tube[0], &byte, 1) == 1);
    sleep_ms(20);
    SHOW(msgctl(id, IPC_RMID, NULL));
    printf("%d\n", reap(pid));
    return 0;
}
