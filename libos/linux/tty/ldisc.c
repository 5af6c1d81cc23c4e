/* SPDX-License-Identifier: MIT */
/*
 * ldisc.c - the line discipline.
 *
 * Not here: who reads, waits and gets the signals (tty.c), VMIN and VTIME (tty.c), where output
 * goes.
 */
#include "libos/linux/tty/ldisc.h"
#include <asm/signal.h>
#include "base/string.h"

enum mark {
    MARK_NONE,
    MARK_LINE,
    MARK_EOF
};

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE          0x7f
#define TAB_COLUMNS     8u

#define L(flag) (ldisc->termios.c_lflag & (flag))
#define I(flag) (ldisc->termios.c_iflag & (flag))
#define O(flag) (ldisc->termios.c_oflag & (flag))

static const uint8_t control_characters[NCCS] = {
    [VINTR] = CONTROL('C'),
    [VQUIT] = CONTROL('\\'),
    [VERASE] = DELETE,
    [VKILL] = CONTROL('U'),
    [VEOF] = CONTROL('D'),
    [VTIME] = 0,
    [VMIN] = 1,
    [VSWTC] = 0,
    [VSTART] = CONTROL('Q'),
    [VSTOP] = CONTROL('S'),
    [VSUSP] = CONTROL('Z'),
    [VEOL] = 0,
    [VREPRINT] = CONTROL('R'),
    [VDISCARD] = CONTROL('O'),
    [VWERASE] = CONTROL('W'),
    [VLNEXT] = CONTROL('V'),
    [VEOL2] = 0,
};

void ldisc_init(struct ldisc *ldisc)
{
    struct termios *termios = &ldisc->termios;

    memset(termios, 0, sizeof *termios);
    termios->c_iflag = ICRNL | IXON;
    termios->c_oflag = OPOST | ONLCR;
    termios->c_cflag = B38400 | CS8 | CREAD | HUPCL;
    termios->c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    memcpy(termios->c_cc, control_characters, sizeof control_characters);
    ldisc->head = 0;
    ldisc->committed = 0;
    ldisc->tail = 0;
    ldisc->column = 0;
    ldisc->line_column = 0;
    ldisc->literal = false;
    ldisc->stopped = false;
}

void ldisc_set(struct ldisc *ldisc, const struct termios *termios)
{
    bool was = ldisc_canonical(ldisc);

    ldisc->termios = *termios;
    if (was == ldisc_canonical(ldisc))
        return;
    ldisc->literal = false;
    if (was) {
        ldisc->committed = ldisc->tail;
    } else if (ldisc->head != ldisc->tail) {
        /* What came in raw reads as one line. */
        ldisc->committed = ldisc->tail;
        if (!ldisc->mark[(ldisc->tail - 1) % LDISC_BYTES])
            ldisc->mark[(ldisc->tail - 1) % LDISC_BYTES] = MARK_LINE;
    }
}

/* --- Output
 * ------------------------------------------------------------------------------------------------
 */

static size_t output_newline(struct ldisc *ldisc, uint8_t *out)
{
    if (O(ONLRET))
        ldisc->column = 0;
    if (!O(ONLCR)) {
        ldisc->line_column = ldisc->column;
        out[0] = '\n';
        return 1;
    }
    ldisc->column = 0;
    ldisc->line_column = 0;
    out[0] = '\r';
    out[1] = '\n';
    return 2;
}

static size_t output_return(struct ldisc *ldisc, uint8_t *out)
{
    if (O(ONOCR) && ldisc->column == 0)
        return 0;
    if (O(OCRNL)) {
        out[0] = '\n';
        if (O(ONLRET))
            ldisc->column = ldisc->line_column = 0;
        return 1;
    }
    out[0] = '\r';
    ldisc->column = ldisc->line_column = 0;
    return 1;
}

static size_t output_tab(struct ldisc *ldisc, uint8_t *out)
{
    uint32_t columns = TAB_COLUMNS - ldisc->column % TAB_COLUMNS;

    ldisc->column += columns;
    if (O(TABDLY) != XTABS) {
        out[0] = '\t';
        return 1;
    }
    memset(out, ' ', columns);
    return columns;
}

