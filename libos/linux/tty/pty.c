/* SPDX-License-Identifier: MIT */
/*
 * pty.c - pseudo terminals: /dev/ptmx and /dev/pts.
 *
 * A pty is a struct tty whose far side is a file, the master: what programs write on the terminal's
 * side is queued for it, what is written to it is typed into the line discipline. It lives until
 * the master is closed and nobody has the terminal open. LIMIT: PTY_MAX at a time; /dev/pts lists
 * all names, and opening a free one gives EIO.
 */
#include <asm/fcntl.h>
#include <asm/poll.h>
#include "libos/linux/tty/tty.h"
#include "libos/linux/user.h"

#define PTY_MAX     32
#define QUEUE_BYTES 4096 /* a power of two */
#define CHUNK       256

struct pty {
    struct tty tty;
    bool master_open;
    bool locked; /* until unlockpt */
    bool opened; /* the terminal was open once */
    bool packet; /* the master reads a byte of status before everything (TIOCPKT) */
    uint8_t status; /* TIOCPKT_ bits that the master has not read yet */
    struct waitq master_waiters;
    void (*news)(void *state); /* of pty_create */
    void *news_state;
    uint32_t written, taken; /* of queue; they count for ever */
    uint8_t queue[QUEUE_BYTES];
};

static struct pty *ptys[PTY_MAX];

static struct pty *pty_of(struct tty *tty)
{
    return container_of(tty, struct pty, tty);
}

static uint32_t pty_used(const struct pty *pty)
{
    return pty->written - pty->taken;
}

/* --- The driver: what the terminal's side does to the master
 * --------------------------------------------------- */

static uint32_t pty_room(struct tty *tty)
{
    return QUEUE_BYTES - pty_used(pty_of(tty));
}

static void pty_write(struct tty *tty, const uint8_t *bytes, uint32_t count)
{
    struct pty *pty = pty_of(tty);

    for (uint32_t i = 0; i < count; i++)
        pty->queue[pty->written++ % QUEUE_BYTES] = bytes[i];
}

static void pty_free_unused(struct pty *pty)
{
    if (pty->master_open || pty->tty.users)
        return;
    ptys[pty->tty.number] = NULL;
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->tty == &pty->tty)
            process->tty = NULL;
    }
    heap_free(pty);
}

static void tell(struct pty *pty)
{
    waitq_wake(&pty->master_waiters);
    if (pty->news)
        pty->news(pty->news_state);
}

static void pty_flush(struct tty *tty)
{
    struct pty *pty = pty_of(tty);

    tell(pty);
    pty_free_unused(pty);
}

static void pty_taken(struct tty *tty)
{
    tell(pty_of(tty));
}

static void pty_packet(struct tty *tty, uint8_t set, uint8_t clear)
{
    struct pty *pty = pty_of(tty);

    if (!pty->packet)
        return;
    pty->status = (uint8_t)((pty->status & ~clear) | set);
    waitq_wake(&pty->master_waiters);
}

static const struct tty_driver pty_driver = {
    .room = pty_room,
    .write = pty_write,
    .flush = pty_flush,
    .taken = pty_taken,
    .packet = pty_packet,
};

/* --- The master
 * ----------------------------------------------------------------------------------------------------
 */

static bool terminal_gone(const struct pty *pty)
{
    return pty->opened && !pty->tty.users;
}

/* The byte before data in packet mode, or the status instead of it. Returns how many bytes it is; -errno. */
static int64_t read_packet_byte(struct pty *pty, uaddr_t buffer)
{
    uint8_t byte = pty->status;

    if (!pty->packet)
        return 0;
    if (copy_to_user(buffer, &byte, 1))
        return -EFAULT;
    pty->status = 0;
    return 1;
}

static int64_t master_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct pty *pty = file->state;
    struct waiter waiter;
    int64_t error = 0;

    (void)offset;
    if (!bytes)
        return 0;
    waiter_init(&waiter);
    while (!error && !pty_used(pty) && !pty->status) {
        wait_add(&pty->master_waiters, &waiter);
        if (terminal_gone(pty))
            error = -EIO;
        else
            error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    if (!pty_used(pty) && !pty->status)
        return error;
    bool only_status = pty->status;
    int64_t head = read_packet_byte(pty, buffer);

    if (head < 0 || only_status)
        return head;
    buffer += (uint64_t)head;
    bytes -= (uint64_t)head;
    uint32_t at = pty->taken % QUEUE_BYTES;
    uint32_t count = (uint32_t)min_of(bytes, (uint64_t)pty_used(pty));
    uint32_t first = min_of(count, QUEUE_BYTES - at);

    if (copy_to_user(buffer, pty->queue + at, first) ||
        (count > first && copy_to_user(buffer + first, pty->queue, count - first)))
        return -EFAULT;
    pty->taken += count;
    waitq_wake(&pty->tty.writers);
    return head + count;
}

