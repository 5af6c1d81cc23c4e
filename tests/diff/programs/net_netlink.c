/* SPDX-License-Identifier: MIT */
/* net_netlink.c - NETLINK_ROUTE: what is refused, how answers come. */
#include "tests/diff/socket.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static char answer[65536];

static void ask(int fd, const void *request, size_t length, const char *what)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    int messages = 0, done = 0;

    printf("%s: sent %s\n", what,
           sendto(fd, request, length, 0, (struct sockaddr *)&kernel, sizeof kernel) ==
                   (ssize_t)length
               ? "all"
               : error_name(errno));
    while (!done) {
        ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
        if (got < 0) {
            printf("  %s\n", error_name(errno));
            break;
        }
        for (struct nlmsghdr *header = (struct nlmsghdr *)answer; NLMSG_OK(header, (unsigned)got);
             header = NLMSG_NEXT(header, got)) {
            messages++;
            if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR ||
                !(header->nlmsg_flags & NLM_F_MULTI))
                done = 1;
            if (header->nlmsg_type == NLMSG_ERROR)
                printf("  error %s seq %u\n",
                       error_name(-((struct nlmsgerr *)NLMSG_DATA(header))->error),
                       header->nlmsg_seq);
            else if (header->nlmsg_type == NLMSG_DONE)
                printf("  done seq %u\n", header->nlmsg_seq);
            else if (messages == 1)
                printf("  first: type %d seq %u multi %s\n", header->nlmsg_type, header->nlmsg_seq,
                       header->nlmsg_flags & NLM_F_MULTI ? "yes" : "no");
        }
    }
}

int main(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof name;
    struct {
        struct nlmsghdr header;
        struct ifinfomsg body;
    } link = {{sizeof link, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 5, 0},
              {.ifi_family = AF_UNSPEC}};
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg body;
    } address = {{sizeof address, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 6, 0},
                 {.ifa_family = AF_INET}};

    SHOW(bind(fd, (struct sockaddr *)&name, sizeof name));
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    TELL(length == sizeof name && name.nl_family == AF_NETLINK &&
         name.nl_pid == (unsigned)getpid());
    ask(fd, &link, sizeof link, "links");
    ask(fd, &address, sizeof address, "addresses");
    link.header.nlmsg_flags = NLM_F_REQUEST;
    link.body.ifi_index = 1;
    ask(fd, &link, sizeof link, "lo");
    link.body.ifi_index = 12345;
    ask(fd, &link, sizeof link, "no such");
    struct nlmsghdr empty = {sizeof empty, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 9, 0};
    ask(fd, &empty, sizeof empty, "nothing");
    SHOW(recv(fd, answer, 1, MSG_DONTWAIT));
    SHOW_OK(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE));
    SHOW(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE));
    SHOW(socket(AF_NETLINK, SOCK_RAW, 77));
    say_poll("idle", fd);
    return 0;
}