size_t ldisc_output(struct ldisc *ldisc, uint8_t byte, uint8_t *out)
{
    if (!O(OPOST)) {
        out[0] = byte;
        return 1;
    }
    switch (byte) {
    case '\n':
        return output_newline(ldisc, out);
    case '\r':
        return output_return(ldisc, out);
    case '\t':
        return output_tab(ldisc, out);
    case '\b':
        if (ldisc->column)
            ldisc->column--;
        break;
    default:
        if (O(OLCUC) && byte >= 'a' && byte <= 'z')
            byte = (uint8_t)(byte - 'a' + 'A');
        /* Continuation bytes of UTF-8 do not move the cursor. */
        if (byte >= ' ' && byte != DELETE && !(I(IUTF8) && (byte & 0xc0) == 0x80))
            ldisc->column++;
        break;
    }
    out[0] = byte;
    return 1;
}

/* --- Echo
 * --------------------------------------------------------------------------------------------------
 */

static void echo_raw(struct ldisc *ldisc, uint8_t byte)
{
    uint8_t out[LDISC_OUTPUT_MAX];
    size_t count = ldisc_output(ldisc, byte, out);

    if (count)
        ldisc->echo(ldisc, out, count);
}

static bool is_control(uint8_t byte)
{
    return byte < ' ' || byte == DELETE;
}

/* As typed, control characters as ^X. */
static void echo_character(struct ldisc *ldisc, uint8_t byte)
{
    if (L(ECHOCTL) && is_control(byte) && byte != '\t') {
        echo_raw(ldisc, '^');
        byte ^= 0x40;
    }
    echo_raw(ldisc, byte);
}

static void echo_back(struct ldisc *ldisc, uint32_t columns, bool wipe)
{
    while (columns--) {
        echo_raw(ldisc, '\b');
        if (wipe) {
            echo_raw(ldisc, ' ');
            echo_raw(ldisc, '\b');
        }
    }
}

/* --- Editing
 * -----------------------------------------------------------------------------------------------
 */

static uint8_t byte_at(const struct ldisc *ldisc, uint32_t position)
{
    return ldisc->bytes[position % LDISC_BYTES];
}

static bool is_continuation(const struct ldisc *ldisc, uint8_t byte)
{
    return I(IUTF8) && (byte & 0xc0) == 0x80;
}

/* First byte of the last character: what decides whether it belongs to a word. REQUIRES a line that
 * is not empty. */
static uint8_t last_character(const struct ldisc *ldisc)
{
    uint32_t at = ldisc->tail - 1;

    while (at != ldisc->committed && is_continuation(ldisc, byte_at(ldisc, at)))
        at--;
    return byte_at(ldisc, at);
}

/* Is there a character to erase? Continuation bytes that continue nothing stay, as on Linux. */
static bool erasable(const struct ldisc *ldisc)
{
    return ldisc->tail != ldisc->committed && !is_continuation(ldisc, last_character(ldisc));
}

/* Columns that the tab just before `tail` (already taken off) moved the cursor. */
static uint32_t tab_width(const struct ldisc *ldisc)
{
    uint32_t before = 0;
    uint32_t at = ldisc->tail;

    while (at != ldisc->committed) {
        uint8_t byte = byte_at(ldisc, at - 1);

        if (byte == '\t')
            return TAB_COLUMNS - before % TAB_COLUMNS;
        if (is_control(byte))
            before += L(ECHOCTL) ? 2 : 0;
        else if (!is_continuation(ldisc, byte))
            before++;
        at--;
    }
    return TAB_COLUMNS - (before + ldisc->line_column) % TAB_COLUMNS;
}

/*
 * Takes one character off the line and off the screen. REQUIRES erasable.
 * key: what to echo instead when the terminal cannot wipe; 0: wipe in any case.
 */
static void erase_one(struct ldisc *ldisc, uint8_t key)
{
    uint8_t byte = byte_at(ldisc, --ldisc->tail);

    while (ldisc->tail != ldisc->committed && is_continuation(ldisc, byte))
        byte = byte_at(ldisc, --ldisc->tail);
    if (!L(ECHO))
        return;
    if (key && !L(ECHOE))
        echo_character(ldisc, key);
    else if (byte == '\t')
        echo_back(ldisc, tab_width(ldisc), false);
    else if (is_control(byte))
        echo_back(ldisc, L(ECHOCTL) ? 2 : 0, true);
    else
        echo_back(ldisc, 1, true);
}

