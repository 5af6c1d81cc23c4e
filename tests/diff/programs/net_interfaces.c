/* SPDX-License-Identifier: MIT */
/* net_interfaces.c - the loopback interface through getifaddrs, ioctl and /proc/net. */
#include "tests/diff/socket.h"
#include <ifaddrs.h>
#include <net/if.h>

static void say_addresses(void)
{
    struct ifaddrs *list, *at;
    char text[64];

    NEED(getifaddrs(&list) == 0);
    for (at = list; at; at = at->ifa_next) {
        if (strcmp(at->ifa_name, "lo"))
            continue;
        printf("%s flags %#x", at->ifa_name, at->ifa_flags);
        if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET) {
            inet_ntop(AF_INET, &((struct sockaddr_in *)at->ifa_addr)->sin_addr, text, sizeof text);
            printf(" %s", text);
            inet_ntop(AF_INET, &((struct sockaddr_in *)at->ifa_netmask)->sin_addr, text,
                      sizeof text);
            printf(" mask %s", text);
        } else if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET6) {
            inet_ntop(AF_INET6, &((struct sockaddr_in6 *)at->ifa_addr)->sin6_addr, text,
                      sizeof text);
            printf(" %s", text);
        }
        printf("\n");
    }
    freeifaddrs(list);
}

int main(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq request = {.ifr_name = "lo"};
    char name[IF_NAMESIZE];

    say_addresses();
    TELL(if_nametoindex("lo") == 1);
    TELL(!strcmp(if_indextoname(1, name), "lo"));
    SHOW(if_nametoindex("no-such"));
    SHOW(ioctl(fd, SIOCGIFFLAGS, &request));
    printf("flags %#x\n", (unsigned)(unsigned short)request.ifr_flags);
    SHOW(ioctl(fd, SIOCGIFINDEX, &request));
    printf("index %d\n", request.ifr_ifindex);
    SHOW(ioctl(fd, SIOCGIFADDR, &request));
    printf("%s\n", inet_ntoa(((struct sockaddr_in *)&request.ifr_addr)->sin_addr));
    SHOW(ioctl(fd, SIOCGIFNETMASK, &request));
    printf("%s\n", inet_ntoa(((struct sockaddr_in *)&request.ifr_addr)->sin_addr));
    SHOW(ioctl(fd, SIOCGIFBRDADDR, &request));
    printf("%s\n", inet_ntoa(((struct sockaddr_in *)&request.ifr_addr)->sin_addr));
    SHOW(ioctl(fd, SIOCGIFHWADDR, &request));
    printf("family %d first %d\n", request.ifr_hwaddr.sa_family, request.ifr_hwaddr.sa_data[0]);
    SHOW(ioctl(fd, SIOCGIFMETRIC, &request));
    strcpy(request.ifr_name, "no-such");
    SHOW(ioctl(fd, SIOCGIFFLAGS, &request));
    SHOW(ioctl(fd, SIOCGIFFLAGS, BAD_POINTER));
    SHOW(ioctl(socket(AF_UNIX, SOCK_STREAM, 0), SIOCGIFINDEX,
               (strcpy(request.ifr_name, "lo"), &request)));
    struct ifreq rows[16];
    struct ifconf list = {.ifc_len = sizeof rows, .ifc_req = rows};
    SHOW(ioctl(fd, SIOCGIFCONF, &list));
    for (int i = 0; i < list.ifc_len / (int)sizeof rows[0]; i++)
        if (!strcmp(rows[i].ifr_name, "lo"))
            printf("lo %s\n", inet_ntoa(((struct sockaddr_in *)&rows[i].ifr_addr)->sin_addr));
    list.ifc_len = 39;
    SHOW(ioctl(fd, SIOCGIFCONF, &list));
    printf("%d\n", list.ifc_len);
    return 0;
}
