/* SPDX-License-Identifier: MIT */
/*
 * decode.c - system calls as text: names, arguments in order, results.
 *
 * Names and kinds of arguments come from the LibOS's own table of calls, and each kind has a function here, in names.c
 * or in structs.c; a kind without one does not link. Calls whose form in strace is their own (clone, poll, select,
 * fcntl) are special cases at the end of this file.
 */
#define _GNU_SOURCE
#include "tools/strace/decode.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* --- The table of calls
 * ---------------------------------------------------------------------------- */

struct call_row {
    const char *name;
    const char *arguments;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct call_row rows[DECODE_CALLS] = {
#define LX(number, name, arity, state, arguments) [number] = {#name, arguments},
#include "libos/linux/call/none.def"
#include "libos/linux/call/all.def"
#undef LX
};
#pragma GCC diagnostic pop

static void (*const shows[KIND_COUNT])(struct decode *, unsigned) = {
#define KIND(name, plain, capture, bytes) [KIND_##name] = show_##name,
#include "libos/linux/observe/kind.def"
#undef KIND
};

const char *decode_name(uint32_t number)
{
    static char other[32];

    if (number < DECODE_CALLS && rows[number].name)
        return rows[number].name;
    snprintf(other, sizeof other, "syscall_0x%x", number);
    return other;
}

int decode_number(const char *name)
{
    for (int i = 0; i < DECODE_CALLS; i++)
        if (rows[i].name && !strcmp(rows[i].name, name))
            return i;
    return -1;
}

static int decode_has_kind(uint32_t number, enum kind first, enum kind second)
{
    uint8_t kind[6];
    uint32_t count = rows[number].name ? kinds_parse(rows[number].arguments, kind) : 0;

    for (uint32_t i = 0; i < count; i++)
        if (kind[i] == first || kind[i] == second)
            return 1;
    return 0;
}

static int decode_listed(const char *name, const char *list)
{
    size_t length = strlen(name);

    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return 1;
    return 0;
}

int decode_in_class(uint32_t number, const char *class)
{
    static const struct {
        const char *class, *calls;
    } classes[] = {
        {"process",
         "clone clone3 fork vfork execve execveat exit exit_group wait4 waitid kill tkill "
         "tgkill pidfd_send_signal rt_sigqueueinfo"},
        {"network",
         "socket socketpair bind listen accept accept4 connect getsockname getpeername sendto "
         "recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt sendfile"},
        {"signal",
         "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait "
         "rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack kill tkill tgkill pause "
         "signalfd signalfd4 pidfd_send_signal"},
        {"memory",
         "mmap munmap mprotect mremap madvise brk msync mincore mlock mlock2 munlock mlockall "
         "munlockall mbind shmat shmdt remap_file_pages"},
        {"ipc",
         "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl"},
    };

    if (!strcmp(class, "file"))
        return decode_has_kind(number, KIND_s, KIND_s);
    if (!strcmp(class, "desc"))
        return decode_has_kind(number, KIND_fd, KIND_dir);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (!strcmp(class, classes[i].class))
            return rows[number].name && decode_listed(rows[number].name, classes[i].calls);
    return -1;
}

/* --- Records
 * --------------------------------------------------------------------------------------- */

int decode_start(struct decode *decode, const struct record_call *call)
{
    decode->number = call->number;
    memcpy(decode->argument, call->argument, sizeof decode->argument);
    decode->after = 0;
    decode->count = 6;
    if (call->number < DECODE_CALLS && rows[call->number].name)
        decode->count = kinds_parse(rows[call->number].arguments, decode->kind);
    else
        memset(decode->kind, KIND_x, sizeof decode->kind);
    return 0;
}

unsigned decode_chunks(const uint8_t *bytes, size_t length, struct decode_chunk chunk[],
                       unsigned max)
{
    unsigned count = 0;

    while (count < max && length >= sizeof(struct record_chunk)) {
        struct record_chunk head;
        size_t padded;

        memcpy(&head, bytes, sizeof head);
        bytes += sizeof head;
        length -= sizeof head;
        padded = ((size_t)head.bytes + 7) & ~(size_t)7;
        if (padded > length)
            break;
        chunk[count++] = (struct decode_chunk){
            .address = head.address, .bytes = bytes, .length = head.bytes, .flags = head.flags};
        bytes += padded;
        length -= padded;
    }
    return count;
}

const uint8_t *decode_memory(const struct decode *decode, uint64_t address, size_t bytes)
{
    for (unsigned i = 0; i < decode->chunks; i++) {
        const struct decode_chunk *chunk = &decode->chunk[i];
        uint64_t skip = address - chunk->address;

        if (!(chunk->flags & RECORD_CHUNK_COUNT) && address >= chunk->address &&
            skip <= chunk->length && bytes <= chunk->length - skip)
            return chunk->bytes + skip;
    }
    return NULL;
}

const struct decode_chunk *decode_chunk_at(const struct decode *decode, uint64_t address)
{
    for (unsigned i = 0; i < decode->chunks; i++)
        if (decode->chunk[i].address == address)
            return &decode->chunk[i];
    return NULL;
}

/* --- Plain values
 * ---------------------------------------------------------------------------------- */

void decode_address(struct buffer *out, uint64_t address)
{
    if (address)
        buffer_format(out, "0x%llx", (unsigned long long)address);
    else
        buffer_format(out, "NULL");
}

static void decode_byte(struct buffer *out, uint8_t byte, int digit_follows)
{
    static const char special[] = "\n\t\r\v\f\"\\", letters[] = "ntrvf\"\\";
    const char *at = byte ? strchr(special, byte) : NULL;

    if (at)
        buffer_format(out, "\\%c", letters[at - special]);
    else if (byte >= 0x20 && byte < 0x7f)
        buffer_add(out, &byte, 1);
    else
        buffer_format(out, digit_follows ? "\\%03o" : "\\%o", byte);
}

void decode_text(struct buffer *out, const uint8_t *bytes, size_t have, int cut, int hex)
{
    buffer_add(out, "\"", 1);
    for (size_t i = 0; i < have; i++)
        if (hex)
            buffer_format(out, "\\x%02x", bytes[i]);
        else
            decode_byte(out, bytes[i], i + 1 < have && bytes[i + 1] >= '0' && bytes[i + 1] <= '9');
    buffer_format(out, cut ? "\"..." : "\"");
}

void decode_data(const struct decode *decode, uint64_t address, uint64_t total)
{
    size_t want = total < decode->string_limit ? (size_t)total : decode->string_limit;
    const uint8_t *bytes = decode_memory(decode, address, want);

    if (!bytes && want && address)
        decode_address(decode->out, address);
    else if (!address)
        decode_address(decode->out, 0);
    else
        decode_text(decode->out, bytes, want, want < total,
                    decode->number < DECODE_CALLS && rows[decode->number].name &&
                        !strcmp(rows[decode->number].name, "getrandom"));
}

void decode_one(struct buffer *out, uint64_t value, const struct name names[], const char *unknown)
{
    for (; names->name; names++)
        if (names->value == value) {
            buffer_format(out, "%s", names->name);
            return;
        }
    buffer_format(out, "0x%llx /* %s */", (unsigned long long)value, unknown);
}

void decode_flags(struct buffer *out, uint64_t value, const struct name names[],
                  const char *unknown)
{
    uint64_t left = value;
    const char *separator = "";

    for (; names->name; names++) {
        if (!names->value ? value : (left & names->value) != names->value)
            continue;
        buffer_format(out, "%s%s", separator, names->name);
        separator = "|";
        left &= ~names->value;
        if (!value)
            return;
    }
    if (left && *separator)
        buffer_format(out, "|0x%llx", (unsigned long long)left);
    else if (left)
        buffer_format(out, "0x%llx /* %s */", (unsigned long long)left, unknown);
    else if (!*separator)
        buffer_format(out, "0");
}

void show_d(struct decode *decode, unsigned i)
{
    uint64_t value = decode->argument[i];

    if (value >> 32 == 0 || value >> 32 == 0xffffffff)
        buffer_format(decode->out, "%d", (int)value);
    else
        buffer_format(decode->out, "%lld", (long long)value);
}

void show_u(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "%llu", (unsigned long long)decode->argument[i]);
}

