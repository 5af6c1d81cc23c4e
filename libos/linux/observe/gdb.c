/* SPDX-License-Identifier: MIT */
/*
 * gdb.c - gdb's remote serial protocol for one process, over the streams of a program that the host started (exec.c).
 *
 * The threads that gdb sees are the process's tasks. A task of the LibOS's own reads packets while the process stands, and
 * while it runs waits for a stop, the end, or Ctrl-C. What is not known is answered by an empty packet, as the protocol wants.
 * Source: gdb's manual, "The GDB Remote Serial Protocol".
 */
#include "libos/linux/observe/debug.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <asm/signal.h>
#include "libos/linux/fs/fs.h"
#include "libos/linux/observe/exec.h"
#include "libos/linux/observe/gdb_registers.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define PACKET_BYTES  4096u
#define INPUT_BYTES   256u
#define INTERRUPT     0x03
#define GDB_FILES     8
#define OBJECT_MAX    8192u /* bytes of what qXfer gives */
#define SIGINFO_BYTES 128u
#define OPEN_WRITES   3u /* access mode bits of gdb's open flags */

struct gdb {
    struct debug debug;
    struct exec *exec;
    bool acknowledge;
    bool over; /* gdb has left */
    int tid;   /* that g, p and so on are about */
    uint32_t in_at, in_count, out_count;
    struct file *file[GDB_FILES]; /* vFile */
    uint8_t in[INPUT_BYTES];
    char packet[PACKET_BYTES + 1];
    char out[PACKET_BYTES + 8];
};

static const char digits[] = "0123456789abcdef";

/* --- Texts ---------------------------------------------------------------------------------------------- */

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static uint64_t hex(const char **at)
{
    uint64_t value = 0;

    for (; digit(**at) >= 0; (*at)++)
        value = value << 4 | (uint64_t)digit(**at);
    return value;
}

