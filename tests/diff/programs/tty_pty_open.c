/* SPDX-License-Identifier: MIT */
/* tty_pty_open.c - making a pseudo terminal: names, locks, what both ends look like, window size.
 */
#include "tests/diff/diff.h"
#include <sys/sysmacros.h>
#include <termios.h>

int main(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    struct winsize size = {0};
    struct stat file;
    int number = -1;
    char path[64];

    NEED(master >= 0);
    NEED(ioctl(master, TIOCGPTN, &number) == 0);
    snprintf(path, sizeof path, "/dev/pts/%d", number);
    TELL(strcmp(ptsname(master), path) == 0);
    SHOW(open(path, O_RDWR | O_NOCTTY));
    SHOW(grantpt(master));
    SHOW(unlockpt(master));
    int slave = open(path, O_RDWR | O_NOCTTY);
    NEED(slave >= 0);
    TELL(isatty(master) && isatty(slave));
    NEED(fstat(slave, &file) == 0);
    printf("%s, major %u, minor right %d\n", kind_of(file.st_mode), major(file.st_rdev),
           minor(file.st_rdev) == (unsigned)number);
    char name[64] = "";
    TELL(ttyname_r(slave, name, sizeof name) == 0 && strcmp(name, path) == 0);
    NEED(ioctl(slave, TIOCGWINSZ, &size) == 0);
    printf("window %d x %d\n", size.ws_row, size.ws_col);
    size.ws_row = 33;
    size.ws_col = 99;
    NEED(ioctl(master, TIOCSWINSZ, &size) == 0);
    size.ws_row = size.ws_col = 0;
    NEED(ioctl(slave, TIOCGWINSZ, &size) == 0);
    printf("window %d x %d\n", size.ws_row, size.ws_col);
    SHOW(ioctl(slave, TIOCGPTN, &number));
    SHOW(ioctl(slave, TIOCGWINSZ, BAD_POINTER));
    SHOW(lseek(slave, 0, SEEK_CUR));
    SHOW(tcgetsid(slave));
    SHOW(tcgetpgrp(slave));
    int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    TELL(peer >= 0 && isatty(peer));
    return 0;
}