void show_x(struct decode *decode, unsigned i)
{
    if (decode->argument[i])
        buffer_format(decode->out, "0x%llx", (unsigned long long)decode->argument[i]);
    else
        buffer_format(decode->out, "0");
}

void show_o(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "%#llo", (unsigned long long)decode->argument[i]);
}

void show_p(struct decode *decode, unsigned i)
{
    decode_address(decode->out, decode->argument[i]);
}

void show_fd(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "%d", (int)decode->argument[i]);
}

void show_dir(struct decode *decode, unsigned i)
{
    if ((int)decode->argument[i] == AT_FDCWD)
        buffer_format(decode->out, "AT_FDCWD");
    else
        show_fd(decode, i);
}

void show_s(struct decode *decode, unsigned i)
{
    const struct decode_chunk *chunk = decode_chunk_at(decode, decode->argument[i]);

    if (!chunk || !decode->argument[i])
        decode_address(decode->out, decode->argument[i]);
    else
        decode_text(decode->out, chunk->bytes, chunk->length, chunk->flags & RECORD_CHUNK_CUT, 0);
}

void show_data(struct decode *decode, unsigned i)
{
    decode_data(decode, decode->argument[i], i < 5 ? decode->argument[i + 1] : 0);
}

void show_fill(struct decode *decode, unsigned i)
{
    uint64_t length = decode->result > 0 ? (uint64_t)decode->result : 0;

    if (decode->result < 0)
        decode_address(decode->out, decode->argument[i]);
    else if (length && !strcmp(decode_name(decode->number), "getcwd"))
        decode_data(decode, decode->argument[i], length - 1);
    else
        decode_data(decode, decode->argument[i], length);
}

