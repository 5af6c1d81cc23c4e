/* SPDX-License-Identifier: MIT */
/*
 * pty_compare.c - the line discipline against the host's: the same keys into a Linux pty and into
 * ours, compared in what comes back to the screen and in what a program reads. Skipped where the
 * host gives no pty. Not compared: erasing tabs without OPOST, where Linux counts columns that it
 * did not print.
 */
#include "libos/linux/tty/ldisc.h"
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROUNDS   400
#define KEYS_MAX 60

static struct ldisc ldisc;
static uint8_t our_echo[65536];
static size_t our_echo_length;

static void on_echo(struct ldisc *self, const uint8_t *bytes, size_t count)
{
    (void)self;
    if (our_echo_length + count <= sizeof our_echo) {
        memcpy(our_echo + our_echo_length, bytes, count);
        our_echo_length += count;
    }
}

static void on_signal(struct ldisc *self, int signal)
{
    (void)self;
    (void)signal;
}

/* Everything that can be read now, with a mark between reads, so that line borders are compared,
 * too. */
static size_t drain(int fd, uint8_t *to, size_t size, size_t each, bool marks)
{
    size_t length = 0;

    for (int reads = 0; reads < 100; reads++) {
        ssize_t got = read(fd, to + length, each < size - length - 1 ? each : size - length - 1);

        if (got < 0)
            break;
        length += (size_t)got;
        if (marks)
            to[length++] = '|';
        else if (got == 0)
            break;
    }
    return length;
}

static void show(const char *what, const uint8_t *bytes, size_t count)
{
    printf("#   %-10s \"", what);
    for (size_t i = 0; i < count; i++)
        printf(bytes[i] >= ' ' && bytes[i] < 127 ? "%c" : "\\x%02x", bytes[i]);
    printf("\"\n");
}

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t make_keys(uint8_t *keys)
{
    /* Letters, spaces, tabs, editing keys, control characters; no stop key (it would hold the
     * echo). */
    static const uint8_t alphabet[] =
        "abcXYZ019  ..\t\t\r\r\n\x7f\x7f\x7f\x15\x17\x17\x16\x04\x12\x01\x1b_\xc3\xa4\xc3\xa4";
    size_t count = 1 + next() % KEYS_MAX;

    for (size_t i = 0; i < count; i++)
        keys[i] = alphabet[next() % (sizeof alphabet - 1)];
    return count;
}

static void make_modes(struct termios *termios)
{
    static const unsigned local[] = {ECHO, ECHOE, ECHOK, ECHOKE, ECHOCTL, IEXTEN, ECHONL};
    static const unsigned input[] = {ICRNL, INLCR, IGNCR, IUTF8};
    static const unsigned output[] = {ONLCR, OCRNL, ONOCR, ONLRET};

    if (next() % 3 == 0)
        termios->c_lflag ^= local[next() % 7];
    if (next() % 3 == 0)
        termios->c_iflag ^= input[next() % 4];
    if (next() % 4 == 0)
        termios->c_oflag ^= output[next() % 4];
}

/* One pty, some keys, both sides. True: the same. */
static bool compare(int round)
{
    uint8_t keys[KEYS_MAX];
    uint8_t host_echo[8192], host_read[8192], our_read[8192];
    size_t count = make_keys(keys);
    size_t each = 1 + next() % 80;
    int unlock = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct termios termios;

    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock))
        return false;
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK);

    if (slave < 0 || ioctl(slave, TCGETS, &termios))
        return false;
    ldisc_init(&ldisc);
    ldisc.echo = on_echo;
    ldisc.signal = on_signal;
    termios = ldisc.termios;
    make_modes(&termios);
    ldisc_set(&ldisc, &termios);
    our_echo_length = 0;
    if (ioctl(slave, TCSETS, &termios) || write(master, keys, count) != (ssize_t)count)
        return false;
    usleep(2000); /* the host moves bytes in a work queue */
    size_t host_read_length = drain(slave, host_read, sizeof host_read, each, true);
    size_t host_echo_length = drain(master, host_echo, sizeof host_echo, sizeof host_echo, false);
    size_t our_length = 0;

    close(slave);
    close(master);
    for (size_t i = 0; i < count; i++)
        ldisc_input(&ldisc, keys[i]);
    while (ldisc_available(&ldisc)) {
        our_length += ldisc_read(&ldisc, our_read + our_length, each);
        our_read[our_length++] = '|';
    }
    if (host_read_length == our_length && !memcmp(host_read, our_read, our_length) &&
        host_echo_length == our_echo_length && !memcmp(host_echo, our_echo, our_echo_length))
        return true;
    printf("# round %d: iflag %x oflag %x lflag %x, reads of %zu\n", round, termios.c_iflag,
           termios.c_oflag, termios.c_lflag, each);
    show("keys", keys, count);
    show("host echo", host_echo, host_echo_length);
    show("our echo", our_echo, our_echo_length);
    show("host read", host_read, host_read_length);
    show("our read", our_read, our_length);
    return false;
}

int main(void)
{
    int good = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

    if (master < 0) {
        printf("ok 1 - tty: same as the host's terminal # SKIP no pty here: %s\n1..1\n",
               strerror(errno));
        return 0;
    }
    close(master);
    for (int round = 0; round < ROUNDS; round++)
        good += compare(round);
    printf("%sok 1 - tty: %d of %d random key sequences as on the host's terminal\n1..1\n",
           good == ROUNDS ? "" : "not ", good, ROUNDS);
    return good != ROUNDS;
}
