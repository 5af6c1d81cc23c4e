/* SPDX-License-Identifier: MIT */
/*
 * tty.c - terminals: reading, writing, job control, modes.
 *
 * Bytes pass through a buffer on the stack (CHUNK), because the discipline must not see a program's
 * memory: it may fault, and what it holds may change.
 */
#include "libos/linux/tty/tty.h"
#include <asm/fcntl.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include "libos/linux/proc/capability.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/user.h"

#define CHUNK           256
#define TENTH_SECOND_NS 100000000ul

struct window_user {
    uint16_t rows, columns, x_pixels, y_pixels;
};

static struct tty *tty_of(struct ldisc *ldisc)
{
    return container_of(ldisc, struct tty, ldisc);
}

/* Echo has no one who could wait: what does not fit is lost, as on Linux when its echo buffer is
 * full. */
static void echo(struct ldisc *ldisc, const uint8_t *bytes, size_t count)
{
    struct tty *tty = tty_of(ldisc);

    if (tty->driver->room(tty) >= count)
        tty->driver->write(tty, bytes, (uint32_t)count);
}

static void tell_packet(struct tty *tty, uint8_t set, uint8_t clear)
{
    if (tty->driver->packet)
        tty->driver->packet(tty, set, clear);
}

static void tell_stopped(struct tty *tty, bool before)
{
    if (!before && tty->ldisc.stopped)
        tell_packet(tty, TIOCPKT_STOP, TIOCPKT_START);
    if (before && !tty->ldisc.stopped)
        tell_packet(tty, TIOCPKT_START, TIOCPKT_STOP);
}

static void signal_foreground(struct ldisc *ldisc, int signal)
{
    struct tty *tty = tty_of(ldisc);
    struct siginfo info = {.signo = signal, .code = SI_KERNEL};

    if (!(ldisc->termios.c_lflag & NOFLSH))
        tell_packet(tty, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE, 0);
    if (tty->group)
        signal_send_group(tty->group, signal, &info);
}

void tty_init(struct tty *tty, const struct tty_driver *driver)
{
    memset(tty, 0, sizeof *tty);
    ldisc_init(&tty->ldisc);
    tty->ldisc.echo = echo;
    tty->ldisc.signal = signal_foreground;
    tty->driver = driver;
    tty->number = -1;
    waitq_init(&tty->readers);
    waitq_init(&tty->writers);
}

void tty_receive(struct tty *tty, const uint8_t *bytes, uint32_t count)
{
    bool stopped = tty->ldisc.stopped;

    for (uint32_t i = 0; i < count; i++) {
        bool before = tty->ldisc.stopped;

        ldisc_input(&tty->ldisc, bytes[i]);
        tell_stopped(tty, before);
    }
    tty->driver->flush(tty);
    if (ldisc_available(&tty->ldisc))
        waitq_wake(&tty->readers);
    if (stopped && !tty->ldisc.stopped)
        waitq_wake(&tty->writers);
}

void tty_hangup(struct tty *tty)
{
    struct process *leader = tty->session ? process_find(tty->session) : NULL;

    tty->hung_up = true;
    ldisc_flush_input(&tty->ldisc); /* as on Linux: what nobody read is gone */
    if (leader) {
        signal_send_process(leader, SIGHUP, NULL);
        signal_send_process(leader, SIGCONT, NULL);
    }
    waitq_wake(&tty->readers);
    waitq_wake(&tty->writers);
}

void tty_set_window(struct tty *tty, uint16_t rows, uint16_t columns, uint16_t x_pixels,
                    uint16_t y_pixels)
{
    bool same = tty->rows == rows && tty->columns == columns && tty->x_pixels == x_pixels &&
                tty->y_pixels == y_pixels;

    tty->rows = rows;
    tty->columns = columns;
    tty->x_pixels = x_pixels;
    tty->y_pixels = y_pixels;
    if (!same && tty->group)
        signal_send_group(tty->group, SIGWINCH, NULL);
}

/* --- Job control
 * --------------------------------------------------------------------------------------------- */

