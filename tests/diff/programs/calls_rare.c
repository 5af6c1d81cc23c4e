/* SPDX-License-Identifier: MIT */
/* calls_rare.c - calls that programs hardly make today, each once well and once wrong. */
#include "tests/diff/diff.h"
#include <sys/socket.h>
#include <sys/xattr.h>

static void attributes(void)
{
    int fd = open("file", O_CREAT | O_RDWR, 0644);
    char room[64];

    symlink("file", "link");
    SHOW(fsetxattr(fd, "user.a", "value", 5, 0));
    SHOW(fsetxattr(fd, "user.a", "value", 5, XATTR_CREATE));
    SHOW(flistxattr(fd, NULL, 0));
    SHOW(fremovexattr(fd, "user.a"));
    SHOW(fremovexattr(fd, "user.a"));
    SHOW(lgetxattr("file", "user.a", room, sizeof room));
    SHOW(lsetxattr("file", "user.b", "x", 1, 0));
    SHOW(llistxattr("file", room, sizeof room));
    SHOW(lremovexattr("file", "user.b"));
    SHOW(lremovexattr("none", "user.b"));
    close(fd);
}

static void set_times(void)
{
    struct timeval value[2] = {{.tv_sec = 1000}, {.tv_sec = 2000, .tv_usec = 5}};
    struct stat status;

    SHOW(syscall(SYS_utimes, "file", value));
    stat("file", &status);
    printf("%ld %ld\n", (long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    SHOW(syscall(SYS_futimesat, AT_FDCWD, "file", value));
    value[0].tv_usec = 1000000;
    SHOW(syscall(SYS_utimes, "file", value));
    SHOW(syscall(SYS_futimesat, AT_FDCWD, "none", NULL));
    SHOW(syscall(SYS_alarm, 100));
    SHOW(syscall(SYS_alarm, 0) > 90);
    SHOW(syscall(SYS_alarm, 0));
}

static void messages(void)
{
    struct iovec vector[2] = {{"one", 3}, {"second", 6}};
    struct mmsghdr out[2] = {{.msg_hdr = {.msg_iov = &vector[0], .msg_iovlen = 1}},
                             {.msg_hdr = {.msg_iov = &vector[1], .msg_iovlen = 1}}};
    char room[2][16];
    struct iovec space[2] = {{room[0], 16}, {room[1], 16}};
    struct mmsghdr in[2] = {{.msg_hdr = {.msg_iov = &space[0], .msg_iovlen = 1}},
                            {.msg_hdr = {.msg_iov = &space[1], .msg_iovlen = 1}}};
    int pair[2];

    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    SHOW(syscall(SYS_sendmmsg, pair[0], out, 2, 0));
    printf("%u %u\n", out[0].msg_len, out[1].msg_len);
    SHOW(syscall(SYS_recvmmsg, pair[1], in, 2, 0, NULL));
    printf("%u %u %.3s %.6s\n", in[0].msg_len, in[1].msg_len, room[0], room[1]);
    SHOW(syscall(SYS_recvmmsg, pair[1], in, 2, MSG_DONTWAIT, NULL));
    SHOW(syscall(SYS_sendmmsg, 999, out, 2, 0));
}

int main(void)
{
    char room[256];
    int fd;

    attributes();
    set_times();
    messages();
    fd = (int)SHOW_OK(syscall(SYS_creat, "made", 0600));
    SHOW(write(fd, "x", 1));
    SHOW(read(fd, room, 1));
    SHOW(syscall(SYS_readahead, fd, 0, 1));
    SHOW(syscall(SYS_readahead, 999, 0, 1));
    SHOW(syscall(SYS_getpgrp) == getpgid(0));
    SHOW_OK(syscall(SYS_inotify_init));
    SHOW(syscall(SYS_sysfs, 99));
    SHOW(syscall(SYS_ustat, 0xffff, room));
    SHOW(syscall(SYS_setregid, -1, -1));
    SHOW(syscall(SYS_setfsgid, -1) == getegid());
    SHOW(syscall(SYS_io_cancel, 0, room, room));
    SHOW(syscall(SYS_io_pgetevents, 0, 0, 1, room, NULL, NULL));
    SHOW(syscall(448, -1, 0));
    SHOW(syscall(448, 1, 7));
    return 0;
}
