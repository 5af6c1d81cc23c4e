/* SPDX-License-Identifier: MIT */
/*
 * ldisc_test.c - the line discipline on the host: what is typed, what is echoed, what a program
 * reads.
 *
 * Expected texts are what a Linux terminal does; pty_compare.c holds the discipline against the
 * host's. Enter types "\r".
 */
#include "libos/linux/tty/ldisc.h"
#include <asm/signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct ldisc ldisc;
static char echoed[65536];
static size_t echoed_length;
static int signals[16];
static int signal_count;
static int test_count;
static int failures;

static void on_echo(struct ldisc *self, const uint8_t *bytes, size_t count)
{
    (void)self;
    if (echoed_length + count < sizeof echoed) {
        memcpy(echoed + echoed_length, bytes, count);
        echoed_length += count;
    }
}

static void on_signal(struct ldisc *self, int signal)
{
    (void)self;
    if (signal_count < 16)
        signals[signal_count++] = signal;
}

static void start(void)
{
    memset(&ldisc, 0xa5, sizeof ldisc);
    ldisc_init(&ldisc);
    ldisc.echo = on_echo;
    ldisc.signal = on_signal;
    echoed_length = 0;
    signal_count = 0;
}

static void type_bytes(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ldisc_input(&ldisc, (uint8_t)bytes[i]);
}

#define TYPE(text) type_bytes(text, sizeof(text) - 1)

static void show(const char *what, const char *bytes, size_t count)
{
    printf("#   %s: \"", what);
    for (size_t i = 0; i < count; i++)
        printf(bytes[i] >= ' ' && bytes[i] != 127 ? "%c" : "\\x%02x", (unsigned char)bytes[i]);
    printf("\"\n");
}

static void result(int good, const char *name)
{
    test_count++;
    failures += !good;
    printf("%sok %d - tty: %s\n", good ? "" : "not ", test_count, name);
}

/* One read of `want` bytes gives `expected`. */
static int reads(const char *expected, size_t length, size_t want)
{
    uint8_t buffer[8192];
    size_t got = ldisc_read(&ldisc, buffer, want);

    if (got == length && memcmp(buffer, expected, length) == 0)
        return 1;
    show("read", (const char *)buffer, got);
    show("expected", expected, length);
    return 0;
}

#define READS(text, want) reads(text, sizeof(text) - 1, want)

static int echoes(const char *expected, size_t length)
{
    if (echoed_length == length && memcmp(echoed, expected, length) == 0)
        return 1;
    show("echo", echoed, echoed_length);
    show("expected", expected, length);
    return 0;
}

#define ECHOES(text) echoes(text, sizeof(text) - 1)

static void set_flags(unsigned input_off, unsigned local_off, unsigned local_on)
{
    struct termios termios = ldisc.termios;

    termios.c_iflag &= ~input_off;
    termios.c_lflag = (termios.c_lflag & ~local_off) | local_on;
    ldisc_set(&ldisc, &termios);
}

static void test_lines(void)
{
    start();
    TYPE("hello");
    result(ldisc_available(&ldisc) == 0, "an unfinished line cannot be read");
    TYPE("\r");
    result(READS("hello\n", 100) && ECHOES("hello\r\n"), "a line with Enter, echoed");
    start();
    TYPE("one\rtwo\r");
    result(READS("one\n", 100) && READS("two\n", 100), "two lines are two reads");
    start();
    TYPE("abcdef\r");
    result(READS("abc", 3) && READS("def\n", 100), "a short read leaves the rest of the line");
    start();
    TYPE("\n");
    result(READS("\n", 10), "newline itself ends a line");
}

static void test_end_of_file(void)
{
    start();
    TYPE("\x04");
    result(ldisc_available(&ldisc) && READS("", 10) && !ldisc_available(&ldisc),
           "end of file on an empty line");
    start();
    TYPE("ab\x04");
    result(READS("ab", 10) && !ldisc_available(&ldisc), "end of file after text pushes the text");
    start();
    TYPE("abc\x04");
    result(READS("abc", 3) && !ldisc_available(&ldisc),
           "a read of exactly that text takes the mark, too");
    start();
    TYPE("a\x04\x04");
    result(READS("a", 10) && READS("", 10), "twice: text, then end of file");
}

