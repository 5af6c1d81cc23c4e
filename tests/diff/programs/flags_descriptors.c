/* SPDX-License-Identifier: MIT */
/* flags_descriptors.c - flags of calls that make descriptors, pairs of every family, absolute timers, waits with flags of another call. */
#include "tests/diff/diff.h"
#include <sys/socket.h>

int main(void)
{
    static const int family[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    struct itimerspec value = {.it_value = {.tv_nsec = 1}};
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    int pair[2], timer, status;

    for (int bit = 1; bit; bit = (int)((unsigned)bit << 1)) {
        int fd = (int)syscall(SYS_eventfd2, 0, bit);

        printf("eventfd2 %#x: %s %d\n", bit, fd < 0 ? error_name(errno) : "ok",
               fd < 0 ? 0 : fcntl(fd, F_GETFD));
        close(fd);
    }
    SHOW_OK(syscall(SYS_eventfd, 3));
    SHOW(syscall(SYS_dup3, 1, 50, O_CLOEXEC));
    SHOW(fcntl(50, F_GETFD));
    SHOW(syscall(SYS_dup3, 1, 50, O_NONBLOCK));
    SHOW(syscall(SYS_dup3, 1, 50, O_DIRECT));
    for (size_t i = 0; i < sizeof family / sizeof *family; i++)
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
            if (family[i] == AF_NETLINK && type != SOCK_STREAM)
                continue;
            int result = socketpair(family[i], type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);

            printf("socketpair %d type %d: %s\n", family[i], type,
                   result < 0 ? error_name(errno) : "ok");
            if (!result)
                printf("%d %d\n", fcntl(pair[0], F_GETFD), fcntl(pair[1], F_GETFL));
        }
    SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer));
    SHOW(syscall(SYS_timer_settime, timer, TIMER_ABSTIME, &value, NULL)); /* long ago */
    SHOW(syscall(SYS_timer_gettime, timer, &value));
    printf("%ld %ld\n", (long)value.it_value.tv_sec, value.it_value.tv_nsec);
    SHOW(syscall(SYS_timer_settime, timer, 2, &value, NULL));
    for (int bit = 1; bit; bit = (int)((unsigned)bit << 1))
        printf("wait4 %#x: %s\n", bit,
               syscall(SYS_wait4, -1, &status, bit, NULL) < 0 ? error_name(errno) : "ok");
    return 0;
}
