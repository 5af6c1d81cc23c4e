/* SPDX-License-Identifier: MIT */
/* unix_credentials.c - who sent it: SO_PEERCRED, SO_PASSCRED, SCM_CREDENTIALS. */
#include "tests/diff/socket.h"

static void say_sender(int fd)
{
    char control[CMSG_SPACE(sizeof(struct ucred))] = {0};
    char text[16] = "";
    struct iovec part = {text, sizeof text - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    printf("%zd %s flags %#x", got, text, (unsigned)message.msg_flags);
    if (got >= 0 && header) {
        struct ucred cred;
        memcpy(&cred, CMSG_DATA(header), sizeof cred);
        printf(" type %d pid %s uid %s gid %s", header->cmsg_type,
               cred.pid == getpid() ? "mine"
               : cred.pid           ? "another"
                                    : "0",
               cred.uid == getuid() ? "mine"
               : cred.uid == 65534  ? "nobody"
                                    : "another",
               cred.gid == getgid() ? "mine"
               : cred.gid == 65534  ? "nobody"
                                    : "another");
    }
    printf("\n");
}

static ssize_t send_credentials(int fd, pid_t pid, uid_t uid, gid_t gid, size_t length)
{
    char control[CMSG_SPACE(sizeof(struct ucred))] = {0};
    struct iovec part = {"cred", 4};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    struct ucred cred = {pid, uid, gid};

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(header), &cred, sizeof cred);
    return sendmsg(fd, &message, 0);
}

int main(void)
{
    int pair[2];
    struct ucred cred = {0};
    socklen_t length = sizeof cred;

    for (int round = 0; round < 3; round++) {
        int kinds[3] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
        printf("type %d\n", kinds[round]);
        NEED(socketpair(AF_UNIX, kinds[round], 0, pair) == 0);
        SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &cred, &length));
        TELL(cred.pid == getpid() && cred.uid == geteuid() && cred.gid == getegid());
        NEED(write(pair[0], "before", 6) == 6);
        SHOW(option_number(pair[1], SOL_SOCKET, SO_PASSCRED));
        SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 1));
        SHOW(option_number(pair[1], SOL_SOCKET, SO_PASSCRED));
        NEED(write(pair[0], "after", 5) == 5);
        say_sender(pair[1]);
        say_sender(pair[1]);
        SHOW(send_credentials(pair[0], getpid(), getuid(), getgid(), sizeof cred));
        SHOW(send_credentials(pair[0], getpid(), getuid(), getgid(), 8));
        say_sender(pair[1]);
        SHOW(set_number(pair[1], SOL_SOCKET, SO_PASSCRED, 0));
        SHOW(send_credentials(pair[0], getpid(), getuid(), getgid(), sizeof cred));
        say_sender(pair[1]);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    length = sizeof cred;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length));
    printf("pid %d uid %d gid %d\n", (int)cred.pid, (int)cred.uid, (int)cred.gid);
    length = 4;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length));
    printf("length %u\n", (unsigned)length);
    if (getuid() == 0 && fork() == 0) {
        NEED(setgid(1000) == 0 && setuid(1000) == 0);
        NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        SHOW(send_credentials(pair[0], getpid(), 1000, 1000, sizeof cred));
        SHOW(send_credentials(pair[0], getpid(), 0, 1000, sizeof cred));
        SHOW(send_credentials(pair[0], getppid(), 1000, 1000, sizeof cred));
        SHOW(send_credentials(pair[0], getpid(), 1000, 0, sizeof cred));
        _exit(0);
    }
    wait(NULL);
    return 0;
}