static bool in_background(const struct tty *tty)
{
    const struct process *process = current()->process;

    return process->tty == tty && tty->group && process->pgid != tty->group;
}

static bool blocked_or_ignored(int signal)
{
    return (current()->sig.blocked & SIGNAL_BIT(signal)) ||
           signal_ignored(current()->process, signal);
}

static int64_t stop_group(int signal)
{
    signal_send_group(current()->process->pgid, signal, NULL);
    return -ERESTARTSYS;
}

/* 0: may read. */
static int64_t check_read(const struct tty *tty)
{
    if (!in_background(tty))
        return 0;
    if (blocked_or_ignored(SIGTTIN) || group_orphaned(current()->process->pgid))
        return -EIO;
    return stop_group(SIGTTIN);
}

/* 0: may change modes or, with TOSTOP, write. */
static int64_t check_change(const struct tty *tty)
{
    if (!in_background(tty) || blocked_or_ignored(SIGTTOU))
        return 0;
    if (group_orphaned(current()->process->pgid))
        return -EIO;
    return stop_group(SIGTTOU);
}

static int64_t set_group(struct tty *tty, uaddr_t argument)
{
    struct process *own = current()->process;
    uint32_t value;
    int64_t error = check_change(tty);

    if (error)
        return error;
    if (own->tty != tty || tty->session != own->sid)
        return -ENOTTY;
    if (get_user_u32(&value, argument))
        return -EFAULT;
    if ((int)value <= 0)
        return -EINVAL;
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->pgid != (int)value)
            continue;
        if (process->sid != own->sid)
            return -EPERM;
        tty->group = (int)value;
        return 0;
    }
    return -ESRCH;
}

static int64_t take_terminal(struct tty *tty, bool steal)
{
    struct process *own = current()->process;

    if (own->sid == own->pid && tty->session == own->sid)
        return 0;
    if (own->sid != own->pid || own->tty)
        return -EPERM;
    if (tty->session && (!steal || !capable(CAP_SYS_ADMIN)))
        return -EPERM;
    if (tty->session) {
        list_for_each (node, &process_list) {
            struct process *process = list_item(node, struct process, all);

            if (process->tty == tty)
                process->tty = NULL;
        }
    }
    tty->session = own->sid;
    tty->group = own->pgid;
    own->tty = tty;
    return 0;
}

/* The session loses its terminal. */
static void release_terminal(struct tty *tty, int session)
{
    if (tty->group) {
        signal_send_group(tty->group, SIGHUP, NULL);
        signal_send_group(tty->group, SIGCONT, NULL);
    }
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->sid == session && process->tty == tty)
            process->tty = NULL;
    }
    tty->session = 0;
    tty->group = 0;
}

void tty_session_exit(struct process *process)
{
    struct tty *tty = process->tty;

    if (process->pid == process->sid && tty && tty->session == process->sid)
        release_terminal(tty, process->sid);
}

static int64_t leave_terminal(struct tty *tty)
{
    struct process *own = current()->process;

    if (own->tty != tty)
        return -ENOTTY;
    if (own->pid == own->sid)
        release_terminal(tty, own->sid);
    own->tty = NULL;
    return 0;
}

void tty_attach(struct file *file, struct tty *tty)
{
    struct process *own = current()->process;

    file->ops = &tty_ops;
    file->state = tty;
    tty->users++;
    if (!(file->flags & O_NOCTTY) && own->sid == own->pid && !own->tty && !tty->session)
        take_terminal(tty, false);
}

/* --- Reading
 * ----------------------------------------------------------------------------------------------------
 */

static bool at_end(const struct tty *tty)
{
    return (tty->hung_up || tty->input_ended) && !ldisc_available(&tty->ldisc);
}

/* Raw mode: how many bytes a read waits for, and how long for the first and between two. */
struct patience {
    uint64_t minimum;
    uint64_t first_ns, between_ns; /* 0: for ever */
};