static void test_erase(void)
{
    start();
    TYPE("ax\x7f"
         "b\r");
    result(READS("ab\n", 10) && ECHOES("ax\b \bb\r\n"),
           "erase takes one character off line and screen");
    start();
    TYPE("\x7f\x7fx\r");
    result(READS("x\n", 10) && ECHOES("x\r\n"), "erase on an empty line does nothing");
    start();
    TYPE("a\x16\x01"
         "\x7f\r");
    result(READS("a\n", 10) && ECHOES("a^\b^A\b \b\b \b\r\n"),
           "a control character is two columns wide");
    start();
    TYPE("ab\t\x7f"
         "c\r");
    result(READS("abc\n", 10) && ECHOES("ab\t\b\b\b\b\b\bc\r\n"),
           "erasing a tab goes back to where it began");
    start();
    ldisc.termios.c_iflag |= IUTF8;
    TYPE("a\xc3\xa4\x7f"
         "b\r");
    result(READS("ab\n", 10) && ECHOES("a\xc3\xa4\b \bb\r\n"),
           "erase takes a whole UTF-8 character");
    start();
    TYPE("one two  \x17X\r");
    result(READS("one X\n", 20), "word erase takes spaces and the word before them");
    start();
    TYPE("abc\x15xy\r");
    result(READS("xy\n", 10) && ECHOES("abc\b \b\b \b\b \bxy\r\n"), "kill takes the line");
    start();
    set_flags(0, ECHOE | ECHOKE, 0);
    TYPE("ab\x7f\x15"
         "c\r");
    result(READS("c\n", 10) && ECHOES("ab^?^U\r\nc\r\n"),
           "without ECHOE and ECHOKE the keys themselves are echoed");
    start();
    TYPE("first\rse\x7f\x7f\x7f\x7f\x15ok\r");
    result(READS("first\n", 10) && READS("ok\n", 10), "editing never reaches into a finished line");
}

static void test_keys(void)
{
    start();
    TYPE("\x16\x03\r");
    result(READS("\x03\n", 10) && signal_count == 0, "literal next makes a signal key a character");
    start();
    TYPE("ab\x12"
         "c\r");
    result(READS("abc\n", 10) && ECHOES("ab^R\r\nabc\r\n"), "reprint shows the line again");
    start();
    ldisc.termios.c_cc[VEOL] = ';';
    TYPE("a;b\r");
    result(READS("a;", 10) && READS("b\n", 10),
           "the end-of-line key ends a line and is part of it");
    start();
    set_flags(0, IEXTEN, 0);
    TYPE("a b\x17\r");
    result(READS("a b\x17\n", 10), "without IEXTEN word erase is a character");
}

static void test_signals(void)
{
    start();
    TYPE("abc\x03");
    result(signal_count == 1 && signals[0] == SIGINT && ECHOES("abc^C"),
           "interrupt key signals and is echoed");
    TYPE("x\r");
    result(READS("x\n", 10), "a signal key discards the line");
    start();
    TYPE("\x1c\x1a");
    result(signal_count == 2 && signals[0] == SIGQUIT && signals[1] == SIGTSTP,
           "quit and suspend keys");
    start();
    set_flags(0, 0, NOFLSH);
    TYPE("ab\x03"
         "c\r");
    result(READS("abc\n", 10) && signal_count == 1, "NOFLSH keeps the line");
    start();
    set_flags(0, ISIG, 0);
    TYPE("\x03\r");
    result(READS("\x03\n", 10) && signal_count == 0, "without ISIG it is a character");
    start();
    ldisc.termios.c_cc[VINTR] = 0;
    ldisc_input(&ldisc, 0);
    result(signal_count == 0, "a key set to 0 does not exist");
}

static void test_raw(void)
{
    start();
    set_flags(ICRNL, ICANON | ECHO | ISIG | IEXTEN, 0);
    TYPE("a\x03\x7f\r\x04");
    result(READS("a\x03\x7f\r\x04", 100) && ECHOES(""), "raw mode passes everything through");
    start();
    TYPE("abc");
    set_flags(0, ICANON, 0);
    result(READS("abc", 10), "what was typed becomes readable when canonical mode ends");
    start();
    set_flags(0, ICANON, 0);
    TYPE("xyz");
    set_flags(0, 0, ICANON);
    TYPE("w\r");
    result(READS("xyz", 10) && READS("w\n", 10), "raw input reads as a line of its own afterwards");
    start();
    TYPE("ab\x04");
    set_flags(0, ICANON, 0);
    result(READS("ab", 10), "an end-of-file key typed before raw mode reads as nothing");
}

