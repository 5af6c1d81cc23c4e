/* SPDX-License-Identifier: MIT */
/*
 * stream.c - standard input, output and error: rings shared with init, seen by programs as pipes or
 * a terminal.
 *
 * init wakes the instance when input came, a signal or a window change, and when it took bytes from
 * a ring that was more than half full; that becomes stream_event. The other way, init is woken
 * after each read or write. A peer that breaks the rules of a ring (lib/exo/ring.h) ends the
 * instance: there is no one left to talk to.
 */
#include <asm/fcntl.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/stat.h>
#include "abi/exo_channel.h"
#include "lib/exo/ring.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/tty/tty.h"
#include "libos/linux/user.h"
#include "exo_stubs.h"

#define SLOT_OWN    0 /* any: the event bit is open to all */
#define PIPE_ATOMIC 4096

struct stream {
    struct instance_ring *ring;
    uint8_t *bytes;
    uint32_t size;
    struct waitq waiters;
};

static struct stream input;
static struct stream output;
static struct stream errors;
static struct tty console;
static struct stream *console_output; /* NULL: the terminal is input only */

static void wake_init(void)
{
    exo_wake(SLOT_OWN, instance->init_env, 1ul << STREAM_EVENT(instance->index));
}

static uint32_t stream_used(const struct stream *stream)
{
    uint32_t used = exo_ring_used(stream->ring, stream->size);

    if (used == EXO_RING_BROKEN)
        panic("a stream ring is broken: written %u, taken %u of %u bytes", stream->ring->written,
              stream->ring->taken, stream->size);
    return used;
}

static uint32_t stream_room(const struct stream *stream)
{
    return stream->size - stream_used(stream);
}

/* True: no input is in the ring and none will come. in_end is looked at first: bytes before it are
 * in the ring. */
static bool input_over(void)
{
    uint32_t end = __atomic_load_n(&streams->in_end, __ATOMIC_ACQUIRE);

    return end && !stream_used(&input);
}

/* --- As pipes
 * --------------------------------------------------------------------------------------------------
 */

/* Copies `count` bytes at the ring's reading end to the program, in two pieces where it wraps. */
static int ring_to_user(const struct stream *stream, uaddr_t to, uint32_t count)
{
    uint32_t at = stream->ring->taken & (stream->size - 1);
    uint32_t first = min_of(count, stream->size - at);

    if (copy_to_user(to, stream->bytes + at, first))
        return -EFAULT;
    return count > first ? copy_to_user(to + first, stream->bytes, count - first) : 0;
}

static int ring_from_user(struct stream *stream, uaddr_t from, uint32_t count)
{
    uint32_t written = stream->ring->written;
    uint32_t at = written & (stream->size - 1);
    uint32_t first = min_of(count, stream->size - at);

    if (copy_from_user(stream->bytes + at, from, first))
        return -EFAULT;
    if (count > first && copy_from_user(stream->bytes, from + first, count - first))
        return -EFAULT;
    /* Pairs with the acquire load in init's exo_ring_used. */
    __atomic_store_n(&stream->ring->written, written + count, __ATOMIC_RELEASE);
    return 0;
}

