/* SPDX-License-Identifier: MIT */
/*
 * net.c - the machine's network card and what it is connected to.
 *
 * Ports are forwarded from 127.0.0.1 only: what listens in the guest is not for the neighbours unless somebody
 * says so with other tools.
 */
#define _GNU_SOURCE
#include "tools/net.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_PREFIX "socket:"
#define VHOST_PREFIX  "vhost-user:"
#define PAIRS_MAX     8
#define LOOPBACK      "127.0.0.1:"

/* PATH[,PAIRS]: how many pairs of queues; 0: it is malformed. */
static unsigned vhost_pairs(const char *path, size_t *path_bytes)
{
    const char *comma = strchr(path, ',');

    *path_bytes = comma ? (size_t)(comma - path) : strlen(path);
    if (!*path_bytes || *path_bytes >= sizeof((struct sockaddr_un *)0)->sun_path)
        return 0;
    if (!comma)
        return 1;
    return comma[1] > '0' && comma[1] <= '0' + PAIRS_MAX && !comma[2] ? (unsigned)(comma[1] - '0')
                                                                      : 0;
}

void net_mode(struct net_wish *wish, const char *verb, const char *argument)
{
    const char *comma;
    size_t bytes;

    wish->mode = argument;
    if (!strcmp(argument, "user") || !strcmp(argument, "none"))
        return;
    if (text_starts(argument, VHOST_PREFIX)) {
        if (!vhost_pairs(argument + strlen(VHOST_PREFIX), &bytes))
            fail(STATUS_FAILED,
                 "%s: --net vhost-user: needs the path of a UNIX socket and at most %d pairs of "
                 "queues: vhost-user:PATH[,PAIRS]",
                 verb, PAIRS_MAX);
        char *path = text_format("%.*s", (int)bytes, argument + strlen(VHOST_PREFIX));
        struct stat there;

        /* Not by connecting to it: some take one connection only. */
        if (stat(path, &there) || !S_ISSOCK(there.st_mode))
            fail(STATUS_FAILED,
                 "%s: --net vhost-user: %s: no socket; start the process that has the card first",
                 verb, path);
        free(path);
        return;
    }
    if (!text_starts(argument, SOCKET_PREFIX))
        fail(STATUS_FAILED,
             "%s: --net %s is unknown: user, none, socket:OWN,PEER or vhost-user:PATH[,PAIRS]",
             verb, argument);
    argument += strlen(SOCKET_PREFIX);
    comma = strchr(argument, ',');
    if (!comma || comma == argument || !comma[1] || strchr(comma + 1, ','))
        fail(STATUS_FAILED,
             "%s: --net socket: needs two paths of UNIX datagram sockets: socket:OWN,PEER", verb);
    if ((size_t)(comma - argument) >= sizeof((struct sockaddr_un *)0)->sun_path ||
        strlen(comma + 1) >= sizeof((struct sockaddr_un *)0)->sun_path)
        fail(STATUS_FAILED, "%s: --net socket: a path is longer than %zu bytes", verb,
             sizeof((struct sockaddr_un *)0)->sun_path - 1);
}

/* A port number up to one of `ends` (or the end of the text); 0: it is none. */
static unsigned port_number(const char *text, const char *ends, const char **after)
{
    unsigned value = 0;
    size_t digits = strspn(text, "0123456789");

    *after = text + digits;
    if (!digits || digits > 5 || (**after && !strchr(ends, **after)))
        return 0;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned)(text[i] - '0');
    return value <= 65535 ? value : 0;
}

void net_port(struct net_wish *wish, const char *what, const char *argument, char *address)
{
    struct net_forward forward = {.text = argument, .address = address};
    const char *at = argument;

    if (text_starts(at, LOOPBACK))
        at += strlen(LOOPBACK);
    forward.host = port_number(at, ":/", &at);
    forward.guest = forward.host;
    if (*at == ':')
        forward.guest = port_number(at + 1, "/", &at);
    forward.udp = !strcmp(at, "/udp");
    if (!forward.host || !forward.guest || (*at && !forward.udp && strcmp(at, "/tcp") != 0))
        fail(STATUS_FAILED, "%s %s: write HOST:GUEST or HOST:GUEST/udp, ports from 1 to 65535",
             what, argument);
    for (size_t i = 0; i < wish->forward_count; i++)
        if (wish->forward[i].host == forward.host && wish->forward[i].udp == forward.udp)
            fail(STATUS_FAILED, "%s %s: port %u of this machine is given away already by %s", what,
                 argument, forward.host, wish->forward[i].text);
    wish->forward = reallocate(wish->forward, (wish->forward_count + 1) * sizeof *wish->forward);
    wish->forward[wish->forward_count++] = forward;
}

