/* SPDX-License-Identifier: MIT */
/* tty_pty_io.c - bytes through a pseudo terminal: lines, echo, raw mode, timeouts, the end of
 * either side. */
#include "tests/diff/diff.h"
#include <pty.h>
#include <termios.h>

static int master, slave;

static void show_bytes(const char *what, const char *bytes, ssize_t count)
{
    printf("%s: %zd \"", what, count);
    for (ssize_t i = 0; i < count; i++)
        printf(bytes[i] >= ' ' && bytes[i] < 127 ? "%c" : "\\x%02x", (unsigned char)bytes[i]);
    printf("\"\n");
}

static void read_from(const char *what, int fd, size_t want)
{
    char buffer[256];
    ssize_t got = read(fd, buffer, want);

    if (got < 0)
        printf("%s: %s\n", what, error_name(errno));
    else
        show_bytes(what, buffer, got);
}

static void type_keys(const char *keys)
{
    NEED(write(master, keys, strlen(keys)) == (ssize_t)strlen(keys));
    sleep_ms(20);
}

static void lines(void)
{
    int waiting = -1;

    type_keys("hello\rworld\r");
    NEED(ioctl(slave, FIONREAD, &waiting) == 0);
    printf("waiting %d\n", waiting);
    read_from("line", slave, 100);
    read_from("part", slave, 3);
    read_from("rest", slave, 100);
    read_from("echo", master, 100);
    type_keys("\x04");
    read_from("end of file", slave, 100);
    NEED(write(slave, "a\nb\n", 4) == 4);
    sleep_ms(20);
    read_from("output", master, 100);
    type_keys("dropped");
    SHOW(tcflush(slave, TCIFLUSH));
    type_keys("kept\r");
    read_from("after flush", slave, 100);
    read_from("echo", master, 100);
}

static void raw(void)
{
    struct termios modes;

    NEED(tcgetattr(slave, &modes) == 0);
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = 3;
    modes.c_cc[VTIME] = 0;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    type_keys("\x03\r");
    struct pollfd one = {slave, POLLIN, 0};
    SHOW(poll(&one, 1, 30));
    type_keys("x");
    SHOW(poll(&one, 1, 30));
    read_from("three", slave, 100);
    modes.c_cc[VMIN] = 0;
    modes.c_cc[VTIME] = 1;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    int64_t start = now_ms();
    read_from("timeout", slave, 100);
    TELL(now_ms() - start >= 90);
    type_keys("y");
    read_from("in time", slave, 100);
    modes.c_cc[VTIME] = 0;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    read_from("no waiting", slave, 100);
    modes.c_cc[VMIN] = 10;
    modes.c_cc[VTIME] = 1;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    type_keys("ab");
    read_from("pause between bytes", slave, 100);
    NEED(fcntl(slave, F_SETFL, O_NONBLOCK) == 0);
    read_from("nothing", slave, 100);
    NEED(fcntl(slave, F_SETFL, 0) == 0);
}

int main(void)
{
    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    lines();
    raw();
    NEED(write(slave, "last", 4) == 4);
    close(slave);
    read_from("what was left", master, 100);
    read_from("no terminal", master, 100);
    struct pollfd one = {master, POLLIN, 0};
    NEED(poll(&one, 1, 0) == 1);
    printf("hung up %d\n", !!(one.revents & POLLHUP));
    close(master);
    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    close(master);
    read_from("no master", slave, 100);
    SHOW(write(slave, "x", 1));
    one.fd = slave;
    NEED(poll(&one, 1, 0) == 1);
    printf("hung up %d\n", !!(one.revents & POLLHUP));
    return 0;
}