static struct patience patience_of(const struct tty *tty, uint64_t wanted)
{
    uint64_t minimum = tty->ldisc.termios.c_cc[VMIN];
    uint64_t time_ns = tty->ldisc.termios.c_cc[VTIME] * TENTH_SECOND_NS;

    if (ldisc_canonical(&tty->ldisc))
        return (struct patience){.minimum = 1};
    if (!minimum)
        return (struct patience){.minimum = time_ns ? 1 : 0, .first_ns = time_ns};
    return (struct patience){.minimum = min_of(minimum, wanted), .between_ns = time_ns};
}

/* Waits until the read can return something. 0, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS, or check_read's.
 */
static int64_t wait_input(struct file *file, struct tty *tty, uint64_t wanted)
{
    struct patience patience = patience_of(tty, wanted);
    struct waiter waiter;
    int64_t error = check_read(tty);
    uint64_t started = now_ns();
    uint32_t seen = ldisc_available(&tty->ldisc);

    waiter_init(&waiter);
    while (!error && ldisc_available(&tty->ldisc) < patience.minimum && !at_end(tty)) {
        uint32_t available = ldisc_available(&tty->ldisc);
        uint64_t limit_ns = available ? patience.between_ns : patience.first_ns;

        if (file->flags & O_NONBLOCK) {
            error = available ? 0 : -EAGAIN;
            break;
        }
        if (available != seen) {
            seen = available;
            started = now_ns();
        }
        wait_add(&tty->readers, &waiter);
        error = task_sleep(limit_ns ? started + limit_ns : NO_DEADLINE);
        if (!error)
            error = check_read(tty);
    }
    wait_remove(&waiter);
    return error;
}

static int64_t tty_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct tty *tty = file->state;
    uint8_t chunk[CHUNK];
    uint64_t done = 0;

    (void)offset;
    if (!bytes)
        return 0;
    int64_t error = wait_input(file, tty, bytes);

    if (error == -ETIMEDOUT)
        error = 0;
    if (error && !ldisc_available(&tty->ldisc))
        return error;
    if (error == -ERESTARTSYS || error == -EIO)
        return error;
    while (done < bytes && ldisc_available(&tty->ldisc)) {
        size_t want = min_of(bytes - done, (uint64_t)CHUNK);
        size_t got = ldisc_read(&tty->ldisc, chunk, want);

        if (got && copy_to_user(buffer + done, chunk, got))
            return done ? (int64_t)done : -EFAULT;
        done += got;
        /* Canonical: a line is one read; it ended unless the chunk was filled without a newline. */
        if (ldisc_canonical(&tty->ldisc) && (got < want || chunk[got - 1] == '\n'))
            break;
    }
    tty->driver->taken(tty);
    return (int64_t)done;
}

/* --- Writing
 * -------------------------------------------------------------------------------------------------------
 */

/* Waits until the far side takes LDISC_OUTPUT_MAX bytes. */
static int64_t wait_room(struct file *file, struct tty *tty)
{
    struct waiter waiter;
    int64_t error = 0;

    waiter_init(&waiter);
    for (;;) {
        wait_add(&tty->writers, &waiter);
        if (tty->hung_up) {
            error = -EIO;
            break;
        }
        if (!tty->ldisc.stopped && tty->driver->room(tty) >= LDISC_OUTPUT_MAX)
            break;
        tty->driver->flush(tty);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
        if (error)
            break;
    }
    wait_remove(&waiter);
    return error;
}

/* Sends as much of the chunk as there is room for; *error when not all. */
static uint32_t write_chunk(struct file *file, struct tty *tty, const uint8_t *chunk,
                            uint32_t count, int64_t *error)
{
    uint8_t out[LDISC_OUTPUT_MAX];

    for (uint32_t i = 0; i < count; i++) {
        if (tty->ldisc.stopped || tty->hung_up || tty->driver->room(tty) < LDISC_OUTPUT_MAX)
            *error = wait_room(file, tty);
        if (*error)
            return i;
        uint32_t length = (uint32_t)ldisc_output(&tty->ldisc, chunk[i], out);

        tty->driver->write(tty, out, length);
    }
    return count;
}

