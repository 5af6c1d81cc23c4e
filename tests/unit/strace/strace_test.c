/* SPDX-License-Identifier: MIT */
/*
 * strace_test.c - records about calls become the lines that strace prints; damaged ones do no harm.
 *
 * Records are made as the LibOS makes them, and read through the reader in pieces of every size.
 */
#include "tools/strace/decode.h"
#include "tools/strace/tracer.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "tap.h"

/* The host tool is a short-lived process that frees only what would pile up. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static struct buffer stream, out;
static size_t start; /* of the record that is being made */
static uint64_t now_ns = 1000000000;

static void begin(uint16_t type, int tid)
{
    struct record record = {.type = type, .pid = tid, .tid = tid, .time_ns = now_ns};

    start = stream.length;
    now_ns += 1500000;
    buffer_add(&stream, &record, sizeof record);
}

static void end(void)
{
    uint32_t length = (uint32_t)(stream.length - start);

    memcpy(stream.bytes + start, &length, sizeof length);
}

static void chunk(uint64_t address, const void *bytes, uint32_t count, uint32_t flags)
{
    struct record_chunk head = {.address = address, .bytes = count, .flags = flags};
    static const char zeros[8];

    buffer_add(&stream, &head, sizeof head);
    buffer_add(&stream, bytes, count);
    buffer_add(&stream, zeros, (8 - count % 8) % 8);
}

static void call(const char *name, int tid, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    struct record_call record = {.number = (uint32_t)decode_number(name), .argument = {a, b, c, d}};

    begin(RECORD_CALL, tid);
    buffer_add(&stream, &record, sizeof record);
}

static void result(const char *name, int tid, int64_t value)
{
    struct record_result record = {.number = (uint32_t)decode_number(name), .result = value};

    begin(RECORD_RESULT, tid);
    buffer_add(&stream, &record, sizeof record);
}

/* A whole call without memory. */
static void plain(const char *name, uint64_t a, uint64_t b, uint64_t c, uint64_t d, int64_t value)
{
    call(name, 2, a, b, c, d);
    end();
    result(name, 2, value);
    end();
}

static struct tracer *tracer;

static void take(void *context, const struct record *record, const uint8_t *body, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1); /* so that ASan sees a byte too many */

    (void)context;
    memcpy(copy, body, length);
    tracer_record(tracer, record, copy, length, &out);
    free(copy);
}

static int read_all(const struct tracer_wish *wish, size_t piece)
{
    struct record_reader reader = {0};
    int bad = 0;

    tracer = tracer_new(wish);
    out.length = 0;
    buffer_add(&out, "", 0);
    for (size_t at = 0; at < stream.length; at += piece)
        bad |= record_read(&reader, stream.bytes + at,
                           stream.length - at < piece ? stream.length - at : piece, take, NULL);
    tracer_end(tracer, &out);
    buffer_free(&reader.partial);
    return bad;
}

static const struct tracer_wish usual = {.string_limit = 32};

/* What was recorded since the last time gives exactly this text, however it comes in. */
static bool gives(const char *text)
{
    bool right = true;

    for (size_t piece = 1; piece < 400; piece = piece * 3 + 1) {
        if (read_all(&usual, piece) || strcmp(out.bytes, text)) {
            printf("# got:  %s# want: %s", out.bytes, text);
            right = false;
            break;
        }
    }
    stream.length = 0;
    return right;
}

