/* SPDX-License-Identifier: MIT */
/*
 * structs.c - what the pointers that system calls take point to.
 *
 * A struct is copied out of the record before its fields are read. One that the record does not have whole is shown as
 * its address, as strace does with memory that it cannot read.
 */
#define _GNU_SOURCE
#include "tools/strace/decode.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>

/*
 * Copies a struct that argument i points to. Returns 0 when the record does not have it; then its address was shown.
 */
static int fetch(struct decode *decode, unsigned i, void *to, size_t bytes)
{
    const uint8_t *from = decode_memory(decode, decode->argument[i], bytes);

    if (!from || !decode->argument[i]) {
        decode_address(decode->out, decode->argument[i]);
        return 0;
    }
    memcpy(to, from, bytes);
    return 1;
}

#define FETCH(variable) fetch(decode, i, &(variable), sizeof(variable))

/* --- Numbers
 * --------------------------------------------------------------------------------------- */

static void show_int(struct decode *decode, unsigned i)
{
    int32_t value;

    if (FETCH(value))
        buffer_format(decode->out, "[%d]", value);
}

void show_int_out(struct decode *decode, unsigned i)
{
    show_int(decode, i);
}

void show_int_in(struct decode *decode, unsigned i)
{
    show_int(decode, i);
}

void show_length_out(struct decode *decode, unsigned i)
{
    show_int(decode, i);
}

void show_pair(struct decode *decode, unsigned i)
{
    int32_t pair[2];

    if (FETCH(pair))
        buffer_format(decode->out, "[%d, %d]", pair[0], pair[1]);
}

void show_offset(struct decode *decode, unsigned i)
{
    int64_t offset;

    if (FETCH(offset))
        buffer_format(decode->out, "[%lld]", (long long)offset);
}

void show_time_out(struct decode *decode, unsigned i)
{
    show_offset(decode, i);
}

void show_groups(struct decode *decode, unsigned i)
{
    size_t count = decode->result > 0 && decode->argument[0] ? (size_t)decode->result : 0;
    const uint8_t *bytes = decode_memory(decode, decode->argument[i], count * sizeof(uint32_t));

    if (!bytes && count) {
        decode_address(decode->out, decode->argument[i]);
        return;
    }
    buffer_format(decode->out, "[");
    for (size_t n = 0; n < count; n++) {
        uint32_t group;

        memcpy(&group, bytes + n * sizeof group, sizeof group);
        buffer_format(decode->out, "%s%u", n ? ", " : "", group);
    }
    buffer_format(decode->out, "]");
}

void show_status(struct decode *decode, unsigned i)
{
    int32_t status;

    if (decode->result <= 0)
        decode_address(decode->out, decode->argument[i]);
    else if (FETCH(status)) {
        buffer_format(decode->out, "[{");
        decode_wait_status(decode->out, status);
        buffer_format(decode->out, "}]");
    }
}

/* --- Strings and data
 * ------------------------------------------------------------------------------ */

void show_texts(struct decode *decode, unsigned i)
{
    uint64_t array = decode->argument[i], text;
    const uint8_t *bytes;
    unsigned n;

    if (!array || !decode_chunk_at(decode, array)) {
        decode_address(decode->out, array);
        return;
    }
    buffer_format(decode->out, "[");
    for (n = 0; (bytes = decode_memory(decode, array + n * 8ull, 8)); n++) {
        const struct decode_chunk *chunk;

        memcpy(&text, bytes, sizeof text);
        if (!text)
            break;
        buffer_format(decode->out, "%s", n ? ", " : "");
        if (n == decode->string_limit)
            break;
        chunk = decode_chunk_at(decode, text);
        if (chunk)
            decode_text(decode->out, chunk->bytes, chunk->length, chunk->flags & RECORD_CHUNK_CUT,
                        0);
        else
            decode_address(decode->out, text);
    }
    buffer_format(decode->out, bytes && text ? "...]" : "]");
}