static int64_t tty_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct tty *tty = file->state;
    uint8_t chunk[CHUNK];
    uint64_t done = 0;
    int64_t error = tty->ldisc.termios.c_lflag & TOSTOP ? check_change(tty) : 0;

    (void)offset;
    if (!error && tty->hung_up)
        error = -EIO;
    while (!error && done < bytes) {
        uint32_t count = (uint32_t)min_of(bytes - done, (uint64_t)CHUNK);

        if (copy_from_user(chunk, buffer + done, count))
            error = -EFAULT;
        else
            done += write_chunk(file, tty, chunk, count, &error);
    }
    tty->driver->flush(tty);
    return done ? (int64_t)done : error;
}

/* --- poll
 * -----------------------------------------------------------------------------------------------------------
 */

uint32_t tty_poll_state(const struct tty *tty)
{
    const struct termios *termios = &tty->ldisc.termios;
    uint32_t minimum = 1;
    uint32_t state = 0;

    if (!ldisc_canonical(&tty->ldisc) && !termios->c_cc[VTIME] && termios->c_cc[VMIN])
        minimum = termios->c_cc[VMIN];
    if (ldisc_available(&tty->ldisc) >= minimum || at_end(tty))
        state |= POLLIN | POLLRDNORM;
    if (tty->hung_up)
        state |= POLLHUP | POLLERR | POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    else if (!tty->ldisc.stopped && tty->driver->room((struct tty *)tty) >= LDISC_OUTPUT_MAX)
        state |= POLLOUT | POLLWRNORM;
    return state;
}

static uint32_t tty_poll(struct file *file, struct poll_wait *wait)
{
    struct tty *tty = file->state;

    poll_wait_add(wait, &tty->readers);
    poll_wait_add(wait, &tty->writers);
    return tty_poll_state(tty);
}

/* --- ioctl
 * ------------------------------------------------------------------------------------------------------------
 */

/* Are ^S and ^Q the keys that hold output? */
static bool flow_usual(const struct termios *termios)
{
    return (termios->c_iflag & IXON) && termios->c_cc[VSTOP] == 023 && termios->c_cc[VSTART] == 021;
}