static bool skip(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* A task's number; -1: all of them. */
static int tid_read(const char **at)
{
    if (skip(at, '-')) {
        (void)hex(at);
        return -1;
    }
    return (int)hex(at);
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Bytes from hexadecimal digits; how many. */
static uint32_t bytes_read(const char **at, uint8_t *to, uint32_t room)
{
    uint32_t count = 0;

    for (; count < room && digit((*at)[0]) >= 0 && digit((*at)[1]) >= 0; *at += 2)
        to[count++] = (uint8_t)(digit((*at)[0]) << 4 | digit((*at)[1]));
    return count;
}

static void add_byte(struct gdb *gdb, char byte)
{
    if (gdb->out_count < PACKET_BYTES)
        gdb->out[gdb->out_count++] = byte;
}

static void add_text(struct gdb *gdb, const char *text)
{
    while (*text)
        add_byte(gdb, *text++);
}

static void add_hex(struct gdb *gdb, const void *bytes, uint32_t count)
{
    for (const uint8_t *at = bytes; count--; at++) {
        add_byte(gdb, digits[*at >> 4]);
        add_byte(gdb, digits[*at & 15]);
    }
}

static void add_number(struct gdb *gdb, uint64_t number)
{
    char text[20];

    format(text, sizeof text, "%lx", (unsigned long)number);
    add_text(gdb, text);
}

/* Bytes as they are, but those that mean something in the protocol. Returns how many fitted. */
static uint32_t add_binary(struct gdb *gdb, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool special = bytes[i] == '#' || bytes[i] == '$' || bytes[i] == '}' || bytes[i] == '*';

        if (gdb->out_count + 2 > PACKET_BYTES)
            return i;
        if (special)
            add_byte(gdb, '}');
        add_byte(gdb, (char)(special ? bytes[i] ^ 0x20 : bytes[i]));
    }
    return count;
}

/* --- Packets ---------------------------------------------------------------------------------------------- */

static void answer_start(struct gdb *gdb)
{
    gdb->out[0] = '$';
    gdb->out_count = 1;
}

static void answer_end(struct gdb *gdb)
{
    uint8_t sum = 0;

    for (uint32_t i = 1; i < gdb->out_count; i++)
        sum = (uint8_t)(sum + (uint8_t)gdb->out[i]);
    gdb->out[gdb->out_count++] = '#';
    gdb->out[gdb->out_count++] = digits[sum >> 4];
    gdb->out[gdb->out_count++] = digits[sum & 15];
    gdb->over |= exec_give(gdb->exec, gdb->out, gdb->out_count) < 0;
}

static void answer(struct gdb *gdb, const char *text)
{
    answer_start(gdb);
    add_text(gdb, text);
    answer_end(gdb);
}

static void answer_error(struct gdb *gdb, int error)
{
    answer(gdb, error ? "E01" : "OK");
}

/* The next byte of input; -1: gdb has left. A process that runs and stops meanwhile is an event, too: -2. */
static int byte_next(struct gdb *gdb, bool running)
{
    struct waiter input, change;
    int64_t got = 1;

    if (gdb->in_at < gdb->in_count)
        return gdb->in[gdb->in_at++];
    waiter_init(&input);
    waiter_init(&change);
    for (;;) {
        got = exec_take(gdb->exec, gdb->in, INPUT_BYTES);
        if (got || (running && (gdb->debug.stopped || gdb->debug.ended)))
            break;
        wait_add(exec_input_queue(gdb->exec), &input);
        if (running)
            wait_add(&gdb->debug.changed, &change);
        if (task_sleep(NO_DEADLINE)) {
            got = -EIO; /* killed, or the host has gone */
            break;
        }
    }
    wait_remove(&input);
    wait_remove(&change);
    if (got <= 0)
        return got ? -1 : -2;
    gdb->in_count = (uint32_t)got;
    gdb->in_at = 1;
    return gdb->in[0];
}

/* A packet into gdb->packet. False: gdb has left. */
static bool packet_read(struct gdb *gdb)
{
    for (;;) {
        uint32_t count = 0;
        uint8_t sum = 0;
        int byte;

        while ((byte = byte_next(gdb, false)) != '$')
            if (byte < 0)
                return false;
        while ((byte = byte_next(gdb, false)) != '#') {
            if (byte < 0)
                return false;
            sum = (uint8_t)(sum + byte);
            if (count < PACKET_BYTES)
                gdb->packet[count++] = (char)byte;
        }
        gdb->packet[count] = 0;
        char high = (char)byte_next(gdb, false), low = (char)byte_next(gdb, false);
        bool good = digit(high) >= 0 && digit(low) >= 0 && (digit(high) << 4 | digit(low)) == sum;

        if (gdb->acknowledge && exec_give(gdb->exec, good ? "+" : "-", 1))
            return false;
        if (good)
            return true;
    }
}

/* --- Signals: gdb has numbers of its own ---------------------------------------------------------------- */

static const uint8_t gdb_numbers[32] = {
    [SIGHUP] = 1,   [SIGINT] = 2,    [SIGQUIT] = 3,    [SIGILL] = 4,   [SIGTRAP] = 5,
    [SIGABRT] = 6,  [SIGFPE] = 8,    [SIGKILL] = 9,    [SIGBUS] = 10,  [SIGSEGV] = 11,
    [SIGSYS] = 12,  [SIGPIPE] = 13,  [SIGALRM] = 14,   [SIGTERM] = 15, [SIGURG] = 16,
    [SIGSTOP] = 17, [SIGTSTP] = 18,  [SIGCONT] = 19,   [SIGCHLD] = 20, [SIGTTIN] = 21,
    [SIGTTOU] = 22, [SIGIO] = 23,    [SIGXCPU] = 24,   [SIGXFSZ] = 25, [SIGVTALRM] = 26,
    [SIGPROF] = 27, [SIGWINCH] = 28, [SIGUSR1] = 30,   [SIGUSR2] = 31, [SIGPWR] = 32,
    [SIGSTKFLT] = 143, /* unknown */
};
#define GDB_REALTIME_33 45 /* .. 63; then 32 and 64 */
#define GDB_REALTIME_32 77
#define GDB_REALTIME_64 78

static int signal_to_gdb(int signal)
{
    if (signal < 32)
        return gdb_numbers[signal];
    return signal == 32 ? GDB_REALTIME_32 : signal == 64 ? GDB_REALTIME_64 : GDB_REALTIME_33 + signal - 33;
}

static int signal_from_gdb(uint64_t number)
{
    for (int signal = 1; signal <= SIGNAL_COUNT; signal++)
        if ((uint64_t)signal_to_gdb(signal) == number)
            return signal;
    return 0;
}

/* --- Threads and registers -------------------------------------------------------------------------------- */

static struct task *task_about(struct gdb *gdb, int tid)
{
    struct task *task = gdb->debug.process ? task_find(gdb->debug.process->pid, tid) : NULL;

    return task && !task->ending ? task : NULL;
}

static void answer_stop(struct gdb *gdb)
{
    const struct debug *debug = &gdb->debug;

    answer_start(gdb);
    if (debug->ended) {
        int status = debug->exit_status;

        add_byte(gdb, status & 0x7f ? 'X' : 'W');
        uint8_t code = (uint8_t)(status & 0x7f ? signal_to_gdb(status & 0x7f) : status >> 8);

        add_hex(gdb, &code, 1);
    } else {
        uint8_t code = (uint8_t)signal_to_gdb(debug->stop_signal);

        gdb->tid = debug->stop_tid;
        add_byte(gdb, 'T');
        add_hex(gdb, &code, 1);
        add_text(gdb, "thread:");
        add_number(gdb, (uint64_t)debug->stop_tid);
        add_text(gdb, debug->stop == DEBUG_BREAKPOINT ? ";swbreak:;" : ";");
    }
    answer_end(gdb);
}

static void threads(struct gdb *gdb)
{
    bool first = true;

    answer_start(gdb);
    list_for_each (node, &gdb->debug.process->tasks) {
        const struct task *task = list_item(node, struct task, peer);

        if (task->ending || gdb->out_count + 20 > PACKET_BYTES)
            continue; /* with some 500 threads the rest is not shown */
        add_byte(gdb, first ? 'm' : ',');
        add_number(gdb, (uint64_t)task->tid);
        first = false;
    }
    if (first)
        add_byte(gdb, 'l');
    answer_end(gdb);
}

static void thread_info(struct gdb *gdb, const char *at)
{
    const struct task *task = task_about(gdb, (int)hex(&at));
    char text[48];

    if (!task) {
        answer(gdb, "E01");
        return;
    }
    format(text, sizeof text, "%.15s", task->comm[0] ? task->comm : task->process->comm);
    answer_start(gdb);
    add_hex(gdb, text, (uint32_t)strlen(text));
    answer_end(gdb);
}

static void registers_answer(struct gdb *gdb, uint32_t first, uint32_t end)
{
    const struct task *task = task_about(gdb, gdb->tid);
    uint8_t value[GDB_REGISTER_BYTES];

    if (!task || end > GDB_REGISTERS) {
        answer(gdb, "E01");
        return;
    }
    answer_start(gdb);
    for (uint32_t i = first; i < end; i++)
        add_hex(gdb, value, gdb_register_get(task, i, value));
    answer_end(gdb);
}

/* All registers, or one; what cannot be changed has to stay as it is. */
static int registers_set(struct gdb *gdb, const char *at, uint32_t first, uint32_t end)
{
    struct task *task = task_about(gdb, gdb->tid);
    uint8_t value[GDB_REGISTER_BYTES], is[GDB_REGISTER_BYTES];

    if (!task || !task->debug_parked || end > GDB_REGISTERS)
        return -EFAULT;
    for (uint32_t i = first; i < end; i++) {
        uint32_t bytes = gdb_register_get(task, i, is);

        if (bytes_read(&at, value, bytes) != bytes)
            return -EINVAL;
        if (memcmp(value, is, bytes) && gdb_register_set(task, i, value))
            return -EINVAL;
    }
    return 0;
}

static void memory_read(struct gdb *gdb, const char *at)
{
    uint64_t address = hex(&at), bytes = skip(&at, ',') ? hex(&at) : 0;
    uint8_t block[512];
    uint32_t done = 0;

    bytes = min_of(bytes, (uint64_t)PACKET_BYTES / 2 - 8);
    answer_start(gdb);
    while (done < bytes) {
        uint32_t part = (uint32_t)min_of(bytes - done, sizeof block);

        if (debug_peek(&gdb->debug, block, address + done, part))
            break;
        add_hex(gdb, block, part);
        done += part;
    }
    /* The last bytes before an end of memory count. */
    for (; done < bytes && !debug_peek(&gdb->debug, block, address + done, 1); done++)
        add_hex(gdb, block, 1);
    if (bytes && !done)
        add_text(gdb, "E01");
    answer_end(gdb);
}

static int memory_write(struct gdb *gdb, const char *at)
{
    uint64_t address = hex(&at), bytes = skip(&at, ',') ? hex(&at) : 0;
    uint8_t block[512];

    if (!skip(&at, ':'))
        return -EINVAL;
    while (bytes) {
        uint32_t part = bytes_read(&at, block, (uint32_t)min_of(bytes, sizeof block));
        int error = part ? debug_poke(&gdb->debug, block, address, part) : -EINVAL;

        if (error)
            return error;
        address += part;
        bytes -= part;
    }
    return 0;
}

/* --- Files of the instance: gdb reads the program and its libraries through the connection ---------------- */

static void file_answer(struct gdb *gdb, int64_t result, const void *bytes, uint32_t count)
{
    answer_start(gdb);
    if (result < 0) {
        add_text(gdb, "F-1,");
        add_number(gdb, (uint64_t)-result);
    } else {
        add_byte(gdb, 'F');
        add_number(gdb, (uint64_t)result);
        if (bytes) {
            add_byte(gdb, ';');
            (void)add_binary(gdb, bytes, count);
        }
    }
    answer_end(gdb);
}

static struct file *file_of(struct gdb *gdb, const char **at)
{
    uint64_t number = hex(at);

    return number < GDB_FILES ? gdb->file[number] : NULL;
}

static void file_open_for(struct gdb *gdb, const char *at)
{
    char path[PACKET_BYTES / 2];
    uint32_t bytes = bytes_read(&at, (uint8_t *)path, sizeof path - 1);
    uint64_t flags = skip(&at, ',') ? hex(&at) : 0;
    uint32_t slot = 0;
    int error;

    path[bytes] = 0;
    while (slot < GDB_FILES && gdb->file[slot])
        slot++;
    if (slot == GDB_FILES)
        error = -EMFILE;
    else if (flags & OPEN_WRITES)
        error = -EACCES;
    else
        error = file_open(path, O_RDONLY, 0, &gdb->file[slot]);
    file_answer(gdb, error ? error : (int64_t)slot, NULL, 0);
}

static void file_pread(struct gdb *gdb, const char *at)
{
    struct file *file = file_of(gdb, &at);
    uint64_t bytes = skip(&at, ',') ? hex(&at) : 0, offset = skip(&at, ',') ? hex(&at) : 0;
    uint8_t block[PACKET_BYTES / 2 - 32]; /* each may take two */
    int64_t got = file ? file_read_at(file, block, min_of(bytes, sizeof block), offset) : -EBADF;

    file_answer(gdb, got, block, got > 0 ? (uint32_t)got : 0);
}

static void put_big(uint8_t *to, uint64_t value, uint32_t bytes)
{
    while (bytes--) {
        to[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static void file_fstat(struct gdb *gdb, const char *at)
{
    struct file *file = file_of(gdb, &at);
    uint8_t form[64] = {0}; /* the protocol's own struct stat, big endian */
    struct stat status;
    int error = file ? file_stat(file, &status) : -EBADF;

    if (error) {
        file_answer(gdb, error, NULL, 0);
        return;
    }
    put_big(form + 4, status.st_ino, 4);
    put_big(form + 8, status.st_mode, 4);
    put_big(form + 12, status.st_nlink, 4);
    put_big(form + 28, (uint64_t)status.st_size, 8);
    put_big(form + 36, (uint64_t)status.st_blksize, 8);
    put_big(form + 44, (uint64_t)status.st_blocks, 8);
    put_big(form + 56, (uint64_t)status.st_mtime, 4);
    file_answer(gdb, sizeof form, form, sizeof form);
}

static void file_close(struct gdb *gdb, const char *at)
{
    uint64_t number = hex(&at);

    if (number >= GDB_FILES || !gdb->file[number]) {
        file_answer(gdb, -EBADF, NULL, 0);
        return;
    }
    file_drop(gdb->file[number]);
    gdb->file[number] = NULL;
    file_answer(gdb, 0, NULL, 0);
}

static void file_request(struct gdb *gdb, const char *at)
{
    if (starts(at, "setfs:"))
        file_answer(gdb, 0, NULL, 0);
    else if (starts(at, "open:"))
        file_open_for(gdb, at + 5);
    else if (starts(at, "pread:"))
        file_pread(gdb, at + 6);
    else if (starts(at, "fstat:"))
        file_fstat(gdb, at + 6);
    else if (starts(at, "close:"))
        file_close(gdb, at + 6);
    else
        answer(gdb, "");
}

/* --- Queries ------------------------------------------------------------------------------------------------ */

/* The part of an object that "ANNEX:OFFSET,LENGTH" asks for. */
static void part_answer(struct gdb *gdb, const char *at, const uint8_t *bytes, uint32_t count)
{
    while (*at && *at != ':')
        at++;
    at += *at == ':';
    uint64_t offset = hex(&at), wanted = skip(&at, ',') ? hex(&at) : 0;
    uint32_t left = offset < count ? count - (uint32_t)offset : 0;
    uint32_t part = (uint32_t)min_of(min_of(wanted, (uint64_t)left), PACKET_BYTES / 2 - 32ul);

    answer_start(gdb);
    add_byte(gdb, part < left ? 'm' : 'l');
    (void)add_binary(gdb, bytes + (part ? offset : 0), part);
    answer_end(gdb);
}

static void transfer(struct gdb *gdb, const char *at)
{
    const struct process *process = gdb->debug.process;
    uint8_t *bytes = heap_alloc(OBJECT_MAX);
    uint32_t count = 0;

    if (!bytes) {
        answer(gdb, "E01");
        return;
    }
    if (starts(at, "auxv:read:")) {
        count = (uint32_t)min_of(process->aux_bytes, (uint64_t)OBJECT_MAX);
        if (debug_peek(&gdb->debug, bytes, process->aux_start, count))
            count = 0;
    } else if (starts(at, "exec-file:read:")) {
        if (process->exe && dentry_path(process->exe, (char *)bytes, OBJECT_MAX) >= 0)
            count = (uint32_t)strlen((char *)bytes);
    } else if (starts(at, "siginfo:read:")) {
        count = gdb->debug.stop == DEBUG_SIGNAL ? SIGINFO_BYTES : 0;
        memset(bytes, 0, SIGINFO_BYTES);
        memcpy(bytes, &gdb->debug.info, sizeof gdb->debug.info);
    } else if (starts(at, "features:read:target.xml:")) {
        count = gdb_registers_describe((char *)bytes, OBJECT_MAX);
    } else {
        heap_free(bytes);
        answer(gdb, "");
        return;
    }
    while (*at != ':')
        at++;
    part_answer(gdb, at + strlen(":read:"), bytes, count);
    heap_free(bytes);
}

static void query(struct gdb *gdb, const char *at)
{
    if (starts(at, "Supported")) {
        answer(gdb, "PacketSize=fff;QStartNoAckMode+;qXfer:features:read+;qXfer:siginfo:read+;qXfer:auxv:read+;qXfer:exec-file:read+;"
                    "swbreak+;vContSupported+;QPassSignals+");
    } else if (starts(at, "Xfer:")) {
        transfer(gdb, at + 5);
    } else if (starts(at, "fThreadInfo")) {
        threads(gdb);
    } else if (starts(at, "sThreadInfo")) {
        answer(gdb, "l");
    } else if (starts(at, "ThreadExtraInfo,")) {
        thread_info(gdb, at + 16);
    } else if (starts(at, "Attached")) {
        answer(gdb, "1");
    } else if (starts(at, "Symbol")) {
        answer(gdb, "OK");
    } else if (!strcmp(at, "C")) {
        answer_start(gdb);
        add_text(gdb, "QC");
        add_number(gdb, (uint64_t)gdb->debug.stop_tid);
        answer_end(gdb);
    } else {
        answer(gdb, "");
    }
}

static void setting(struct gdb *gdb, const char *at)
{
    if (starts(at, "StartNoAckMode")) {
        answer(gdb, "OK");
        gdb->acknowledge = false;
    } else if (starts(at, "PassSignals:")) {
        at += 12;
        gdb->debug.pass = 0;
        while (*at) {
            int signal = signal_from_gdb(hex(&at));

            if (signal)
                gdb->debug.pass |= SIGNAL_BIT(signal);
            if (!skip(&at, ';'))
                break;
        }
        answer(gdb, "OK");
    } else {
        answer(gdb, "");
    }
}

/* --- Going on ------------------------------------------------------------------------------------------------- */

/* Until the process stands again, or has ended: then gdb is told. */
static void run(struct gdb *gdb, int step_tid, bool alone, int signal)
{
    if (debug_resume(&gdb->debug, step_tid, alone, signal)) {
        answer(gdb, "E01");
        return;
    }
    while (!gdb->debug.stopped && !gdb->debug.ended) {
        int byte = byte_next(gdb, true);

        if (byte == -1) {
            gdb->over = true;
            return;
        }
        if (byte == INTERRUPT)
            debug_interrupt(&gdb->debug);
    }
    debug_settle(&gdb->debug);
    answer_stop(gdb);
}

/* vCont;ACTION[:TID]... : one task steps at most; the first action without a number is for all others. */
static void resume(struct gdb *gdb, const char *at)
{
    bool others = false;
    int step_tid = 0, signal = 0;

    while (skip(&at, ';')) {
        char action = *at++;
        uint64_t number = action == 'C' || action == 'S' ? hex(&at) : 0;
        int tid = skip(&at, ':') ? tid_read(&at) : -1;

        if (number)
            signal = signal_from_gdb(number);
        if (action == 's' || action == 'S')
            step_tid = step_tid ? step_tid : tid < 0 ? gdb->debug.stop_tid : tid;
        else
            others |= tid < 0;
        if (!action)
            break;
    }
    run(gdb, step_tid, !others, signal);
}

static void request(struct gdb *gdb)
{
    const char *at = gdb->packet + 1;
    uint64_t address;

    switch (gdb->packet[0]) {
    case '?':
        answer_stop(gdb);
        break;
    case 'g':
        registers_answer(gdb, 0, GDB_REGISTERS);
        break;
    case 'G':
        answer_error(gdb, registers_set(gdb, at, 0, GDB_REGISTERS));
        break;
    case 'p':
        address = hex(&at);
        registers_answer(gdb, (uint32_t)address, (uint32_t)address + 1);
        break;
    case 'P':
        address = hex(&at);
        answer_error(gdb, skip(&at, '=') ? registers_set(gdb, at, (uint32_t)address,
                                                         (uint32_t)address + 1)
                                         : -EINVAL);
        break;
    case 'm':
        memory_read(gdb, at);
        break;
    case 'M':
        answer_error(gdb, memory_write(gdb, at));
        break;
    case 'Z':
    case 'z':
        if (!starts(at, "0,")) {
            answer(gdb, ""); /* no breakpoints of the hardware's, no watchpoints */
            break;
        }
        at += 2;
        address = hex(&at);
        if (gdb->packet[0] == 'z')
            debug_breakpoint_remove(&gdb->debug, address);
        answer_error(gdb, gdb->packet[0] == 'Z' ? debug_breakpoint_set(&gdb->debug, address) : 0);
        break;
    case 'H':
        if (*at++ == 'g') {
            int tid = tid_read(&at);

            gdb->tid = tid > 0 ? tid : gdb->debug.stop_tid;
        }
        answer(gdb, "OK");
        break;
    case 'T':
        answer_error(gdb, !task_about(gdb, (int)hex(&at)));
        break;
    case 'c':
        run(gdb, 0, false, 0);
        break;
    case 's':
        run(gdb, gdb->debug.stop_tid, false, 0);
        break;
    case 'v':
        if (starts(at, "Cont?"))
            answer(gdb, "vCont;c;C;s;S");
        else if (starts(at, "Cont"))
            resume(gdb, at + 4);
        else if (starts(at, "File:"))
            file_request(gdb, at + 5);
        else if (starts(at, "Kill"))
            goto kill;
        else
            answer(gdb, "");
        break;
    case 'q':
        query(gdb, at);
        break;
    case 'Q':
        setting(gdb, at);
        break;
    case 'D':
        debug_detach(&gdb->debug);
        answer(gdb, "OK");
        gdb->over = true;
        break;
    case 'k':
    kill:
        (void)signal_send_process(gdb->debug.process, SIGKILL, NULL);
        (void)debug_resume(&gdb->debug, 0, false, 0);
        if (gdb->packet[0] == 'v')
            answer(gdb, "OK");
        gdb->over = true;
        break;
    default:
        answer(gdb, "");
    }
}

int gdb_serve(struct exec *exec, const char *pid)
{
    struct gdb *gdb = heap_zalloc(sizeof *gdb);
    struct process *process;
    int number = 0;

    if (!gdb)
        return 125;
    for (; pid && *pid >= '0' && *pid <= '9' && number < 100000000; pid++)
        number = number * 10 + (*pid - '0');
    if (!pid)
        process = process_init();
    else
        process = *pid ? NULL : process_find(number);
    task_set_name(current(), "gdb-server");
    gdb->exec = exec;
    gdb->acknowledge = true;
    if (!process || debug_attach(&gdb->debug, process)) {
        heap_free(gdb);
        return 1;
    }
    gdb->tid = gdb->debug.stop_tid;
    while (!gdb->over && packet_read(gdb)) {
        request(gdb);
        if (gdb->debug.ended)
            break;
    }
    debug_detach(&gdb->debug);
    for (uint32_t i = 0; i < GDB_FILES; i++)
        if (gdb->file[i])
            file_drop(gdb->file[i]);
    heap_free(gdb);
    return 0;
}