void show_envs(struct decode *decode, unsigned i)
{
    const struct decode_chunk *chunk = decode_chunk_at(decode, decode->argument[i]);
    uint32_t count;

    decode_address(decode->out, decode->argument[i]);
    if (!chunk || !(chunk->flags & RECORD_CHUNK_COUNT) || chunk->length < sizeof count)
        return;
    memcpy(&count, chunk->bytes, sizeof count);
    buffer_format(decode->out, " /* %u var%s */", count, count == 1 ? "" : "s");
}

static void vector(struct decode *decode, uint64_t array, uint64_t count, uint64_t total)
{
    uint64_t n;

    if (!array || (count && !decode_chunk_at(decode, array))) {
        decode_address(decode->out, array);
        return;
    }
    buffer_format(decode->out, "[");
    for (n = 0; n < count; n++) {
        const uint8_t *bytes = decode_memory(decode, array + n * sizeof(struct iovec), 16);
        struct iovec piece;
        uint64_t here;

        buffer_format(decode->out, "%s", n ? ", " : "");
        if (!bytes) {
            buffer_format(decode->out, "...");
            break;
        }
        memcpy(&piece, bytes, sizeof piece);
        here = piece.iov_len < total ? piece.iov_len : total;
        total -= here;
        buffer_format(decode->out, "{iov_base=");
        decode_data(decode, (uint64_t)(uintptr_t)piece.iov_base, here);
        buffer_format(decode->out, ", iov_len=%zu}", piece.iov_len);
    }
    buffer_format(decode->out, "]");
}

void show_vector_in(struct decode *decode, unsigned i)
{
    vector(decode, decode->argument[i], i < 5 ? decode->argument[i + 1] : 0, UINT64_MAX);
}

void show_vector_out(struct decode *decode, unsigned i)
{
    if (decode->result < 0)
        decode_address(decode->out, decode->argument[i]);
    else
        vector(decode, decode->argument[i], i < 5 ? decode->argument[i + 1] : 0,
               (uint64_t)decode->result);
}

static void entries(struct decode *decode, unsigned i, size_t head)
{
    const struct decode_chunk *chunk = decode_chunk_at(decode, decode->argument[i]);
    unsigned count = 0;
    size_t at = 0;

    decode_address(decode->out, decode->argument[i]);
    if (decode->result < 0 || (decode->result && !chunk))
        return;
    while (chunk && at + head + 2 <= chunk->length) { /* d_ino, d_off, d_reclen */
        uint16_t length;

        memcpy(&length, chunk->bytes + at + 16, sizeof length);
        if (length < head + 2)
            break;
        at += length;
        count++;
    }
    buffer_format(decode->out, " /* %u%s entries */", count,
                  chunk && chunk->flags & RECORD_CHUNK_CUT ? " or more" : "");
}

void show_dirents(struct decode *decode, unsigned i)
{
    entries(decode, i, 16);
}

void show_dirents64(struct decode *decode, unsigned i)
{
    entries(decode, i, 16);
}

/* --- Files
 * ----------------------------------------------------------------------------------------- */

void show_stat(struct decode *decode, unsigned i)
{
    struct stat stat;

    if (decode->result < 0 || !FETCH(stat)) {
        if (decode->result < 0)
            decode_address(decode->out, decode->argument[i]);
        return;
    }
    buffer_format(decode->out, "{st_mode=");
    decode_mode(decode->out, stat.st_mode);
    if (S_ISCHR(stat.st_mode) || S_ISBLK(stat.st_mode))
        buffer_format(decode->out, ", st_rdev=makedev(%#x, %#x)", major(stat.st_rdev),
                      minor(stat.st_rdev));
    else
        buffer_format(decode->out, ", st_size=%lld", (long long)stat.st_size);
    buffer_format(decode->out, ", ...}");
}

void show_statx(struct decode *decode, unsigned i)
{
    struct statx stat;

    if (!FETCH(stat))
        return;
    buffer_format(decode->out, "{stx_mask=0x%x, stx_mode=", stat.stx_mask);
    decode_mode(decode->out, stat.stx_mode);
    buffer_format(decode->out, ", stx_size=%llu, ...}", (unsigned long long)stat.stx_size);
}