static void test_input_modes(void)
{
    start();
    ldisc.termios.c_iflag |= IGNCR;
    TYPE("a\rb\n");
    result(READS("ab\n", 10), "IGNCR drops returns");
    start();
    set_flags(ICRNL, 0, 0);
    ldisc.termios.c_iflag |= INLCR;
    TYPE("a\nb\x04");
    result(READS("a\rb", 10), "INLCR turns newline into return");
    start();
    ldisc.termios.c_iflag |= ISTRIP;
    TYPE("\xe1\r");
    result(READS("a\n", 10), "ISTRIP clears the eighth bit");
    start();
    set_flags(0, ECHO, 0);
    TYPE("secret\r");
    result(READS("secret\n", 10) && ECHOES(""), "no echo for passwords");
    start();
    set_flags(0, ECHO, ECHONL);
    TYPE("secret\r");
    result(ECHOES("\r\n"), "ECHONL echoes the newline alone");
    start();
    TYPE("\x13");
    result(ldisc.stopped, "stop key holds output");
    TYPE("\x11");
    result(!ldisc.stopped && ECHOES(""), "start key releases it; neither is echoed");
}

static void test_output(void)
{
    uint8_t out[LDISC_OUTPUT_MAX];

    start();
    result(ldisc_output(&ldisc, '\n', out) == 2 && memcmp(out, "\r\n", 2) == 0,
           "newline becomes return, newline");
    ldisc.termios.c_oflag &= ~(unsigned)OPOST;
    result(ldisc_output(&ldisc, '\n', out) == 1 && out[0] == '\n', "not without OPOST");
    start();
    ldisc.termios.c_oflag |= XTABS;
    ldisc_output(&ldisc, 'a', out);
    result(ldisc_output(&ldisc, '\t', out) == 7 && memcmp(out, "       ", 7) == 0,
           "XTABS expands to the next stop");
    start();
    ldisc.termios.c_oflag = OPOST | OCRNL;
    result(ldisc_output(&ldisc, '\r', out) == 1 && out[0] == '\n', "OCRNL");
    start();
    ldisc.termios.c_oflag = OPOST | ONOCR;
    result(ldisc_output(&ldisc, '\r', out) == 0, "ONOCR sends no return at column 0");
}

static void test_full(void)
{
    int good = 1;

    start();
    for (int i = 0; i < 5000; i++)
        ldisc_input(&ldisc, 'x');
    ldisc_input(&ldisc, '\r');
    result(ldisc_available(&ldisc) == LDISC_BYTES, "a line is at most 4095 bytes and its newline");
    uint8_t buffer[LDISC_BYTES];

    good =
        ldisc_read(&ldisc, buffer, sizeof buffer) == LDISC_BYTES && buffer[LDISC_BYTES - 1] == '\n';
    result(good && ldisc_room(&ldisc) == LDISC_BYTES, "it reads back and leaves room");
    start();
    set_flags(0, ICANON, 0);
    while (ldisc_room(&ldisc))
        ldisc_input(&ldisc, 'r');
    result(ldisc_available(&ldisc) == LDISC_BYTES - 1, "raw mode fills up and says so");
    start();
    for (int i = 0; i < 100000; i++) {
        ldisc_input(&ldisc, (uint8_t)('a' + i % 26));
        if (i % 50 == 49) {
            ldisc_input(&ldisc, '\r');
            good &= ldisc_read(&ldisc, buffer, sizeof buffer) == 51;
        }
    }
    result(good, "lines survive the wrap of the buffer");
}

/* Whatever is typed in whatever mode: no crash, no byte out of nowhere, counters in order. */
static void test_random(void)
{
    uint64_t state = 88172645463325252u;
    uint8_t buffer[300];
    int good = 1;

    start();
    for (int i = 0; i < 400000 && good; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if (state % 997 == 0) {
            struct termios termios = ldisc.termios;

            termios.c_iflag = (unsigned)(state >> 20);
            termios.c_oflag = (unsigned)(state >> 13);
            termios.c_lflag = (unsigned)(state >> 5);
            termios.c_cc[state >> 60] = (uint8_t)(state >> 30);
            ldisc_set(&ldisc, &termios);
        }
        if (state % 31 == 0)
            ldisc_read(&ldisc, buffer, state >> 33 & 255);
        if (ldisc_room(&ldisc))
            ldisc_input(&ldisc, (uint8_t)(state >> 40));
        good = ldisc.tail - ldisc.head <= LDISC_BYTES &&
               ldisc.committed - ldisc.head <= ldisc.tail - ldisc.head;
        echoed_length = 0;
    }
    result(good, "400,000 random keys in random modes keep the buffer in order");
}

int main(void)
{
    test_lines();
    test_end_of_file();
    test_erase();
    test_keys();
    test_signals();
    test_raw();
    test_input_modes();
    test_output();
    test_full();
    test_random();
    printf("1..%d\n", test_count);
    return failures != 0;
}
