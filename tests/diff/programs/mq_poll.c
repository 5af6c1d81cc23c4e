/* SPDX-License-Identifier: MIT */
/* mq_poll.c - poll sees messages and room, read shows the state as text. */
#include "tests/diff/diff.h"
#include <mqueue.h>

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8}, flags = {.mq_flags = O_NONBLOCK}, old;
    struct pollfd poller = {.events = POLLIN | POLLOUT};
    char name[64], text[100] = "";
    mqd_t queue;

    snprintf(name, sizeof name, "/lorica-poll-%d", (int)getpid());
    queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
    NEED(queue >= 0 && mq_unlink(name) == 0);
    poller.fd = queue;
    SHOW(poll(&poller, 1, 0));
    printf("%x\n", (unsigned)poller.revents);
    SHOW(mq_send(queue, "1234", 4, 0));
    SHOW(poll(&poller, 1, 0));
    printf("%x\n", (unsigned)poller.revents);
    SHOW(read(queue, text, sizeof text - 1));
    printf("%s", text);
    SHOW(mq_setattr(queue, &flags, &old));
    printf("%ld\n", old.mq_flags);
    SHOW(mq_send(queue, "x", 1, 0));
    flags.mq_flags = 1;
    SHOW(mq_setattr(queue, &flags, NULL));
    return 0;
}