void show_statfs(struct decode *decode, unsigned i)
{
    struct statfs fs;

    if (FETCH(fs))
        buffer_format(decode->out,
                      "{f_type=0x%lx, f_bsize=%ld, f_blocks=%lu, f_bfree=%lu, f_bavail=%lu, ...}",
                      (unsigned long)fs.f_type, (long)fs.f_bsize, (unsigned long)fs.f_blocks,
                      (unsigned long)fs.f_bfree, (unsigned long)fs.f_bavail);
}

/* TIOCGWINSZ, the termios of TCGETS, and what takes one number. */
void show_ioctl_argument(struct decode *decode, unsigned i)
{
    uint32_t request = (uint32_t)decode->argument[1], number;
    struct winsize size;
    struct {
        uint32_t input, output, control, local;
    } modes;

    if (!decode->argument[i]) {
        show_x(decode, i);
    } else if (decode->result < 0 && request != TIOCSWINSZ && request != TIOCSPGRP &&
               request != FIONBIO) {
        decode_address(decode->out, decode->argument[i]);
    } else if (request == TIOCGWINSZ || request == TIOCSWINSZ) {
        if (FETCH(size))
            buffer_format(decode->out, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}",
                          size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
    } else if (request >= TCGETS && request <= TCSETSF) {
        if (FETCH(modes))
            buffer_format(decode->out,
                          "{c_iflag=0x%x, c_oflag=0x%x, c_cflag=0x%x, c_lflag=0x%x, ...}",
                          modes.input, modes.output, modes.control, modes.local);
    } else if (request == FIONREAD || request == TIOCGPGRP || request == TIOCSPGRP ||
               request == TIOCGSID || request == TIOCOUTQ || request == FIONBIO ||
               request == 0x80045430) {
        if (FETCH(number))
            buffer_format(decode->out, "[%d]", (int)number);
    } else {
        show_x(decode, i);
    }
}

/* --- Times
 * ----------------------------------------------------------------------------------------- */

static void timespec_text(struct buffer *out, const int64_t pair[2])
{
    if (pair[1] == 0x3fffffff || pair[1] == 0x3ffffffe)
        buffer_format(out, pair[1] == 0x3fffffff ? "UTIME_NOW" : "UTIME_OMIT");
    else
        buffer_format(out, "{tv_sec=%lld, tv_nsec=%lld}", (long long)pair[0], (long long)pair[1]);
}

static void timeval_text(struct buffer *out, const int64_t pair[2])
{
    buffer_format(out, "{tv_sec=%lld, tv_usec=%lld}", (long long)pair[0], (long long)pair[1]);
}

void show_timespec(struct decode *decode, unsigned i)
{
    int64_t pair[2];

    if (FETCH(pair))
        timespec_text(decode->out, pair);
}

void show_timespec_out(struct decode *decode, unsigned i)
{
    show_timespec(decode, i);
}

void show_timespec_rest(struct decode *decode, unsigned i)
{
    decode_address(decode->out, decode->argument[i]);
}

void show_timeval(struct decode *decode, unsigned i)
{
    int64_t pair[2];

    if (FETCH(pair))
        timeval_text(decode->out, pair);
}

void show_timeval_out(struct decode *decode, unsigned i)
{
    show_timeval(decode, i);
}

static void two(struct decode *decode, unsigned i, void (*text)(struct buffer *, const int64_t *),
                const char *first, const char *second)
{
    int64_t pairs[4];

    if (!FETCH(pairs))
        return;
    buffer_format(decode->out, "%c%s", *first ? '{' : '[', first);
    text(decode->out, pairs);
    buffer_format(decode->out, ", %s", second);
    text(decode->out, pairs + 2);
    buffer_format(decode->out, "%c", *first ? '}' : ']');
}

void show_timespecs(struct decode *decode, unsigned i)
{
    two(decode, i, timespec_text, "", "");
}

void show_timevals(struct decode *decode, unsigned i)
{
    two(decode, i, timeval_text, "", "");
}