static int64_t wait_discipline(struct file *file, struct pty *pty)
{
    struct waiter waiter;
    int64_t error = 0;

    waiter_init(&waiter);
    while (!error && !ldisc_room(&pty->tty.ldisc)) {
        wait_add(&pty->master_waiters, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    return error;
}

static int64_t master_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct pty *pty = file->state;
    uint8_t chunk[CHUNK];
    uint64_t done = 0;
    int64_t error = 0;

    (void)offset;
    if (terminal_gone(pty))
        return -EIO;
    while (done < bytes && !error) {
        error = wait_discipline(file, pty);
        uint32_t count = (uint32_t)min_of(
            bytes - done, (uint64_t)min_of(ldisc_room(&pty->tty.ldisc), (uint32_t)CHUNK));

        if (error)
            break;
        if (copy_from_user(chunk, buffer + done, count)) {
            error = -EFAULT;
            break;
        }
        tty_receive(&pty->tty, chunk, count);
        done += count;
    }
    return done ? (int64_t)done : error;
}

static uint32_t master_poll(struct file *file, struct poll_wait *wait)
{
    struct pty *pty = file->state;
    uint32_t state = 0;

    poll_wait_add(wait, &pty->master_waiters);
    if (pty_used(pty))
        state |= POLLIN | POLLRDNORM;
    if (pty->status)
        state |= POLLPRI | POLLIN | POLLRDNORM;
    if (terminal_gone(pty))
        return state | POLLHUP;
    if (ldisc_room(&pty->tty.ldisc))
        state |= POLLOUT | POLLWRNORM;
    return state;
}

static int64_t open_terminal(struct pty *pty, uint32_t flags)
{
    char path[24];
    struct file *file;

    if (flags & ~(uint32_t)(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    format(path, sizeof path, "/dev/pts/%d", pty->tty.number);
    int error = file_open(path, flags & ~(uint32_t)O_CLOEXEC, 0, &file);

    if (error)
        return error;
    int fd = fd_install(file, flags & O_CLOEXEC, 0);

    if (fd < 0)
        file_drop(file);
    return fd;
}

static int64_t set_lock(struct pty *pty, uaddr_t argument)
{
    uint32_t lock;

    if (get_user_u32(&lock, argument))
        return -EFAULT;
    pty->locked = lock != 0;
    return 0;
}

static int64_t set_packet(struct pty *pty, uaddr_t argument)
{
    uint32_t on;

    if (get_user_u32(&on, argument))
        return -EFAULT;
    if (!on != !pty->packet)
        pty->status = 0;
    pty->packet = on != 0;
    return 0;
}

/* From the master's side: input is what programs wrote; what was typed for them has been delivered. */
static int64_t flush_queues(struct pty *pty, uint64_t which)
{
    if (which > TCIOFLUSH)
        return -EINVAL;
    if (which != TCOFLUSH) {
        pty->taken = pty->written;
        waitq_wake(&pty->tty.writers);
    }
    return 0;
}

static int64_t set_modes(struct pty *pty, uaddr_t argument)
{
    struct termios termios;

    if (copy_from_user(&termios, argument, sizeof termios))
        return -EFAULT;
    ldisc_set(&pty->tty.ldisc, &termios);
    waitq_wake(&pty->tty.readers);
    return 0;
}

static int64_t master_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct pty *pty = file->state;
    uint32_t signal = (uint32_t)argument;

    switch (request) {
    case TIOCGPTN:
        return put_user_u32(argument, (uint32_t)pty->tty.number);
    case TIOCSPTLCK:
        return set_lock(pty, argument);
    case TIOCGPTLCK:
        return put_user_u32(argument, pty->locked);
    case TIOCGPTPEER:
        return open_terminal(pty, (uint32_t)argument);
    case TIOCPKT:
        return set_packet(pty, argument);
    case TIOCGPKT:
        return put_user_u32(argument, pty->packet);
    case TCFLSH:
        return flush_queues(pty, argument);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_modes(pty, argument);
    case FIONREAD:
        return put_user_u32(argument, pty_used(pty));
    case TIOCGPGRP:
        return put_user_u32(argument, (uint32_t)pty->tty.group);
    case TIOCGSID:
        return pty->tty.session ? put_user_u32(argument, (uint32_t)pty->tty.session) : -ENOTTY;
    case TIOCSIG:
        if (signal < 1 || signal > SIGNAL_COUNT)
            return -EINVAL;
        return pty->tty.group ? signal_send_group(pty->tty.group, (int)signal, NULL) : 0;
    case TCGETS:
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        return tty_ioctl_common(&pty->tty, request, argument);
    default:
        return unimplemented(-ENOTTY, "pty master ioctl 0x%x", request);
    }
}

static void master_release(struct file *file)
{
    struct pty *pty = file->state;

    pty->master_open = false;
    tty_hangup(&pty->tty);
    pty_free_unused(pty);
}

static const struct file_ops master_ops = {
    .read = master_read,
    .write = master_write,
    .ioctl = master_ioctl,
    .poll = master_poll,
    .release = master_release,
};

/* --- Opening
 * -----------------------------------------------------------------------------------------------------------
 */

static int pty_new(struct pty **out)
{
    int number = 0;

    while (number < PTY_MAX && ptys[number])
        number++;
    if (number == PTY_MAX)
        return -ENOSPC;
    struct pty *pty = heap_zalloc(sizeof *pty);

    if (!pty)
        return -ENOMEM;
    *out = pty;
    tty_init(&pty->tty, &pty_driver);
    pty->tty.ldisc.termios.c_cflag &= ~(unsigned)HUPCL; /* no line to hang up */
    pty->tty.number = number;
    pty->master_open = true;
    waitq_init(&pty->master_waiters);
    ptys[number] = pty;
    return 0;
}

static int master_open(struct file *file)
{
    struct pty *pty;
    int error = pty_new(&pty);

    if (error)
        return error;
    pty->locked = true;
    file->ops = &master_ops;
    file->state = pty;
    return 0;
}

/* --- Without a master's file */

struct pty *pty_create(void (*news)(void *state), void *state)
{
    struct pty *pty;

    if (pty_new(&pty))
        return NULL;
    pty->news = news;
    pty->news_state = state;
    return pty;
}

void pty_close(struct pty *pty)
{
    pty->news = NULL;
    pty->master_open = false;
    tty_hangup(&pty->tty);
    pty_free_unused(pty);
}

int pty_number(const struct pty *pty)
{
    return pty->tty.number;
}

uint32_t pty_take(struct pty *pty, uint8_t *to, uint32_t bytes)
{
    uint32_t count = min_of(bytes, pty_used(pty));

    for (uint32_t i = 0; i < count; i++)
        to[i] = pty->queue[pty->taken++ % QUEUE_BYTES];
    if (count)
        waitq_wake(&pty->tty.writers);
    return count;
}

uint32_t pty_type(struct pty *pty, const uint8_t *bytes, uint32_t count)
{
    count = min_of(count, ldisc_room(&pty->tty.ldisc));
    if (count)
        tty_receive(&pty->tty, bytes, count);
    return count;
}

void pty_window(struct pty *pty, uint16_t rows, uint16_t columns)
{
    tty_set_window(&pty->tty, rows, columns, 0, 0);
}

/* The file's inode says which: devices of major 136, minor = number. */
static int terminal_open(struct file *file)
{
    struct stat stat;

    if (file_stat(file, &stat))
        return -EIO;
    uint32_t number = (uint32_t)(stat.st_rdev & 0xff);
    struct pty *pty = number < PTY_MAX ? ptys[number] : NULL;

    if (!pty || pty->locked || !pty->master_open)
        return -EIO;
    pty->opened = true;
    tty_attach(file, &pty->tty);
    return 0;
}

int pty_start(void)
{
    int error = device_register("ptmx", 0666, 5, 2, master_open);
    char name[16];

    for (int number = 0; number < PTY_MAX && !error; number++) {
        format(name, sizeof name, "pts/%d", number);
        error = device_register(name, 0620, 136, (uint32_t)number, terminal_open);
    }
    return error;
}