/* --- Calls
 * ----------------------------------------------------------------------------------------- */

/* Is an argument shown only when the call is over? */
static int decode_is_late(enum kind kind)
{
    uint32_t bytes;

    switch (kind_capture(kind, &bytes)) {
    case CAPTURE_OUT:
    case CAPTURE_OUT_RESULT:
    case CAPTURE_VECTOR_OUT:
    case CAPTURE_ADDRESS_OUT:
    case CAPTURE_MESSAGE_OUT:
        return 1;
    default:
        return kind == KIND_ioctl_argument || kind == KIND_timespec_rest || kind == KIND_offset;
    }
}

static int decode_is(const struct decode *decode, const char *name)
{
    return !strcmp(decode_name(decode->number), name);
}

/* Arguments that strace leaves out because they mean nothing. */
static unsigned decode_meant(const struct decode *decode)
{
    uint64_t second = decode->argument[1];

    if (decode_is(decode, "open"))
        return second & (O_CREAT | O_TMPFILE) & ~(uint64_t)O_DIRECTORY ? 3 : 2;
    if (decode_is(decode, "openat"))
        return decode->argument[2] & (O_CREAT | O_TMPFILE) & ~(uint64_t)O_DIRECTORY ? 4 : 3;
    if (decode_is(decode, "fcntl"))
        return (int)second == F_GETFD || (int)second == F_GETFL || (int)second == F_GETOWN ||
                       (int)second == F_GETPIPE_SZ || (int)second == F_GET_SEALS
                   ? 2
                   : 3;
    if (decode_is(decode, "mremap")) /* MREMAP_FIXED */
        return decode->argument[3] & 2 ? 5 : 4;
    if (decode_is(decode, "futex"))
        switch (second & 127) {
        case 1: /* FUTEX_WAKE */
            return 3;
        case 0: /* FUTEX_WAIT */
            return 4;
        case 3: /* FUTEX_REQUEUE */
            return 5;
        default:
            return 6;
        }
    if (decode_is(decode, "prctl"))
        return 2;
    return decode->count;
}

static void decode_clone(struct decode *decode)
{
    const uint64_t *a = decode->argument;

    buffer_format(decode->out, "clone(child_stack=");
    decode_address(decode->out, a[1]);
    buffer_format(decode->out, ", flags=");
    show_clone(decode, 0);
    if (a[0] & (CLONE_PARENT_SETTID | CLONE_PIDFD))
        buffer_format(decode->out, ", parent_tid=0x%llx", (unsigned long long)a[2]);
    if (a[0] & CLONE_SETTLS)
        buffer_format(decode->out, ", tls=0x%llx", (unsigned long long)a[4]);
    if (a[0] & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
        buffer_format(decode->out, ", child_tidptr=0x%llx", (unsigned long long)a[3]);
}

static void decode_argument(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "%s", i ? ", " : "");
    shows[decode->kind[i]](decode, i);
}