void show_itimerval(struct decode *decode, unsigned i)
{
    two(decode, i, timeval_text, "it_interval=", "it_value=");
}

void show_itimerval_out(struct decode *decode, unsigned i)
{
    show_itimerval(decode, i);
}

void show_itimerspec(struct decode *decode, unsigned i)
{
    two(decode, i, timespec_text, "it_interval=", "it_value=");
}

void show_itimerspec_out(struct decode *decode, unsigned i)
{
    show_itimerspec(decode, i);
}

void show_rusage(struct decode *decode, unsigned i)
{
    struct rusage usage;

    if ((!strcmp(decode_name(decode->number), "wait4") && decode->result <= 0) || !FETCH(usage)) {
        if (!strcmp(decode_name(decode->number), "wait4") && decode->result <= 0)
            decode_address(decode->out, decode->argument[i]);
        return;
    }
    buffer_format(decode->out,
                  "{ru_utime={tv_sec=%ld, tv_usec=%ld}, ru_stime={tv_sec=%ld, tv_usec=%ld}, ...}",
                  (long)usage.ru_utime.tv_sec, (long)usage.ru_utime.tv_usec,
                  (long)usage.ru_stime.tv_sec, (long)usage.ru_stime.tv_usec);
}

void show_tms(struct decode *decode, unsigned i)
{
    struct tms tms;

    if (FETCH(tms))
        buffer_format(decode->out, "{tms_utime=%ld, tms_stime=%ld, tms_cutime=%ld, tms_cstime=%ld}",
                      (long)tms.tms_utime, (long)tms.tms_stime, (long)tms.tms_cutime,
                      (long)tms.tms_cstime);
}

/* --- Limits and the machine
 * ------------------------------------------------------------------------ */

static void limit_text(struct buffer *out, uint64_t limit, int wide)
{
    if (limit == UINT64_MAX)
        buffer_format(out, wide ? "RLIM64_INFINITY" : "RLIM_INFINITY");
    else if (limit && limit % 1024 == 0)
        buffer_format(out, "%llu*1024", (unsigned long long)limit / 1024);
    else
        buffer_format(out, "%llu", (unsigned long long)limit);
}

void show_rlimit(struct decode *decode, unsigned i)
{
    int wide = !strcmp(decode_name(decode->number), "prlimit64");
    uint64_t pair[2];

    if (!FETCH(pair))
        return;
    buffer_format(decode->out, "{rlim_cur=");
    limit_text(decode->out, pair[0], wide);
    buffer_format(decode->out, ", rlim_max=");
    limit_text(decode->out, pair[1], wide);
    buffer_format(decode->out, "}");
}

void show_rlimit_out(struct decode *decode, unsigned i)
{
    show_rlimit(decode, i);
}

void show_utsname(struct decode *decode, unsigned i)
{
    struct utsname name;

    if (!FETCH(name))
        return;
    buffer_format(decode->out, "{sysname=");
    decode_text(decode->out, (const uint8_t *)name.sysname, strnlen(name.sysname, 64), 0, 0);
    buffer_format(decode->out, ", nodename=");
    decode_text(decode->out, (const uint8_t *)name.nodename, strnlen(name.nodename, 64), 0, 0);
    buffer_format(decode->out, ", ...}");
}

void show_sysinfo(struct decode *decode, unsigned i)
{
    struct sysinfo info;

    if (FETCH(info))
        buffer_format(
            decode->out, "{uptime=%ld, loads=[%lu, %lu, %lu], totalram=%lu, freeram=%lu, ...}",
            info.uptime, info.loads[0], info.loads[1], info.loads[2], info.totalram, info.freeram);
}

/* --- Signals
 * --------------------------------------------------------------------------------------- */

void show_sigset(struct decode *decode, unsigned i)
{
    uint64_t set;

    if (FETCH(set))
        decode_sigset(decode->out, set);
}

void show_sigset_out(struct decode *decode, unsigned i)
{
    show_sigset(decode, i);
}

