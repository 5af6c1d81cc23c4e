/* SPDX-License-Identifier: MIT */
/* mq_timed.c - absolute timeouts of sending and receiving. */
#include "tests/diff/diff.h"
#include <mqueue.h>

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8};
    struct timespec past = {1, 0}, bad = {1, 1000000000};
    char name[64], text[16];
    mqd_t queue;

    snprintf(name, sizeof name, "/lorica-timed-%d", (int)getpid());
    queue = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
    NEED(queue >= 0 && mq_unlink(name) == 0);
    SHOW(mq_timedreceive(queue, text, 16, NULL, &past));
    SHOW(mq_timedreceive(queue, text, 16, NULL, &bad));
    SHOW(mq_timedsend(queue, "x", 1, 0, &past));
    SHOW(mq_timedsend(queue, "x", 1, 0, &past));
    SHOW(mq_timedsend(queue, "x", 1, 0, &bad));
    SHOW(mq_timedreceive(queue, text, 16, NULL, &past));
    return 0;
}
