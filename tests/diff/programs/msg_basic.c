/* SPDX-License-Identifier: MIT */
/* msg_basic.c - messages are sent and received by type. */
#include "tests/diff/diff.h"
#include <sys/msg.h>

struct message {
    long type;
    char text[100];
};

static void send(int id, long type, const char *text)
{
    struct message m = {.type = type};

    strcpy(m.text, text);
    NEED(msgsnd(id, &m, strlen(text) + 1, 0) == 0);
}

static void receive(int id, long type, int flags)
{
    struct message m = {0};
    ssize_t length = msgrcv(id, &m, sizeof m.text, type, flags);

    printf("type %ld, flags %x: %zd %s %ld \"%s\"\n", type, (unsigned)flags, length,
           length < 0 ? error_name(errno) : "", m.type, m.text);
}

int main(void)
{
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

    NEED(id >= 0);
    send(id, 3, "three");
    send(id, 1, "one");
    send(id, 2, "two");
    send(id, 1, "one again");
    receive(id, 1, 0);
    receive(id, -2, 0);
    receive(id, -2, 0);
    receive(id, -2, IPC_NOWAIT);
    receive(id, 7, IPC_NOWAIT);
    send(id, 9, "nine");
    receive(id, 3, MSG_EXCEPT);
    receive(id, 0, 0);
    receive(id, 0, IPC_NOWAIT);
    SHOW(msgctl(id, IPC_RMID, NULL));
    receive(id, 0, IPC_NOWAIT);
    return 0;
}
