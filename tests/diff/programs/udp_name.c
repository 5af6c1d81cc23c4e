/* SPDX-License-Identifier: MIT */
/* udp_name.c - where recvfrom puts the sender's name and sendto takes the receiver's from: rooms of all sizes, bad addresses. */
#include "tests/diff/socket.h"
#include <sys/mman.h>

static int a, b;
static union inet_address to;
static socklen_t to_length;

static void post(const char *text)
{
    NEED(sendto(b, text, strlen(text), 0, &to.any, to_length) == (ssize_t)strlen(text));
    await(a, POLLIN);
}

static void left(void)
{
    int value = -1;

    NEED(ioctl(a, FIONREAD, &value) == 0);
    printf("left %d\n", value);
    while (recv(a, &value, sizeof value, MSG_DONTWAIT) >= 0)
        ;
}

static void rooms(int family)
{
    static const int room[] = {-1, 0, 1, 2, 4, 8, 15, 16, 17, 28, 128};
    union inet_address own;
    socklen_t own_length = sizeof own;

    NEED(getsockname(b, &own.any, &own_length) == 0);
    inet_loopback(&own, family, inet_port(b));
    for (unsigned i = 0; i < sizeof room / sizeof *room; i++) {
        unsigned char name[160];
        char text[8] = "";
        socklen_t length = (socklen_t)room[i];
        size_t same = 0;

        memset(name, 0xee, sizeof name);
        post("text");
        printf("room %d\n", room[i]);
        SHOW(recvfrom(a, text, sizeof text, MSG_DONTWAIT, (struct sockaddr *)name, &length));
        while (same < sizeof own && name[same] == ((unsigned char *)&own)[same])
            same++;
        size_t end = sizeof name;

        while (end && name[end - 1] == 0xee)
            end--;
        printf("length %d, %zu bytes written, %s\n", (int)length, end,
               same >= end ? "right" : "wrong");
        left();
    }
}

static void bad(void)
{
    long page = sysconf(_SC_PAGESIZE);
    char *memory =
        mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char text[8];
    socklen_t length = 16;

    NEED(memory != MAP_FAILED && mprotect(memory + page, (size_t)page, PROT_NONE) == 0);
    post("text");
    SHOW(recvfrom(a, memory + page - 2, 4, 0, NULL, NULL));
    left();
    post("text");
    SHOW(recvfrom(a, memory + page, 2, 0, NULL, NULL));
    left();
    post("text");
    SHOW(recvfrom(a, memory + page, 0, 0, NULL, NULL));
    left();
    post("text");
    SHOW(recvfrom(a, text, 4, 0, (struct sockaddr *)(memory + page - 8), &length));
    left();
    post("text");
    SHOW(recvfrom(a, text, 4, 0, (struct sockaddr *)memory, (socklen_t *)(memory + page)));
    left();
    post("text");
    SHOW(recvfrom(a, text, 4, 0, (struct sockaddr *)memory, NULL));
    left();
    post("text");
    SHOW(recvfrom(a, text, 2, MSG_TRUNC, NULL, NULL));
    left();
    post("text");
    SHOW(recvfrom(a, text, 2, MSG_PEEK | MSG_DONTWAIT, NULL, &length));
    SHOW(recvfrom(a, text, 2, MSG_DONTWAIT, NULL, &length));
    left();
    memcpy(memory + page - to_length, &to, to_length);
    SHOW(sendto(b, "name", 4, 0, (struct sockaddr *)(memory + page - to_length), to_length));
    left();
    SHOW(sendto(b, "name", 4, 0, (struct sockaddr *)(memory + page - to_length + 4), to_length));
    SHOW(sendto(b, "name", 4, 0, (struct sockaddr *)(memory + page), to_length));
    SHOW(sendto(b, memory + page - 2, 4, 0, &to.any, to_length));
    SHOW(sendto(b, memory + page, 0, 0, &to.any, to_length));
    left();
    SHOW(sendto(b, "name", 4, 0, &to.any, 15));
    SHOW(sendto(b, "name", 4, 0, &to.any, (socklen_t)-1));
    SHOW(sendto(b, "name", 4, 0, NULL, to_length));
}

static void each(int family)
{
    a = socket(family, SOCK_DGRAM, 0);
    b = socket(family, SOCK_DGRAM, 0);
    NEED(inet_bind(a, family, 0) == 0);
    to_length = inet_loopback(&to, family, inet_port(a));
    post("first");
    left();
    rooms(family);
    bad();
    close(a);
    close(b);
}

int main(void)
{
    each(AF_INET);
    each(AF_INET6);
    return 0;
}
