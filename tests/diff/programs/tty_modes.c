/* SPDX-License-Identifier: MIT */
/* tty_modes.c - the modes of a new terminal, changing them, errors. */
#include "tests/diff/diff.h"
#include <pty.h>
#include <termios.h>

static void say_modes(const char *when, int fd)
{
    struct termios modes;

    NEED(tcgetattr(fd, &modes) == 0);
    printf("%s: iflag %o oflag %o cflag %o lflag %o speed %d\n", when, modes.c_iflag, modes.c_oflag,
           modes.c_cflag, modes.c_lflag, cfgetospeed(&modes) == B38400);
    printf("keys:");
    for (int i = 0; i <= VEOL2; i++)
        printf(" %d", modes.c_cc[i]);
    printf("\n");
}

int main(void)
{
    int master, slave;
    struct termios modes;

    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    say_modes("new", slave);
    NEED(tcgetattr(slave, &modes) == 0);
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 7;
    SHOW(tcsetattr(slave, TCSADRAIN, &modes));
    say_modes("changed", slave);
    say_modes("at the master", master);
    SHOW(tcsetattr(slave, 99, &modes));
    SHOW(ioctl(slave, TCGETS, BAD_POINTER));
    SHOW(ioctl(slave, TCSETS, BAD_POINTER));
    SHOW(tcflush(slave, 77));
    SHOW(tcflow(slave, 77));
    SHOW(tcdrain(slave));
    SHOW(tcsendbreak(slave, 0));
    int tube[2];
    NEED(pipe(tube) == 0);
    SHOW(tcgetattr(tube[0], &modes));
    SHOW(isatty(tube[0]));
    return 0;
}
