/* SPDX-License-Identifier: MIT */
/* mq_notify.c - a signal tells of the first message of an empty queue, once. */
#include "tests/diff/diff.h"
#include <mqueue.h>

static volatile int code, value;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    caught_count++;
    code = info->si_code;
    value = info->si_value.sival_int;
}

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 8};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    struct sigevent bad = {.sigev_notify = 77};
    char name[64], text[16];
    mqd_t queue;

    snprintf(name, sizeof name, "/lorica-notify-%d", (int)getpid());
    queue = mq_open(name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
    NEED(queue >= 0 && mq_unlink(name) == 0);
    handle_signal(SIGUSR1, handler, 0);
    SHOW(mq_notify(queue, &bad));
    SHOW(mq_notify(1, &event));
    SHOW(mq_notify(queue, &event));
    SHOW(mq_notify(queue, &event));
    SHOW(mq_send(queue, "1", 1, 0));
    printf("%d caught, %d, value %d\n", caught_count, code == SI_MESGQ, value);
    SHOW(mq_send(queue, "2", 1, 0));
    printf("%d caught\n", caught_count);
    SHOW(mq_notify(queue, &event));
    SHOW(mq_send(queue, "3", 1, 0));
    printf("%d caught\n", caught_count);
    for (int i = 0; i < 3; i++)
        NEED(mq_receive(queue, text, 16, NULL) == 1);
    SHOW(mq_send(queue, "4", 1, 0));
    printf("%d caught\n", caught_count);
    SHOW(mq_notify(queue, &event));
    SHOW(mq_notify(queue, NULL));
    NEED(mq_receive(queue, text, 16, NULL) == 1);
    SHOW(mq_send(queue, "5", 1, 0));
    printf("%d caught\n", caught_count);
    return 0;
}
