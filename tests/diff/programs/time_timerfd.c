/* SPDX-License-Identifier: MIT */
/* time_timerfd.c - timers as descriptors. */
#include "tests/diff/diff.h"

int main(void)
{
    uint64_t count = 0;
    struct itimerspec setting = {{0, 5000000}, {0, 10000000}}, now;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    NEED(fd >= 0);
    SHOW(read(fd, &count, 8));
    SHOW(timerfd_settime(fd, 0, &setting, NULL));
    struct pollfd one = {fd, POLLIN, 0};
    SHOW(poll(&one, 1, 2000));
    sleep_ms(20);
    SHOW(read(fd, &count, 8));
    TELL(count >= 3);
    SHOW(timerfd_gettime(fd, &now));
    TELL(now.it_interval.tv_nsec == 5000000);
    SHOW(read(fd, &count, 4));
    memset(&setting, 0, sizeof setting);
    SHOW(timerfd_settime(fd, 0, &setting, NULL));
    SHOW(read(fd, &count, 8));
    SHOW(timerfd_create(99, 0));
    SHOW(timerfd_create(CLOCK_MONOTONIC, 0x1234));
    SHOW(timerfd_settime(0, 0, &setting, NULL));
    SHOW(write(fd, &count, 8));
    return 0;
}
