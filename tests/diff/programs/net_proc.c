/* SPDX-License-Identifier: MIT */
/* net_proc.c - sockets in /proc/net. */
#include "tests/diff/socket.h"

static void say_line(const char *path, int family, int port)
{
    FILE *file = fopen(path, "r");
    char line[512], ip[64];
    unsigned local, remote, state;
    int found = 0;

    NEED(file && fgets(line, sizeof line, file));
    printf("%s", line);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, " %*d: %63[0-9A-F]:%X %*[0-9A-F]:%X %X", ip, &local, &remote, &state) ==
                4 &&
            (int)local == port) {
            printf("%s remote %s state %02X\n", ip, remote ? "yes" : "0", state);

            found++;
        }
    }
    printf("family %d: %d\n", family, found);
    fclose(file);
}

int main(void)
{
    for (int i = 0; i < 2; i++) {
        int family = i ? AF_INET6 : AF_INET;
        int port, listener = tcp_listener(family, 3, &port);
        int client = socket(family, SOCK_STREAM, 0), udp = socket(family, SOCK_DGRAM, 0);
        NEED(inet_connect(client, family, port) == 0);
        int server = accept(listener, NULL, NULL);
        NEED(server >= 0 && inet_bind(udp, family, 0) == 0);
        say_line(i ? "/proc/net/tcp6" : "/proc/net/tcp", family, inet_port(client));
        say_line(i ? "/proc/net/udp6" : "/proc/net/udp", family, inet_port(udp));
        close(client);
    }
    FILE *file = fopen("/proc/net/dev", "r");
    char line[512];
    NEED(file);
    while (fgets(line, sizeof line, file))
        if (strchr(line, '|') || strstr(line, "lo:"))
            printf("%.7s\n", line);
    file = fopen("/proc/net/if_inet6", "r");
    NEED(file);
    while (fgets(line, sizeof line, file))
        if (strstr(line, " lo"))
            printf("%s", line);
    TELL(access("/proc/net/route", R_OK) == 0);
    TELL(access("/proc/net/sockstat", R_OK) == 0);
    TELL(access("/proc/sys/net/core/somaxconn", R_OK) == 0);
    TELL(access("/proc/sys/net/ipv4/ip_local_port_range", R_OK) == 0);
    TELL(access("/proc/sys/net/core/rmem_max", R_OK) == 0);
    return 0;
}