static int64_t pipe_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct waiter waiter;
    int64_t error = 0;

    (void)offset;
    if (!bytes)
        return 0;
    waiter_init(&waiter);
    while (!error && !stream_used(&input) && !input_over()) {
        wait_add(&input.waiters, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    uint32_t count = (uint32_t)min_of(bytes, (uint64_t)stream_used(&input));

    if (!count)
        return error;
    if (ring_to_user(&input, buffer, count))
        return -EFAULT;
    exo_ring_skip(input.ring, count);
    wake_init();
    return count;
}

/* Waits for room for `need` bytes. 0, -EAGAIN or -ERESTARTSYS. */
static int64_t wait_ring(struct file *file, struct stream *stream, uint32_t need)
{
    struct waiter waiter;
    int64_t error = 0;

    waiter_init(&waiter);
    for (;;) {
        wait_add(&stream->waiters, &waiter);
        if (stream_room(stream) >= need)
            break;
        wake_init();
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
        if (error)
            break;
    }
    wait_remove(&waiter);
    return error;
}

static int64_t pipe_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct stream *stream = file->state;
    uint32_t need = bytes <= PIPE_ATOMIC ? (uint32_t)bytes : 1; /* short writes go as a whole */
    uint64_t done = 0;
    int64_t error = 0;

    (void)offset;
    while (done < bytes) {
        if (stream_room(stream) < need)
            error = wait_ring(file, stream, need);
        if (error)
            break;
        uint32_t count = (uint32_t)min_of(bytes - done, (uint64_t)stream_room(stream));

        if (ring_from_user(stream, buffer + done, count)) {
            error = -EFAULT;
            break;
        }
        done += count;
    }
    if (done)
        wake_init();
    return done ? (int64_t)done : error;
}

static int64_t pipe_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct stream *stream = file->state;

    return request == FIONREAD ? put_user_u32(argument, stream_used(stream)) : -ENOTTY;
}

static uint32_t pipe_poll_in(struct file *file, struct poll_wait *wait)
{
    (void)file;
    poll_wait_add(wait, &input.waiters);
    uint32_t state = stream_used(&input) ? POLLIN | POLLRDNORM : 0;

    return input_over() ? state | POLLHUP : state;
}

static uint32_t pipe_poll_out(struct file *file, struct poll_wait *wait)
{
    struct stream *stream = file->state;

    poll_wait_add(wait, &stream->waiters);
    return stream_room(stream) >= PIPE_ATOMIC ? POLLOUT | POLLWRNORM : 0;
}

static const struct file_ops input_ops = {
    .read = pipe_read,
    .ioctl = pipe_ioctl,
    .poll = pipe_poll_in,
};

static const struct file_ops output_ops = {
    .write = pipe_write,
    .ioctl = pipe_ioctl,
    .poll = pipe_poll_out,
};

/* --- As a terminal
 * ------------------------------------------------------------------------------------------------
 */

static uint32_t console_room(struct tty *tty)
{
    (void)tty;
    return console_output ? stream_room(console_output) : LDISC_OUTPUT_MAX;
}

static void console_write(struct tty *tty, const uint8_t *bytes, uint32_t count)
{
    (void)tty;
    if (console_output)
        exo_ring_write(console_output->ring, console_output->bytes, console_output->size, bytes,
                       count);
}

static void console_flush(struct tty *tty)
{
    (void)tty;
    wake_init();
}

/* Moves what the host typed into the discipline, as far as there is room. */
static void console_pull(struct tty *tty)
{
    uint8_t chunk[256];
    uint32_t taken = 0;

    for (;;) {
        uint32_t want =
            min_of(min_of(ldisc_room(&tty->ldisc), (uint32_t)sizeof chunk), stream_used(&input));

        if (!want)
            break;
        taken += exo_ring_take(input.ring, input.bytes, input.size, chunk, want);
        tty_receive(tty, chunk, want);
    }
    if (taken)
        wake_init();
    if (!tty->input_ended && input_over()) {
        tty->input_ended = true;
        waitq_wake(&tty->readers);
    }
}

static const struct tty_driver console_driver = {
    .room = console_room,
    .write = console_write,
    .flush = console_flush,
    .taken = console_pull,
};

/* --- Events
 * ---------------------------------------------------------------------------------------------------------
 */

static int signal_of_channel(uint32_t bit)
{
    switch (bit) {
    case CHANNEL_SIGNAL_HANGUP:
        return SIGHUP;
    case CHANNEL_SIGNAL_INTERRUPT:
        return SIGINT;
    case CHANNEL_SIGNAL_QUIT:
        return SIGQUIT;
    case CHANNEL_SIGNAL_TERMINATE:
        return SIGTERM;
    case CHANNEL_SIGNAL_CONTINUE:
        return SIGCONT;
    default:
        return 0;
    }
}

