/* SPDX-License-Identifier: MIT */
/* msg_errors.c - sizes, types and numbers that are refused; long messages cut off or not. */
#include "tests/diff/diff.h"
#include <sys/msg.h>

struct message {
    long type;
    char text[9000];
};

int main(void)
{
    static struct message m = {.type = 1, .text = "hello"};
    key_t key = (key_t)(0x6d000000 | getpid());
    int id = msgget(key, IPC_CREAT | IPC_EXCL | 0600);

    NEED(id >= 0);
    TELL(msgget(key, 0) == id);
    SHOW(msgget(key, IPC_CREAT | IPC_EXCL));
    SHOW(msgget(key + 0x01000000, 0));
    SHOW(msgsnd(id, &m, 9000, 0));
    SHOW(msgsnd(id, &m, (size_t)-1, 0));
    m.type = 0;
    SHOW(msgsnd(id, &m, 5, 0));
    m.type = -1;
    SHOW(msgsnd(id, &m, 5, 0));
    m.type = 1;
    SHOW(msgsnd(-1, &m, 5, 0));
    SHOW(msgsnd(id, BAD_POINTER, 5, 0));
    SHOW(msgsnd(id, &m, 6, 0));
    SHOW(msgrcv(id, &m, 3, 0, 0));
    SHOW(msgrcv(id, &m, (size_t)-1, 0, 0));
    memset(m.text, 0, 10);
    SHOW(msgrcv(id, &m, 3, 0, MSG_NOERROR));
    printf("%s\n", m.text);
    SHOW(msgrcv(id, &m, 3, 0, IPC_NOWAIT));
    SHOW(msgsnd(id, &m, 0, 0));
    SHOW(msgrcv(id, &m, 0, 0, 0));
    SHOW(msgctl(id, 999, NULL));
    SHOW(msgctl(id, IPC_RMID, NULL));
    SHOW(msgctl(id, IPC_RMID, NULL));
    return 0;
}
