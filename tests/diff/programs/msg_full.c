/* SPDX-License-Identifier: MIT */
/* msg_full.c - a full queue refuses or makes the sender wait. */
#include "tests/diff/diff.h"
#include <sys/msg.h>

struct message {
    long type;
    char text[4096];
};

int main(void)
{
    static struct message m = {.type = 1};
    struct msqid_ds info;
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    int sent = 0;
    pid_t pid;

    NEED(id >= 0);
    NEED(msgctl(id, IPC_STAT, &info) == 0);
    info.msg_qbytes = 16384;
    SHOW(msgctl(id, IPC_SET, &info));
    while (msgsnd(id, &m, sizeof m.text, IPC_NOWAIT) == 0)
        sent++;
    printf("%d sent, then %s\n", sent, error_name(errno));
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        m.type = 5;
        _exit(msgsnd(id, &m, sizeof m.text, 0) ? 1 : 0);
    }
    SHOW(msgrcv(id, &m, sizeof m.text, 1, 0));
    printf("%d\n", reap(pid));
    SHOW(msgrcv(id, &m, sizeof m.text, 5, IPC_NOWAIT));
    SHOW(msgctl(id, IPC_STAT, &info));
    printf("%lu messages of %lu bytes\n", (unsigned long)info.msg_qnum,
           (unsigned long)info.__msg_cbytes);
    TELL(info.msg_lspid == pid && info.msg_lrpid == getpid());
    SHOW(msgctl(id, IPC_RMID, NULL));
    return 0;
}