/* The host's signals go to whom a terminal's would: the foreground group, or the first program's.
 */
static void deliver_host_signals(void)
{
    uint32_t bits = __atomic_exchange_n(&streams->signals, 0, __ATOMIC_ACQ_REL);
    const struct process *first = process_init();
    int group = console.group ? console.group : (first ? first->pgid : 0);

    for (uint32_t bit = 0; bits && group; bit++, bits >>= 1) {
        int signal = bits & 1 ? signal_of_channel(bit) : 0;
        struct siginfo info = {.signo = signal, .code = SI_KERNEL};

        if (signal)
            signal_send_group(group, signal, &info);
    }
}

__attribute__((noinline)) void stream_event(void)
{
    uint32_t window;

    if (!input.ring)
        return; /* before stream_start */
    if (streams->signals)
        deliver_host_signals();
    window = __atomic_exchange_n(&streams->window, 0, __ATOMIC_ACQ_REL);
    if (window)
        tty_set_window(&console, (uint16_t)(window >> 16), (uint16_t)window, 0, 0);
    if (instance->tty_mask & 1)
        console_pull(&console);
    else if (stream_used(&input) || input_over())
        waitq_wake(&input.waiters);
    if (stream_room(&output) >= PIPE_ATOMIC)
        waitq_wake(&output.waiters);
    if (stream_room(&errors) >= PIPE_ATOMIC)
        waitq_wake(&errors.waiters);
    waitq_wake(&console.writers);
    observe_event();
}

/* --- Start
 * ------------------------------------------------------------------------------------------------------------
 */

static void stream_init(struct stream *stream, struct instance_ring *ring, uint8_t *bytes,
                        uint32_t size)
{
    stream->ring = ring;
    stream->bytes = bytes;
    stream->size = size;
    waitq_init(&stream->waiters);
}

static int console_open(struct file *file)
{
    tty_attach(file, &console);
    return 0;
}

/* /dev/tty: the terminal of whoever opens it. */
static int controlling_open(struct file *file)
{
    struct tty *tty = current()->process->tty;

    if (!tty)
        return -ENXIO;
    tty_attach(file, tty);
    return 0;
}

int tty_start(void)
{
    stream_init(&input, &streams->in, streams->in_bytes, STREAM_IN_BYTES);
    stream_init(&output, &streams->out, streams->out_bytes, STREAM_OUT_BYTES);
    stream_init(&errors, &streams->err, streams->err_bytes, STREAM_ERR_BYTES);
    tty_init(&console, &console_driver);
    console.rows = instance->rows;
    console.columns = instance->columns;
    if (instance->tty_mask & 2)
        console_output = &output;
    else if (instance->tty_mask & 4)
        console_output = &errors;
    int error = device_register("console", 0620, 5, 1, console_open);

    if (!error)
        error = device_register("tty", 0666, 5, 0, controlling_open);
    return error ? error : pty_start();
}

/* What /proc/self/fd/N and /dev/stdin open again: the same stream. */
static int input_open(struct file *file)
{
    file->ops = &input_ops;
    file->state = &input;
    return 0;
}

static int output_open(struct file *file)
{
    file->ops = &output_ops;
    file->state = inode_state(file->inode);
    return 0;
}

static struct file *terminal_file(void)
{
    struct file *file;

    return file_open("/dev/console", O_RDWR, 0, &file) ? NULL : file;
}

struct file *stream_file(int descriptor)
{
    struct stream *stream = descriptor == 0 ? &input : descriptor == 1 ? &output : &errors;

    if (instance->tty_mask & 1u << descriptor)
        return terminal_file();
    struct file *file =
        file_new(descriptor ? &output_ops : &input_ops, descriptor ? O_WRONLY : O_RDONLY);

    if (!file)
        return NULL;
    file->state = stream;
    file->inode = inode_anonymous(S_IFIFO | 0600, 0, descriptor ? output_open : input_open, stream);
    if (!file->inode) {
        file_drop(file);
        return NULL;
    }
    return file;
}