static void files(void)
{
    struct stat stat = {.st_mode = S_IFREG | 0644, .st_size = 12};

    call("openat", 2, (uint64_t)AT_FDCWD, 0x1000, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    chunk(0x1000, "/a\"b\n\1", 6, 0);
    end();
    result("openat", 2, -2);
    end();
    CHECK(
        gives("openat(AT_FDCWD, \"/a\\\"b\\n\\1\", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = -1 ENOENT (No "
              "such file or directory)\n"));
    call("open", 2, 0x1000, O_RDONLY, 0xffff, 0);
    chunk(0x1000, "x", 1, RECORD_CHUNK_CUT);
    end();
    result("open", 2, 3);
    end();
    CHECK(gives("open(\"x\"..., O_RDONLY)                  = 3\n"));
    call("read", 2, 3, 0x2000, 100, 0);
    end();
    result("read", 2, 40);
    chunk(0x2000, "0123456789abcdef0123456789abcdef", 32, 0);
    end();
    CHECK(gives("read(3, \"0123456789abcdef0123456789abcdef\"..., 100) = 40\n"));
    call("write", 2, 1, 0x2000, 2, 0);
    chunk(0x2000, "\0009", 2, 0);
    end();
    result("write", 2, 2);
    end();
    CHECK(gives("write(1, \"\\0009\", 2)                    = 2\n"));
    call("fstat", 2, 3, 0x3000, 0, 0);
    end();
    result("fstat", 2, 0);
    chunk(0x3000, &stat, sizeof stat, 0);
    end();
    CHECK(gives("fstat(3, {st_mode=S_IFREG|0644, st_size=12, ...}) = 0\n"));
    plain("fstat", 3, 0x3000, 0, 0, -9);
    CHECK(gives("fstat(3, 0x3000)                        = -1 EBADF (Bad file descriptor)\n"));
    plain("openat", 5, 0x1000, O_RDONLY, 0, -14);
    CHECK(gives("openat(5, 0x1000, O_RDONLY)             = -1 EFAULT (Bad address)\n"));
    plain("mmap", 0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0x7f0000000000);
    CHECK(gives("mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, 0, 0) = "
                "0x7f0000000000\n"));
    plain("mprotect", 0x1000, 4096, PROT_NONE, 0, 0);
    CHECK(gives("mprotect(0x1000, 4096, PROT_NONE)       = 0\n"));
    plain("fcntl", 1, F_GETFL, 0, 0, O_RDWR | O_APPEND);
    CHECK(gives("fcntl(1, F_GETFL)                       = 0x402 (flags O_RDWR|O_APPEND)\n"));
    plain("fcntl", 1, F_SETFD, FD_CLOEXEC, 0, 0);
    CHECK(gives("fcntl(1, F_SETFD, FD_CLOEXEC)           = 0\n"));
    plain("umask", 022, 0, 0, 0, 2);
    CHECK(gives("umask(022)                              = 002\n"));
    plain("lseek", 3, (uint64_t)-1, SEEK_END, 0, 11);
    CHECK(gives("lseek(3, -1, SEEK_END)                  = 11\n"));
}

static void pointers(void)
{
    const uint64_t argv[] = {0x5000, 0x5100, 0};
    const uint32_t variables = 3;
    const struct {
        uint64_t base, bytes;
    } vector[] = {{0x6000, 3}, {0x6100, 50}};
    const int32_t pair[2] = {3, 4};
    const struct {
        int32_t fd;
        int16_t events, revents;
    } before = {7, 1, 0}, after = {7, 1, 0x11};

    call("execve", 2, 0x1000, 0x4000, 0x4800, 0);
    chunk(0x1000, "/bin/x", 6, 0);
    chunk(0x4000, argv, sizeof argv, 0);
    chunk(0x5000, "x", 1, 0);
    chunk(0x5100, "a b", 3, RECORD_CHUNK_CUT);
    chunk(0x4800, &variables, sizeof variables, RECORD_CHUNK_COUNT);
    end();
    result("execve", 2, 0);
    end();
    CHECK(gives("execve(\"/bin/x\", [\"x\", \"a b\"...], 0x4800 /* 3 vars */) = 0\n"));
    call("writev", 2, 1, 0x7000, 2, 0);
    chunk(0x7000, vector, sizeof vector, 0);
    chunk(0x6000, "abc", 3, 0);
    chunk(0x6100, "0123456789012345678901234567890123456789", 32, RECORD_CHUNK_CUT);
    end();
    result("writev", 2, 53);
    end();
    CHECK(gives("writev(1, [{iov_base=\"abc\", iov_len=3}, "
                "{iov_base=\"01234567890123456789012345678901\"..., iov_len=50}], 2) = 53\n"));
    call("pipe2", 2, 0x7000, O_CLOEXEC, 0, 0);
    end();
    result("pipe2", 2, 0);
    chunk(0x7000, pair, sizeof pair, 0);
    end();
    CHECK(gives("pipe2([3, 4], O_CLOEXEC)                = 0\n"));
    call("poll", 2, 0x7000, 1, (uint64_t)-1, 0);
    chunk(0x7000, &before, sizeof before, 0);
    end();
    result("poll", 2, 1);
    chunk(0x7000, &after, sizeof after, 0);
    end();
    CHECK(
        gives("poll([{fd=7, events=POLLIN}], 1, -1)    = 1 ([{fd=7, revents=POLLIN|POLLHUP}])\n"));
    plain("nosuch", 0, 0, 0, 0, -38); /* number -1 */
    CHECK(
        gives("syscall_0xffffffff(0, 0, 0, 0, 0, 0)    = -1 ENOSYS (Function not implemented)\n"));
}

static void processes(void)
{
    const int32_t status = 3 << 8;
    struct record_exit over = {.status = 3 << 8};
    struct record_signal signal = {.signo = SIGSEGV, .code = 1};
    const uint64_t address = 8;

    call("wait4", 2, (uint64_t)-1, 0x1000, 0, 0);
    end();
    call("exit_group", 3, 3, 0, 0, 0);
    end();
    begin(RECORD_EXIT, 3);
    buffer_add(&stream, &over, sizeof over);
    end();
    result("wait4", 2, 3);
    chunk(0x1000, &status, sizeof status, 0);
    end();
    memcpy(signal.bytes, &address, sizeof address);
    begin(RECORD_SIGNAL, 2);
    buffer_add(&stream, &signal, sizeof signal);
    end();
    over.status = SIGSEGV | 0x80;
    begin(RECORD_EXIT, 2);
    buffer_add(&stream, &over, sizeof over);
    end();
    CHECK(gives("wait4(-1,  <unfinished ...>\n"
                "Process 3 attached\n"
                "[pid     3] exit_group(3)               = ?\n"
                "[pid     3] +++ exited with 3 +++\n"
                "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 3\n"
                "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---\n"
                "+++ killed by SIGSEGV (core dumped) +++\n"));
    plain("pause", 0, 0, 0, 0, -514);
    CHECK(gives("pause()                                 = ? ERESTARTNOHAND (To be restarted if no "
                "handler)\n"));
}

static void summary(void)
{
    static const struct tracer_wish wish = {.string_limit = 32, .summary = 1};

    plain("getpid", 0, 0, 0, 0, 2);
    plain("close", 9, 0, 0, 0, -9);
    plain("close", 3, 0, 0, 0, 0);
    CHECK(!read_all(&wish, 64) &&
          strstr(out.bytes, "  0.003000        1500         2         1 close\n") &&
          strstr(out.bytes, "  0.004500        1500         3         1 total\n"));
    stream.length = 0;
}

static void classes(void)
{
    CHECK(decode_in_class((uint32_t)decode_number("openat"), "file") == 1);
    CHECK(decode_in_class((uint32_t)decode_number("read"), "file") == 0);
    CHECK(decode_in_class((uint32_t)decode_number("read"), "desc") == 1);
    CHECK(decode_in_class((uint32_t)decode_number("kill"), "signal") == 1);
    CHECK(decode_in_class((uint32_t)decode_number("mmap"), "memory") == 1);
    CHECK(decode_in_class(0, "nosuch") == -1);
    CHECK(decode_number("nosuch") == -1 && decode_number("read") == 0);
}

static unsigned random_state = 12345;

static unsigned chance(unsigned limit)
{
    random_state = random_state * 1103515245 + 12345;
    return (random_state >> 8) % limit;
}

/* Calls with all numbers, arguments that hit and miss the chunks, and bytes that were changed on the way. */
static void damage(void)
{
    static const struct tracer_wish wish = {.string_limit = 64};
    bool ended = true;

    for (unsigned turn = 0; turn < 6000; turn++) {
        struct record_call record = {.number = chance(8) ? turn % 470 : chance(1u << 30)};
        struct record_result over = {.number = record.number,
                                     .result =
                                         chance(3) ? (int64_t)chance(60) : -(int64_t)chance(600)};
        uint8_t bytes[512];

        for (unsigned i = 0; i < 6; i++)
            record.argument[i] = chance(2) ? 0x1000 + chance(4) * 64 : chance(1000);
        for (unsigned i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(chance(3) ? chance(256) : 0);
        stream.length = 0;
        begin(RECORD_CALL, 2);
        buffer_add(&stream, &record, sizeof record);
        chunk(0x1000 + chance(3) * 64, bytes, chance(400), chance(3));
        end();
        begin(RECORD_RESULT, 2);
        buffer_add(&stream, &over, sizeof over);
        chunk(0x1000 + chance(3) * 64, bytes, chance(400), chance(2));
        end();
        for (unsigned i = chance(4); i; i--)
            stream.bytes[chance((unsigned)stream.length)] ^= (char)(1 << chance(8));
        (void)read_all(&wish, 1 + chance(300));
        ended &= strlen(out.bytes) == out.length;
    }
    CHECK(ended);
}

int main(void)
{
    TEST(files);
    TEST(pointers);
    TEST(processes);
    TEST(summary);
    TEST(classes);
    TEST(damage);
    return TAP_END();
}
