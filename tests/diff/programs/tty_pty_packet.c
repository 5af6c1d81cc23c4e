/* SPDX-License-Identifier: MIT */
/* tty_pty_packet.c - packet mode of a pseudo terminal's master (TIOCPKT), as screen and remote logins use it; flushing the master. */
#include "tests/diff/diff.h"
#include <pty.h>
#include <termios.h>

static int master, slave;

static void show_read(const char *what, size_t want)
{
    unsigned char buffer[64];
    struct pollfd one = {master, POLLIN | POLLPRI, 0};
    int ready = poll(&one, 1, 200);

    printf("%s: poll %d%s%s", what, ready, one.revents & POLLIN ? " in" : "",
           one.revents & POLLPRI ? " priority" : "");
    if (ready > 0) {
        ssize_t got = read(master, buffer, want);

        printf(", read %zd:", got);
        for (ssize_t i = 0; i < got; i++)
            printf(" %02x", buffer[i]);
    }
    printf("\n");
}

static void type_keys(const char *keys)
{
    NEED(write(master, keys, strlen(keys)) == (ssize_t)strlen(keys));
    sleep_ms(20);
}

static void write_slave(const char *text)
{
    NEED(write(slave, text, strlen(text)) == (ssize_t)strlen(text));
    sleep_ms(20);
}

static int packet(int on)
{
    return ioctl(master, TIOCPKT, &on);
}

static void modes(void)
{
    struct termios modes;

    NEED(tcgetattr(slave, &modes) == 0);
    modes.c_iflag &= ~(tcflag_t)IXON;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    show_read("no flow control", 64);
    modes.c_iflag |= IXON;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    show_read("flow control", 64);
    modes.c_cc[VEOF] = 1;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    show_read("other key", 64);
    modes.c_cc[VSTOP] = 2;
    NEED(tcsetattr(slave, TCSAFLUSH, &modes) == 0);
    show_read("other stop key, flushed", 64);
}

int main(void)
{
    int on = -1;

    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    SHOW(ioctl(slave, TIOCPKT, &on));
    SHOW(ioctl(master, TIOCPKT, NULL));
    write_slave("before");
    SHOW(packet(1));
    NEED(ioctl(master, TIOCGPKT, &on) == 0);
    printf("on %d\n", on);
    show_read("written before", 64);
    show_read("nothing", 64);
    write_slave("abc");
    show_read("a byte", 1);
    show_read("two", 2);
    show_read("rest", 64);
    type_keys("x\r");
    show_read("echo", 64);
    SHOW(tcflush(slave, TCIFLUSH));
    show_read("input flushed", 64);
    SHOW(tcflush(slave, TCOFLUSH));
    show_read("output flushed", 64);
    SHOW(tcflush(slave, TCIOFLUSH));
    show_read("both flushed", 64);
    SHOW(tcflow(slave, TCOOFF));
    SHOW(tcflow(slave, TCOOFF));
    show_read("stopped", 64);
    SHOW(tcflow(slave, TCOON));
    show_read("started", 64);
    type_keys("\x13");
    show_read("stop key", 64);
    type_keys("\x11");
    show_read("start key", 64);
    modes();
    write_slave("dropped");
    SHOW(tcflush(master, TCIFLUSH));
    show_read("master flushed", 64);
    SHOW(ioctl(master, TCFLSH, 3));
    SHOW(tcflush(slave, TCIFLUSH));
    SHOW(packet(0));
    NEED(ioctl(master, TIOCGPKT, &on) == 0);
    printf("on %d\n", on);
    write_slave("plain");
    show_read("plain", 64);
    return 0;
}