/* Letters and digits of Latin-1, as Linux counts them even under IUTF8, and the underscore. */
static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '_' ||
           (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7);
}

static void erase_word(struct ldisc *ldisc)
{
    while (erasable(ldisc) && !is_word(last_character(ldisc)))
        erase_one(ldisc, 0);
    while (erasable(ldisc) && is_word(last_character(ldisc)))
        erase_one(ldisc, 0);
}

static void erase_line(struct ldisc *ldisc, uint8_t key)
{
    if (ldisc->tail == ldisc->committed)
        return;
    if (L(ECHO) && L(ECHOK) && L(ECHOKE) && L(ECHOE)) {
        while (erasable(ldisc))
            erase_one(ldisc, key);
        return;
    }
    ldisc->tail = ldisc->committed;
    if (!L(ECHO))
        return;
    echo_character(ldisc, key);
    if (L(ECHOK))
        echo_raw(ldisc, '\n');
}

static void reprint(struct ldisc *ldisc, uint8_t key)
{
    echo_character(ldisc, key);
    echo_raw(ldisc, '\n');
    for (uint32_t at = ldisc->committed; at != ldisc->tail; at++)
        echo_character(ldisc, byte_at(ldisc, at));
}

/* --- Input
 * ---------------------------------------------------------------------------------------------------
 */

static bool is_key(const struct ldisc *ldisc, int which, uint8_t byte)
{
    return byte && ldisc->termios.c_cc[which] == byte; /* 0: the key does not exist */
}

static void append(struct ldisc *ldisc, uint8_t byte, enum mark mark)
{
    uint32_t used = ldisc->tail - ldisc->head;

    /* The last place is kept for what ends a line. */
    if (used >= LDISC_BYTES || (used == LDISC_BYTES - 1 && ldisc_canonical(ldisc) && !mark)) {
        if (I(IMAXBEL))
            echo_raw(ldisc, '\a');
        return;
    }
    ldisc->bytes[ldisc->tail % LDISC_BYTES] = byte;
    ldisc->mark[ldisc->tail % LDISC_BYTES] = (uint8_t)mark;
    ldisc->tail++;
    if (mark || !ldisc_canonical(ldisc))
        ldisc->committed = ldisc->tail;
}

void ldisc_flush_input(struct ldisc *ldisc)
{
    ldisc->head = ldisc->tail;
    ldisc->committed = ldisc->tail;
    ldisc->literal = false;
}

static bool input_signal(struct ldisc *ldisc, uint8_t byte)
{
    int signal = 0;

    if (!L(ISIG))
        return false;
    if (is_key(ldisc, VINTR, byte))
        signal = SIGINT;
    else if (is_key(ldisc, VQUIT, byte))
        signal = SIGQUIT;
    else if (is_key(ldisc, VSUSP, byte))
        signal = SIGTSTP;
    if (!signal)
        return false;
    if (!L(NOFLSH))
        ldisc_flush_input(ldisc);
    ldisc->stopped = false;
    if (L(ECHO))
        echo_character(ldisc, byte);
    ldisc->signal(ldisc, signal);
    return true;
}

static bool input_flow(struct ldisc *ldisc, uint8_t byte)
{
    if (!I(IXON))
        return false;
    if (is_key(ldisc, VSTART, byte)) {
        ldisc->stopped = false;
        return true;
    }
    if (is_key(ldisc, VSTOP, byte)) {
        ldisc->stopped = true;
        return true;
    }
    return false;
}

/* Keys that change the line instead of joining it. */
static bool input_edit(struct ldisc *ldisc, uint8_t byte)
{
    if (is_key(ldisc, VERASE, byte)) {
        if (erasable(ldisc))
            erase_one(ldisc, byte);
        return true;
    }
    if (is_key(ldisc, VKILL, byte)) {
        erase_line(ldisc, byte);
        return true;
    }
    if (!L(IEXTEN))
        return false;
    if (is_key(ldisc, VWERASE, byte)) {
        erase_word(ldisc);
        return true;
    }
    if (is_key(ldisc, VREPRINT, byte) && L(ECHO)) {
        reprint(ldisc, byte);
        return true;
    }
    return false;
}

