/* SPDX-License-Identifier: MIT */
/*
 * linux-init.c - first process of the Linux side: file systems, the modules of the network card, an address, and the program.
 *
 * /bench/modules names the modules in their order, /bench/command the program and its arguments, a line each.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES_MAX 64

static char text[8192];
static char *line[LINES_MAX];

static int lines(const char *path)
{
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    int count = 0;

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    for (char *at = strtok(text, "\n"); at && count < LINES_MAX - 1; at = strtok(NULL, "\n"))
        line[count++] = at;
    line[count] = NULL;
    return count;
}

static void insert(const char *module)
{
    char path[256];
    int fd;

    snprintf(path, sizeof path, "/bench/%s", module);
    fd = open(path, O_RDONLY);
    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
        perror(path);
    if (fd >= 0)
        close(fd);
}

static struct sockaddr address_of(const char *words)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(words)};
    struct sockaddr out;

    memcpy(&out, &in, sizeof out);
    return out;
}

static void up(int fd, const char *name, const char *address)
{
    struct ifreq request = {0};

    strcpy(request.ifr_name, name);
    if (address) {
        request.ifr_addr = address_of(address);
        if (ioctl(fd, SIOCSIFADDR, &request))
            perror(name);
        request.ifr_addr = address_of("255.255.255.0");
        if (ioctl(fd, SIOCSIFNETMASK, &request))
            perror(name);
    }
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &request))
        perror(name);
}

int main(void)
{
    struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
    int fd;
    int count;

    for (const char *const *folder = (const char *const[]){"/dev", "/proc", "/sys", "/tmp", NULL};
         *folder; folder++)
        mkdir(*folder, 0755);
    if (mount("dev", "/dev", "devtmpfs", 0, NULL) || mount("proc", "/proc", "proc", 0, NULL) ||
        mount("sys", "/sys", "sysfs", 0, NULL) || mount("tmp", "/tmp", "tmpfs", 0, NULL))
        perror("mount");
    count = lines("/bench/modules");
    for (int i = 0; i < count; i++)
        insert(line[i]);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    up(fd, "lo", NULL);
    up(fd, "eth0", "10.0.2.15");
    route.rt_dst = route.rt_genmask = address_of("0.0.0.0");
    route.rt_gateway = address_of("10.0.2.2");
    if (ioctl(fd, SIOCADDRT, &route))
        perror("route");
    close(fd);
    (void)lines("/bench/command");
    pid_t child = fork();

    if (!child) {
        setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
        execvp(line[0], line);
        perror(line[0]);
        _exit(1);
    }
    while (wait(NULL) != child)
        ;
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
