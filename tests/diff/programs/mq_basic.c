/* SPDX-License-Identifier: MIT */
/* mq_basic.c - messages of a POSIX queue come by priority, then by age. */
#include "tests/diff/diff.h"
#include <mqueue.h>

static char name[64];

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 5, .mq_msgsize = 32}, now;
    char text[32];
    unsigned priority;
    mqd_t queue;

    snprintf(name, sizeof name, "/lorica-basic-%d", (int)getpid());
    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
    NEED(queue >= 0);
    SHOW(mq_send(queue, "low", 4, 1));
    SHOW(mq_send(queue, "high", 5, 9));
    SHOW(mq_send(queue, "low two", 8, 1));
    SHOW(mq_send(queue, "high two", 9, 9));
    SHOW(mq_getattr(queue, &now));
    printf("%ld of %ld, %ld bytes each, flags %s\n", now.mq_curmsgs, now.mq_maxmsg, now.mq_msgsize,
           now.mq_flags == O_NONBLOCK ? "O_NONBLOCK" : "others");
    for (int i = 0; i < 5; i++) {
        ssize_t length = mq_receive(queue, text, sizeof text, &priority);

        if (length < 0)
            printf("%s\n", error_name(errno));
        else
            printf("%zd %u %s\n", length, priority, text);
    }
    SHOW(mq_close(queue));
    SHOW(mq_unlink(name));
    SHOW(mq_unlink(name));
    return 0;
}