int net_is_user(const struct net_wish *wish)
{
    return !wish->mode || !strcmp(wish->mode, "user");
}

int net_is_off(const struct net_wish *wish)
{
    return wish->mode && !strcmp(wish->mode, "none");
}

/* QEMU would say it in its own words, after the machine was built. */
static void try_port(const struct net_forward *forward, const char *verb)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)forward->host),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, (forward->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    int one = 1;

    if (fd < 0)
        return;
    if (!forward->udp)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        fail(STATUS_FAILED, "%s: port %u/%s of this machine: %s\n  try: --port %u:%u%s", verb,
             forward->host, forward->udp ? "udp" : "tcp",
             errno == EADDRINUSE ? "it is in use" : strerror(errno),
             forward->host < 1024 ? forward->host + 8000 : (forward->host + 1) % 65536,
             forward->guest, forward->udp ? "/udp" : "");
    close(fd);
}

static void add(struct text_list *list, const char *option, char *value)
{
    text_list_add(list, text_copy(option));
    text_list_add(list, value);
}

/* Another process has the card's other half, and the machine's memory. */
static void vhost_arguments(struct text_list *list, const char *words, unsigned memory_mib)
{
    size_t bytes;
    unsigned pairs = vhost_pairs(words, &bytes);

    add(list, "-object",
        text_format("memory-backend-memfd,id=memory,share=on,size=%uM", memory_mib));
    add(list, "-machine", text_copy("memory-backend=memory"));
    add(list, "-chardev", text_format("socket,id=vhost,path=%.*s", (int)bytes, words));
    add(list, "-netdev", text_format("vhost-user,id=net0,chardev=vhost,queues=%u", pairs));
    add(list, "-device",
        text_format("virtio-net-pci,disable-legacy=on,netdev=net0,romfile=,mq=%s,vectors=%u",
                    pairs > 1 ? "on" : "off", 2 * pairs + 2));
}

struct text_list net_arguments(const struct net_wish *wish, const char *verb, int ipv6,
                               unsigned memory_mib)
{
    struct text_list list = {0};
    struct buffer netdev = {0};

    if (wish->mode && !net_is_user(wish) && wish->forward_count)
        fail(STATUS_FAILED, "%s: --port %s needs --net user", verb, wish->forward[0].text);
    if (wish->mode && text_starts(wish->mode, VHOST_PREFIX)) {
        vhost_arguments(&list, wish->mode + strlen(VHOST_PREFIX), memory_mib);
        return list;
    }
    if (wish->mode && text_starts(wish->mode, SOCKET_PREFIX)) {
        const char *own = wish->mode + strlen(SOCKET_PREFIX);
        const char *comma = strchr(own, ',');

        buffer_format(&netdev,
                      "dgram,id=net0,local.type=unix,local.path=%.*s,remote.type=unix,"
                      "remote.path=%s",
                      (int)(comma - own), own, comma + 1);
    } else {
        buffer_format(&netdev, "user,id=net0%s", ipv6 ? "" : ",ipv6=off");
        for (size_t i = 0; i < wish->forward_count; i++) {
            const struct net_forward *f = &wish->forward[i];

            try_port(f, verb);
            buffer_format(&netdev, ",hostfwd=%s:127.0.0.1:%u-%s:%u", f->udp ? "udp" : "tcp",
                          f->host, f->address ? f->address : NET_USER_ADDRESS, f->guest);
        }
    }
    add(&list, "-netdev", netdev.bytes);
    add(&list, "-device", text_copy("virtio-net-pci,disable-legacy=on,netdev=net0,romfile="));
    return list;
}

/*
 * QEMU's user network listens with a backlog of one. Of fifty clients that connect at once most would be held up by the
 * doubling timers of retransmission, and some reset after a minute. A second listen() only changes the backlog.
 */
void net_widen(pid_t qemu)
{
    int pidfd = (int)syscall(SYS_pidfd_open, qemu, 0);
    char *path = text_format("/proc/%d/fd", (int)qemu);
    DIR *descriptors = opendir(path);
    struct dirent *entry;

    while (pidfd >= 0 && descriptors && (entry = readdir(descriptors))) {
        int fd = entry->d_name[0] == '.'
                     ? -1
                     : (int)syscall(SYS_pidfd_getfd, pidfd, atoi(entry->d_name), 0);
        int listens = 0, domain = 0;
        socklen_t length = sizeof listens;

        if (fd < 0) /* a system that does not let us: clients have to come one by one */
            continue;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens &&
            getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_INET)
            (void)listen(fd, SOMAXCONN);
        close(fd);
    }
    if (descriptors)
        closedir(descriptors);
    if (pidfd >= 0)
        close(pidfd);
    free(path);
}