static void tell_modes(struct tty *tty, const struct termios *before)
{
    const struct termios *after = &tty->ldisc.termios;
    bool external = (before->c_lflag | after->c_lflag) & EXTPROC;
    uint8_t set = flow_usual(after) ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;

    if (external || flow_usual(before) != flow_usual(after))
        tell_packet(tty, external ? set | TIOCPKT_IOCTL : set, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
}

static int64_t set_modes(struct file *file, struct tty *tty, uint32_t request, uaddr_t argument)
{
    const struct termios before = tty->ldisc.termios;
    struct termios termios;
    int64_t error = check_change(tty);

    if (error)
        return error;
    if (copy_from_user(&termios, argument, sizeof termios))
        return -EFAULT;
    (void)file; /* output is in the far side's hands already: nothing to drain for TCSETSW */
    if (request == TCSETSF) {
        ldisc_flush_input(&tty->ldisc);
        tell_packet(tty, TIOCPKT_FLUSHREAD, 0);
    }
    ldisc_set(&tty->ldisc, &termios);
    tell_modes(tty, &before);
    waitq_wake(&tty->readers); /* what counts as readable may have changed */
    if (!tty->ldisc.stopped)
        waitq_wake(&tty->writers);
    tty->driver->taken(tty);
    return 0;
}

static int64_t flush_queue(struct tty *tty, uint64_t which)
{
    int64_t error = check_change(tty);

    if (error)
        return error;
    if (which > TCIOFLUSH)
        return -EINVAL;
    if (which != TCOFLUSH) {
        ldisc_flush_input(&tty->ldisc);
        tty->driver->taken(tty);
        tell_packet(tty, TIOCPKT_FLUSHREAD, 0);
    }
    if (which != TCIFLUSH) /* what was written is in the far side's hands already */
        tell_packet(tty, TIOCPKT_FLUSHWRITE, 0);
    return 0;
}

static int64_t set_flow(struct tty *tty, uint64_t action)
{
    int64_t error = check_change(tty);
    bool before = tty->ldisc.stopped;

    if (error)
        return error;
    switch (action) {
    case TCOOFF:
        tty->ldisc.stopped = true;
        tell_stopped(tty, before);
        return 0;
    case TCOON:
        tty->ldisc.stopped = false;
        tell_stopped(tty, before);
        waitq_wake(&tty->writers);
        return 0;
    case TCIOFF:
    case TCION:
        return 0; /* asks the keyboard to pause; the host's flow control does that by itself */
    default:
        return -EINVAL;
    }
}

static int64_t set_window(struct tty *tty, uaddr_t argument)
{
    struct window_user window;

    if (copy_from_user(&window, argument, sizeof window))
        return -EFAULT;
    tty_set_window(tty, window.rows, window.columns, window.x_pixels, window.y_pixels);
    return 0;
}

int64_t tty_ioctl_common(struct tty *tty, uint32_t request, uaddr_t argument)
{
    struct window_user window = {tty->rows, tty->columns, tty->x_pixels, tty->y_pixels};

    switch (request) {
    case TCGETS:
        return copy_to_user(argument, &tty->ldisc.termios, sizeof tty->ldisc.termios);
    case TIOCGWINSZ:
        return copy_to_user(argument, &window, sizeof window);
    case TIOCSWINSZ:
        return set_window(tty, argument);
    default:
        return -ENOTTY;
    }
}

static int64_t tty_ioctl_session(struct tty *tty, uint32_t request, uaddr_t argument)
{
    struct process *own = current()->process;

    switch (request) {
    case TIOCGPGRP:
        return own->tty == tty ? put_user_u32(argument, (uint32_t)tty->group) : -ENOTTY;
    case TIOCSPGRP:
        return set_group(tty, argument);
    case TIOCGSID:
        return own->tty == tty && tty->session ? put_user_u32(argument, (uint32_t)tty->session)
                                               : -ENOTTY;
    case TIOCSCTTY:
        return take_terminal(tty, argument == 1);
    case TIOCNOTTY:
        return leave_terminal(tty);
    default:
        return -ENOTTY;
    }
}

static int64_t tty_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct tty *tty = file->state;

    switch (request) {
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_modes(file, tty, request, argument);
    case TCFLSH:
        return flush_queue(tty, argument);
    case TCXONC:
        return set_flow(tty, argument);
    case TCSBRK:
    case TCSBRKP:
        return check_change(tty); /* nothing to drain, no line to break */
    case FIONREAD:
        return put_user_u32(argument, ldisc_available(&tty->ldisc));
    case TIOCOUTQ:
        return put_user_u32(argument, 0);
    case TIOCGETD:
        return put_user_u32(argument, 0 /* N_TTY */);
    case TIOCEXCL:
    case TIOCNXCL:
        return 0; /* root opens exclusive terminals anyway */
    case TIOCGPGRP:
    case TIOCSPGRP:
    case TIOCGSID:
    case TIOCSCTTY:
    case TIOCNOTTY:
        return tty_ioctl_session(tty, request, argument);
    case TCGETS:
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        return tty_ioctl_common(tty, request, argument);
    case TIOCMGET:
    case TIOCGSERIAL:
    case TIOCGPTN:
    case TIOCSPTLCK:
        return -ENOTTY; /* not a serial line, not a master */
    default:
        return unimplemented(-ENOTTY, "terminal ioctl 0x%x", request);
    }
}

static void tty_release(struct file *file)
{
    struct tty *tty = file->state;

    tty->users--;
    if (tty->number >= 0 && !tty->users)
        tty->driver->flush(tty); /* the master learns that nobody has it open */
}

const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .ioctl = tty_ioctl,
    .poll = tty_poll,
    .release = tty_release,
};
