/* SPDX-License-Identifier: MIT */
/* mq_errors.c - names, attributes, sizes and descriptors that are refused. */
#include "tests/diff/diff.h"
#include <mqueue.h>

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 8},
                   bad = {.mq_maxmsg = 0, .mq_msgsize = 8};
    char name[64], text[16];
    mqd_t queue, reader;

    snprintf(name, sizeof name, "/lorica-errors-%d", (int)getpid());
    SHOW(mq_open(name, O_RDWR));
    SHOW(mq_open(name, O_RDWR | O_CREAT, 0600, &bad));
    SHOW(mq_open("/a/b", O_RDWR | O_CREAT, 0600, &attr));
    SHOW(mq_open("/", O_RDWR | O_CREAT, 0600, &attr));
    queue = mq_open(name, O_WRONLY | O_CREAT | O_NONBLOCK, 0600, &attr);
    NEED(queue >= 0);
    TELL(fcntl(queue, F_GETFD) == FD_CLOEXEC);
    SHOW(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
    SHOW(mq_send(queue, "123456789", 9, 0));
    SHOW(mq_send(queue, "12345678", 8, 32768));
    SHOW(mq_send(queue, "12345678", 8, 32767));
    SHOW(mq_send(queue, "", 0, 0));
    SHOW(mq_send(queue, "3", 1, 0));
    SHOW(mq_receive(queue, text, 16, NULL));
    reader = mq_open(name, O_RDONLY | O_NONBLOCK);
    NEED(reader >= 0);
    SHOW(mq_send(reader, "1", 1, 0));
    SHOW(mq_receive(reader, text, 4, NULL));
    SHOW(mq_receive(reader, BAD_POINTER, 16, NULL));
    SHOW(mq_receive(999, text, 16, NULL));
    SHOW(mq_receive(1, text, 16, NULL));
    SHOW(mq_unlink(name));
    SHOW(mq_receive(reader, text, 16, NULL));
    return 0;
}