void show_sigaction(struct decode *decode, unsigned i)
{
    static const struct name flags[] = {
        {SA_NOCLDSTOP, "SA_NOCLDSTOP"},
        {0x04000000, "SA_RESTORER"},
        {SA_ONSTACK, "SA_ONSTACK"},
        {SA_RESTART, "SA_RESTART"},
        {SA_NODEFER, "SA_NODEFER"},
        {SA_RESETHAND, "SA_RESETHAND"},
        {SA_SIGINFO, "SA_SIGINFO"},
        {SA_NOCLDWAIT, "SA_NOCLDWAIT"},
        {0},
    };
    struct {
        uint64_t handler, flags, restorer, mask;
    } action;

    if (!FETCH(action))
        return;
    buffer_format(decode->out, "{sa_handler=");
    if (action.handler < 2)
        buffer_format(decode->out, action.handler ? "SIG_IGN" : "SIG_DFL");
    else
        decode_address(decode->out, action.handler);
    buffer_format(decode->out, ", sa_mask=");
    decode_sigset(decode->out, action.mask);
    buffer_format(decode->out, ", sa_flags=");
    decode_flags(decode->out, action.flags, flags, "SA_???");
    if (action.flags & 0x04000000) {
        buffer_format(decode->out, ", sa_restorer=");
        decode_address(decode->out, action.restorer);
    }
    buffer_format(decode->out, "}");
}

void show_sigaction_out(struct decode *decode, unsigned i)
{
    show_sigaction(decode, i);
}

void show_siginfo(struct decode *decode, unsigned i)
{
    struct record_signal signal;

    if (FETCH(signal))
        decode_siginfo(decode->out, &signal);
}

void show_siginfo_out(struct decode *decode, unsigned i)
{
    show_siginfo(decode, i);
}

void show_stack(struct decode *decode, unsigned i)
{
    static const struct name flags[] = {
        {SS_ONSTACK, "SS_ONSTACK"}, {SS_DISABLE, "SS_DISABLE"}, {1u << 31, "SS_AUTODISARM"}, {0}};
    struct {
        uint64_t base;
        uint32_t flags, pad;
        uint64_t size;
    } stack;

    if (!FETCH(stack))
        return;
    buffer_format(decode->out, "{ss_sp=");
    decode_address(decode->out, stack.base);
    buffer_format(decode->out, ", ss_flags=");
    decode_flags(decode->out, stack.flags, flags, "SS_???");
    buffer_format(decode->out, ", ss_size=%llu}", (unsigned long long)stack.size);
}

void show_stack_out(struct decode *decode, unsigned i)
{
    show_stack(decode, i);
}

/* --- Waiting for descriptors
 * ----------------------------------------------------------------------- */

static const struct name poll_names[] = {
    {POLLIN, "POLLIN"},         {POLLPRI, "POLLPRI"},       {POLLOUT, "POLLOUT"},
    {POLLERR, "POLLERR"},       {POLLHUP, "POLLHUP"},       {POLLNVAL, "POLLNVAL"},
    {POLLRDNORM, "POLLRDNORM"}, {POLLRDBAND, "POLLRDBAND"}, {POLLWRNORM, "POLLWRNORM"},
    {POLLWRBAND, "POLLWRBAND"}, {0x2000, "POLLRDHUP"},      {0},
};

void show_pollfds(struct decode *decode, unsigned i)
{
    uint64_t count = decode->argument[i + 1], n;
    const char *separator = "";

    if (!decode->argument[i]) {
        decode_address(decode->out, 0);
        return;
    }
    buffer_format(decode->out, "[");
    for (n = 0; n < count && n < decode->string_limit; n++) {
        const uint8_t *bytes = decode_memory(decode, decode->argument[i] + n * 8, 8);
        struct pollfd item;

        if (!bytes)
            break;
        memcpy(&item, bytes, sizeof item);
        if (decode->after && !item.revents)
            continue;
        buffer_format(decode->out, "%s{fd=%d, %s=", separator, item.fd,
                      decode->after ? "revents" : "events");
        decode_flags(decode->out, (uint16_t)(decode->after ? item.revents : item.events),
                     poll_names, "POLL???");
        buffer_format(decode->out, "}");
        separator = ", ";
    }
    buffer_format(decode->out, n < count ? "%s...]" : "]", separator);
}

