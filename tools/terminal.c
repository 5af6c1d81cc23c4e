/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - raw mode and size of the terminal that the tool runs on.
 */
#define _GNU_SOURCE
#include "tools/terminal.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios terminal_before;
static int terminal_is_raw;

unsigned terminal_mask(void)
{
    unsigned mask = 0;

    for (int fd = 0; fd < 3; fd++)
        mask |= isatty(fd) ? 1u << fd : 0;
    return mask;
}

void terminal_size(uint16_t *rows, uint16_t *columns)
{
    struct winsize size;

    *rows = 24;
    *columns = 80;
    for (int fd = 0; fd < 3; fd++)
        if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
            *rows = size.ws_row;
            *columns = size.ws_col;
            return;
        }
}

int terminal_raw(void)
{
    static int registered;
    struct termios raw;

    if (!isatty(0) || tcgetpgrp(0) != getpgrp() || tcgetattr(0, &terminal_before) < 0)
        return 0;
    raw = terminal_before;
    cfmakeraw(&raw);
    /* The program's own line discipline turns \n into \r\n on its terminal. */
    if (tcsetattr(0, TCSADRAIN, &raw) < 0)
        return 0;
    terminal_is_raw = 1;
    if (!registered)
        atexit(terminal_restore);
    registered = 1;
    return 1;
}

void terminal_restore(void)
{
    if (terminal_is_raw)
        tcsetattr(0, TCSADRAIN, &terminal_before);
    terminal_is_raw = 0;
}
