/* SPDX-License-Identifier: MIT */
/* mq_wait.c - receivers and senders wait for each other, across fork. */
#include "tests/diff/diff.h"
#include <mqueue.h>

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 8};
    char name[64], text[16];
    unsigned sum = 0;
    mqd_t queue;
    pid_t pid;

    snprintf(name, sizeof name, "/lorica-wait-%d", (int)getpid());
    queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
    NEED(queue >= 0 && mq_unlink(name) == 0);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        for (unsigned i = 1; i <= 20; i++)
            NEED(mq_send(queue, (char *)&i, sizeof i, 0) == 0);
        _exit(0);
    }
    for (int i = 0; i < 20; i++) {
        unsigned value;

        NEED(mq_receive(queue, text, sizeof text, NULL) == 4);
        memcpy(&value, text, 4);
        sum += value;
    }
    printf("%u\n", sum);
    printf("%d\n", reap(pid));
    return 0;
}
