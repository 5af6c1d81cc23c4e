/* SPDX-License-Identifier: MIT */
/*
 * tty.h - terminals: a line discipline with readers, writers, a session and a window.
 *
 * A terminal's far side is a driver: the host's terminal (stream.c) or the master of a pty (pty.c).
 */
#pragma once
#include <asm/ioctls.h>
#include "libos/linux/fs/fs.h"
#include "libos/linux/task.h"
#include "libos/linux/tty/ldisc.h"

struct tty;

struct tty_driver {
    uint32_t (*room)(struct tty *tty); /* bytes that write takes now */
    void (*write)(struct tty *tty, const uint8_t *bytes, uint32_t count); /* count <= room */
    void (*flush)(struct tty *tty); /* after a series of writes: tell the far side */
    void (*taken)(struct tty *tty); /* the program read: there is room for input again */
    /* Something that packet mode tells of happened (TIOCPKT_ bits; ioctl_tty(2)). NULL: there is no such mode. */
    void (*packet)(struct tty *tty, uint8_t set, uint8_t clear);
};

struct tty {
    struct ldisc ldisc;
    const struct tty_driver *driver;
    int session;      /* whose controlling terminal it is; 0: nobody's */
    int group;        /* foreground process group; 0: none */
    bool hung_up;     /* no input any more: reads give end of file, output is refused */
    bool input_ended; /* the host's input ended: reads give end of file, output goes on */
    struct waitq readers;
    struct waitq writers;
    uint16_t rows, columns, x_pixels, y_pixels;
    uint32_t users; /* open files of the terminal's own side */
    int number;     /* pty: of /dev/pts; console: -1 */
};

void tty_init(struct tty *tty, const struct tty_driver *driver);

/* tty_receive - bytes from the far side; the caller asked ldisc_room. Wakes readers. */
void tty_receive(struct tty *tty, const uint8_t *bytes, uint32_t count);

/* tty_hangup - the far side is gone: the session's leader gets SIGHUP and SIGCONT, readers end of
 * file. */
void tty_hangup(struct tty *tty);

/* tty_set_window - new size; SIGWINCH to the foreground group if it changed. */
void tty_set_window(struct tty *tty, uint16_t rows, uint16_t columns, uint16_t x_pixels,
                    uint16_t y_pixels);

/* tty_attach - file (opened by a device's open) is the terminal from now on; it may become the
 * controlling one. */
void tty_attach(struct file *file, struct tty *tty);

/* What read of the terminal's own side would do: for poll. */
uint32_t tty_poll_state(const struct tty *tty);

/* TIOCGWINSZ and the like that both sides of a pty have; -ENOTTY: not one of them. */
int64_t tty_ioctl_common(struct tty *tty, uint32_t request, uaddr_t argument);

/* tty_session_exit - a session leader exits: its controlling terminal is released, the foreground
 * group gets SIGHUP. */
void tty_session_exit(struct process *process);

extern const struct file_ops tty_ops;

/* A pseudo terminal whose far side is not a master's file but code of the LibOS's (observe/exec.c). */
struct pty;
/* pty_create - `news`: there is output, or room for input; never sleeps. NULL: no memory, or PTY_MAX. */
struct pty *pty_create(void (*news)(void *state), void *state);
void pty_close(struct pty *pty); /* hangs up; no news come any more */
int pty_number(const struct pty *pty);
uint32_t pty_take(struct pty *pty, uint8_t *to, uint32_t bytes); /* output that is there */
uint32_t pty_type(struct pty *pty, const uint8_t *bytes, uint32_t count); /* how many of them fitted */
void pty_window(struct pty *pty, uint16_t rows, uint16_t columns);

/* tty_start - makes /dev/console, /dev/tty, /dev/ptmx and /dev/pts. Called by fs_start when /dev
 * exists. 0 or -errno. */
int tty_start(void);
int pty_start(void);