unsigned decode_before(struct decode *decode)
{
    unsigned i, count = decode_meant(decode);

    if (decode_is(decode, "clone")) {
        decode_clone(decode);
        return decode->count;
    }
    buffer_format(decode->out, "%s(", decode_name(decode->number));
    for (i = 0; i < count && !decode_is_late((enum kind)decode->kind[i]); i++)
        decode_argument(decode, i);
    if (i < count && i)
        buffer_format(decode->out, ", ");
    return i;
}

void decode_rest(struct decode *decode, unsigned first)
{
    unsigned count = decode_meant(decode);

    for (unsigned i = first; i < count; i++) {
        if (i > first)
            buffer_format(decode->out, ", ");
        shows[decode->kind[i]](decode, i);
    }
    buffer_format(decode->out, ")");
}

/* --- Results
 * --------------------------------------------------------------------------------------- */

static int decode_restart(struct decode *decode)
{
    static const struct name restarts[] = {
        {512, "ERESTARTSYS (To be restarted if SA_RESTART is set)"},
        {513, "ERESTARTNOINTR (To be restarted)"},
        {514, "ERESTARTNOHAND (To be restarted if no handler)"},
        {516, "ERESTART_RESTARTBLOCK (Interrupted by signal)"},
        {0},
    };

    for (const struct name *row = restarts; row->name; row++)
        if ((uint64_t)-decode->result == row->value) {
            buffer_format(decode->out, "= ? %s", row->name);
            return 1;
        }
    return 0;
}

/* "([{fd=3, revents=POLLIN}])" and the like. */
static void decode_outcome(struct decode *decode)
{
    struct buffer *out = decode->out;

    if (decode->result < 0)
        return;
    if (decode_is(decode, "poll") || decode_is(decode, "ppoll")) {
        if (!decode->result) {
            buffer_format(out, " (Timeout)");
            return;
        }
        buffer_format(out, " (");
        show_pollfds(decode, 0);
        buffer_format(out, ")");
    } else if (decode_is(decode, "select") || decode_is(decode, "pselect6")) {
        static const char *const names[] = {NULL, "in", "out", "except"};
        const char *separator = " (";

        if (!decode->result) {
            buffer_format(out, " (Timeout)");
            return;
        }
        for (unsigned i = 1; i < 4; i++)
            if (decode->argument[i]) {
                buffer_format(out, "%s%s ", separator, names[i]);
                show_fdset(decode, i);
                separator = ", ";
            }
        if (*separator == ',')
            buffer_format(out, ")");
    } else if (decode_is(decode, "fcntl")) {
        static const struct name fd_flags[] = {{FD_CLOEXEC, "FD_CLOEXEC"}, {0}};

        if ((int)decode->argument[1] == F_GETFD && decode->result) {
            buffer_format(out, " (flags ");
            decode_flags(out, (uint64_t)decode->result, fd_flags, "FD_???");
            buffer_format(out, ")");
        } else if ((int)decode->argument[1] == F_GETFL) {
            struct decode flags = *decode;

            flags.argument[0] = (uint64_t)decode->result;
            buffer_format(out, " (flags ");
            show_open(&flags, 0);
            buffer_format(out, ")");
        }
    }
}

static int decode_gives_address(const struct decode *decode)
{
    static const char names[] = "mmap brk mremap shmat";

    return decode_listed(decode_name(decode->number), names);
}

void decode_result(struct decode *decode)
{
    int64_t result = decode->result;
    struct buffer *out = decode->out;

    if (result < 0 && result > -4096) {
        if (!decode_restart(decode))
            buffer_format(out, "= -1 %s (%s)", decode_error((int)-result), strerror((int)-result));
        return;
    }
    if (decode_gives_address(decode))
        buffer_format(out, "= 0x%llx", (unsigned long long)result);
    else if (decode_is(decode, "umask"))
        buffer_format(out, "= %#03llo", (unsigned long long)result);
    else if (decode_is(decode, "fcntl") &&
             ((int)decode->argument[1] == F_GETFL || (int)decode->argument[1] == F_GETFD) && result)
        buffer_format(out, "= 0x%llx", (unsigned long long)result);
    else
        buffer_format(out, "= %lld", (long long)result);
    decode_outcome(decode);
}