static void echo_typed(struct ldisc *ldisc, uint8_t byte, bool literal)
{
    if (!L(ECHO))
        return;
    if (ldisc->tail == ldisc->committed)
        ldisc->line_column = ldisc->column;
    if (byte == '\n' && !literal)
        echo_raw(ldisc, byte);
    else
        echo_character(ldisc, byte);
}

/* Characters that end a line. */
static bool input_line_end(struct ldisc *ldisc, uint8_t byte)
{
    if (byte == '\n') {
        if (L(ECHO | ECHONL))
            echo_raw(ldisc, byte);
        append(ldisc, byte, MARK_LINE);
        return true;
    }
    if (is_key(ldisc, VEOF, byte)) {
        append(ldisc, 0, MARK_EOF);
        return true;
    }
    if (is_key(ldisc, VEOL, byte) || (L(IEXTEN) && is_key(ldisc, VEOL2, byte))) {
        echo_typed(ldisc, byte, false);
        append(ldisc, byte, MARK_LINE);
        return true;
    }
    return false;
}

void ldisc_input(struct ldisc *ldisc, uint8_t byte)
{
    if (I(ISTRIP))
        byte &= 0x7f;
    if (ldisc->literal) {
        ldisc->literal = false;
        echo_typed(ldisc, byte, true);
        append(ldisc, byte, MARK_NONE);
        return;
    }
    if (I(IUCLC) && L(IEXTEN) && byte >= 'A' && byte <= 'Z')
        byte = (uint8_t)(byte - 'A' + 'a');
    if (input_flow(ldisc, byte) || input_signal(ldisc, byte))
        return;
    if (ldisc->stopped && I(IXANY))
        ldisc->stopped = false;
    if (byte == '\r') {
        if (I(IGNCR))
            return;
        if (I(ICRNL))
            byte = '\n';
    } else if (byte == '\n' && I(INLCR)) {
        byte = '\r';
    }
    if (ldisc_canonical(ldisc)) {
        if (L(IEXTEN) && is_key(ldisc, VLNEXT, byte)) {
            ldisc->literal = true;
            if (L(ECHO) && L(ECHOCTL)) {
                echo_raw(ldisc, '^');
                echo_raw(ldisc, '\b');
            }
            return;
        }
        if (input_edit(ldisc, byte) || input_line_end(ldisc, byte))
            return;
    }
    echo_typed(ldisc, byte, false);
    append(ldisc, byte, MARK_NONE);
}

uint32_t ldisc_room(const struct ldisc *ldisc)
{
    uint32_t used = ldisc->tail - ldisc->head;

    /* A line that fills the buffer must be able to end: its bytes are dropped, not refused. */
    if (ldisc_canonical(ldisc) && ldisc->head == ldisc->committed)
        return LDISC_BYTES;
    return used < LDISC_BYTES - 1 ? LDISC_BYTES - 1 - used : 0;
}

/* --- Reading
 * -------------------------------------------------------------------------------------------------
 */

uint32_t ldisc_available(const struct ldisc *ldisc)
{
    return ldisc->committed - ldisc->head;
}

static size_t read_line(struct ldisc *ldisc, uint8_t *to, size_t count)
{
    size_t done = 0;

    while (done < count && ldisc->head != ldisc->committed) {
        enum mark mark = ldisc->mark[ldisc->head % LDISC_BYTES];
        uint8_t byte = byte_at(ldisc, ldisc->head++);

        if (mark == MARK_EOF)
            return done;
        to[done++] = byte;
        if (mark == MARK_LINE)
            return done;
    }
    /* A full buffer just before the end-of-file mark: the mark ended these bytes, it is not an end
     * of file. */
    if (done && ldisc->head != ldisc->committed &&
        ldisc->mark[ldisc->head % LDISC_BYTES] == MARK_EOF)
        ldisc->head++;
    return done;
}

size_t ldisc_read(struct ldisc *ldisc, uint8_t *to, size_t count)
{
    size_t done = 0;

    if (ldisc_canonical(ldisc))
        return read_line(ldisc, to, count);
    while (done < count && ldisc->head != ldisc->committed) {
        /* An end-of-file key typed before the switch to raw mode reads as nothing. */
        enum mark mark = ldisc->mark[ldisc->head % LDISC_BYTES];
        uint8_t byte = byte_at(ldisc, ldisc->head++);

        if (mark != MARK_EOF)
            to[done++] = byte;
    }
    return done;
}