void show_fdset(struct decode *decode, unsigned i)
{
    int limit = (int)decode->argument[0];
    const char *separator = "";
    uint8_t set[128];

    if (!FETCH(set))
        return;
    buffer_format(decode->out, "[");
    for (int fd = 0; fd < limit && fd < 1024; fd++)
        if (set[fd / 8] & 1 << fd % 8) {
            buffer_format(decode->out, "%s%d", separator, fd);
            separator = " ";
        }
    buffer_format(decode->out, "]");
}

static void epoll_text(struct buffer *out, const uint8_t *bytes)
{
    static const struct name names[] = {
        {EPOLLIN, "EPOLLIN"},           {EPOLLPRI, "EPOLLPRI"},
        {EPOLLOUT, "EPOLLOUT"},         {EPOLLRDNORM, "EPOLLRDNORM"},
        {EPOLLWRNORM, "EPOLLWRNORM"},   {EPOLLERR, "EPOLLERR"},
        {EPOLLHUP, "EPOLLHUP"},         {EPOLLRDHUP, "EPOLLRDHUP"},
        {EPOLLONESHOT, "EPOLLONESHOT"}, {EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE"},
        {EPOLLET, "EPOLLET"},           {0},
    };
    uint32_t events;
    uint64_t data;

    memcpy(&events, bytes, sizeof events);
    memcpy(&data, bytes + 4, sizeof data);
    buffer_format(out, "{events=");
    decode_flags(out, events, names, "EPOLL???");
    buffer_format(out, ", data={u32=%u, u64=%llu}}", (uint32_t)data, (unsigned long long)data);
}

void show_epoll_event(struct decode *decode, unsigned i)
{
    uint8_t event[12];

    if (FETCH(event))
        epoll_text(decode->out, event);
}

void show_epoll_events(struct decode *decode, unsigned i)
{
    if (decode->result < 0) {
        decode_address(decode->out, decode->argument[i]);
        return;
    }
    buffer_format(decode->out, "[");
    for (int64_t n = 0; n < decode->result; n++) {
        const uint8_t *bytes = decode_memory(decode, decode->argument[i] + (uint64_t)n * 12, 12);

        buffer_format(decode->out, "%s", n ? ", " : "");
        if (!bytes || n == decode->string_limit) {
            buffer_format(decode->out, "...");
            break;
        }
        epoll_text(decode->out, bytes);
    }
    buffer_format(decode->out, "]");
}

void show_cpuset(struct decode *decode, unsigned i)
{
    const char *separator = "";
    uint64_t set;

    if (!FETCH(set))
        return;
    buffer_format(decode->out, "[");
    for (int cpu = 0; cpu < 64; cpu++)
        if (set >> cpu & 1) {
            buffer_format(decode->out, "%s%d", separator, cpu);
            separator = " ";
        }
    buffer_format(decode->out, "]");
}

/* --- Sockets and clone3
 * ---------------------------------------------------------------------------- */

static void address_text(struct decode *decode, uint64_t at, uint64_t length)
{
    uint8_t bytes[sizeof(struct sockaddr_un)] = {0};
    const uint8_t *from;
    char text[INET6_ADDRSTRLEN];
    uint16_t family;

    length = length < sizeof bytes ? length : sizeof bytes;
    from = length >= sizeof family ? decode_memory(decode, at, (size_t)length) : NULL;
    if (!from || !at) {
        decode_address(decode->out, at);
        return;
    }
    memcpy(bytes, from, (size_t)length);
    memcpy(&family, bytes, sizeof family);
    if (family == AF_UNIX) {
        size_t path = (size_t)length - 2;

        buffer_format(decode->out, "{sa_family=AF_UNIX");
        if (path) {
            buffer_format(decode->out, ", sun_path=%s", bytes[2] ? "" : "@");
            decode_text(decode->out, bytes + 2 + !bytes[2],
                        bytes[2] ? strnlen((char *)bytes + 2, path) : path - 1, 0, 0);
        }
        buffer_format(decode->out, "}");
    } else if (family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;

        memcpy(&in, bytes, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
        buffer_format(decode->out,
                      "{sa_family=AF_INET, sin_port=htons(%u), sin_addr=inet_addr(\"%s\")}",
                      ntohs(in.sin_port), text);
    } else if (family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;

        memcpy(&in, bytes, sizeof in);
        inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        buffer_format(decode->out,
                      "{sa_family=AF_INET6, sin6_port=htons(%u), sin6_addr=\"%s\", ...}",
                      ntohs(in.sin6_port), text);
    } else {
        buffer_format(decode->out, "{sa_family=%u, ...}", family);
    }
}

void show_sockaddr(struct decode *decode, unsigned i)
{
    address_text(decode, decode->argument[i], i < 5 ? decode->argument[i + 1] : 0);
}

void show_sockaddr_out(struct decode *decode, unsigned i)
{
    const uint8_t *bytes = i < 5 ? decode_memory(decode, decode->argument[i + 1], 4) : NULL;
    uint32_t length;

    if (!bytes || decode->result < 0) {
        decode_address(decode->out, decode->argument[i]);
        return;
    }
    memcpy(&length, bytes, sizeof length);
    address_text(decode, decode->argument[i], length);
}

void show_option_value(struct decode *decode, unsigned i)
{
    if (i < 5 && decode->argument[i + 1] == 4)
        show_int(decode, i);
    else
        show_data(decode, i);
}

static void message(struct decode *decode, unsigned i, uint64_t total)
{
    struct msghdr header;

    if (!FETCH(header))
        return;
    buffer_format(decode->out, "{msg_name=");
    if (header.msg_name)
        address_text(decode, (uint64_t)(uintptr_t)header.msg_name, header.msg_namelen);
    else
        decode_address(decode->out, 0);
    buffer_format(decode->out, ", msg_namelen=%u, msg_iov=", header.msg_namelen);
    vector(decode, (uint64_t)(uintptr_t)header.msg_iov, header.msg_iovlen, total);
    buffer_format(decode->out, ", msg_iovlen=%zu", header.msg_iovlen);
    if (header.msg_control)
        buffer_format(decode->out, ", msg_control=0x%llx",
                      (unsigned long long)(uintptr_t)header.msg_control);
    buffer_format(decode->out, ", msg_controllen=%zu, msg_flags=", header.msg_controllen);
    decode->argument[i] = (uint64_t)(uint32_t)header.msg_flags;
    show_message_flags(decode, i);
    buffer_format(decode->out, "}");
}

void show_message_in(struct decode *decode, unsigned i)
{
    struct decode copy = *decode;

    message(&copy, i, UINT64_MAX);
}

void show_message_out(struct decode *decode, unsigned i)
{
    struct decode copy = *decode;

    if (decode->result < 0)
        decode_address(decode->out, decode->argument[i]);
    else
        message(&copy, i, (uint64_t)decode->result);
}

void show_clone_args(struct decode *decode, unsigned i)
{
    struct decode flags = *decode;
    struct clone_args arguments = {0};
    const uint8_t *bytes = decode_memory(decode, decode->argument[i], CLONE_ARGS_SIZE_VER0);

    if (!bytes) {
        decode_address(decode->out, decode->argument[i]);
        return;
    }
    memcpy(&arguments, bytes, CLONE_ARGS_SIZE_VER0);
    flags.argument[0] = arguments.flags;
    buffer_format(decode->out, "{flags=");
    show_clone(&flags, 0);
    buffer_format(decode->out, ", exit_signal=%s, stack=",
                  arguments.exit_signal ? decode_signal((int)arguments.exit_signal) : "0");
    decode_address(decode->out, arguments.stack);
    buffer_format(decode->out, ", stack_size=0x%llx", (unsigned long long)arguments.stack_size);
    if (arguments.tls)
        buffer_format(decode->out, ", tls=0x%llx", (unsigned long long)arguments.tls);
    buffer_format(decode->out, "}");
}
