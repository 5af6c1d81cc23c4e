/* SPDX-License-Identifier: MIT */
/*
 * fakeqemu.c - plays QEMU and the guest towards the host tool, so that the tool is tested alone.
 *
 * The tool starts it as LORICA_QEMU with QEMU's arguments. It takes the descriptors out of them,
 * reads the manifest from the boot archive, and performs the manifest's `arg` lines after the
 * first, in order:
 *
 *   hello[:VERSION]  greet (done by itself first, unless the first step is `nohello`)
 *   out:TEXT err:TEXT log:TEXT summary:TEXT serial:TEXT complain:TEXT      say something (\n is a
 * newline) big:BYTES        that much standard output echo             standard input to standard
 * output until its end, credit given back at once hoard            take input without giving credit
 * back; report how much came in 300 ms; then give it back signal           wait for a SIGNAL frame
 * and print its number window           wait for a WINDOW frame and print it manifest         print
 * the manifest members          print name, size and alignment of each member of the boot archive,
 * and of root0.cpio's who              print own and parent's process id arguments        print the
 * QEMU command frame:TYPE:LENGTH  send a bare header exit:N killed:N fail:N:TEXT  send EXIT done
 * send DONE and end with status 0 quit:N           end with that status, saying nothing abort end
 * by SIGABRT hang             do nothing for ever sleep:MS
 */
#define _GNU_SOURCE
#include "abi/exo_channel.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int channel = -1, serial = -1;
static char *archive, *manifest;
static size_t archive_length;
static char **command;

static void send_bytes(int fd, const void *bytes, size_t length)
{
    const char *from = bytes;

    while (length) {
        ssize_t count = write(fd, from, length);

        if (count <= 0)
            exit(98);
        from += count;
        length -= (size_t)count;
    }
}

static void send_frame(uint16_t type, const void *bytes, uint32_t length)
{
    struct channel_header header = {.type = type, .length = length};

    send_bytes(channel, &header, sizeof header);
    send_bytes(channel, bytes, length);
}

static void send_text(uint16_t type, const char *text)
{
    while (*text) {
        size_t length = strlen(text) < CHANNEL_PAYLOAD_MAX ? strlen(text) : CHANNEL_PAYLOAD_MAX;

        send_frame(type, text, (uint32_t)length);
        text += length;
    }
}

static void receive(void *bytes, size_t length)
{
    char *to = bytes;

    while (length) {
        ssize_t count = read(channel, to, length);

        if (count <= 0)
            exit(97);
        to += count;
        length -= (size_t)count;
    }
}

static void read_archive(const char *path)
{
    FILE *file = fopen(path, "re");
    size_t room = 1 << 20, count;

    if (!file) {
        fprintf(stderr, "fakeqemu: cannot read %s: %s\n", path, strerror(errno));
        exit(96);
    }
    archive = malloc(room);
    while ((count = fread(archive + archive_length, 1, room - archive_length, file)) > 0) {
        archive_length += count;
        if (archive_length == room)
            archive = realloc(archive, room *= 2);
    }
    fclose(file);
}

static size_t field(size_t at, int index)
{
    char digits[9] = {0};

    memcpy(digits, archive + at + 6 + index * 8, 8);
    return strtoul(digits, NULL, 16);
}

/* Walk one archive; calls itself for root0.cpio. Prints members when `show`, finds the manifest. */
static void walk(size_t at, size_t end, int show)
{
    while (at + 110 <= end && !memcmp(archive + at, "070701", 6)) {
        const char *name = archive + at + 110;
        size_t size = field(at, 6), mode = field(at, 1);
        size_t contents = (at + 110 + field(at, 11) + 3) & ~(size_t)3;
        char line[8192];

        if (!strcmp(name, "TRAILER!!!"))
            return;
        if (!strcmp(name, "manifest"))
            manifest = strndup(archive + contents, size);
        snprintf(line, sizeof line, "%s mode=%zo size=%zu offset=%zu\n", name, mode, size,
                 contents % 4096);
        if (show)
            send_text(CHANNEL_STDOUT, line);
        if (show && strstr(name, ".cpio"))
            walk(contents, contents + size, show);
        at = (contents + size + 3) & ~(size_t)3;
    }
}

static void send_exit(uint32_t kind, const char *words)
{
    struct {
        struct channel_exit exit;
        char text[512];
    } payload = {.exit = {.kind = kind, .code = (uint32_t)strtoul(words, NULL, 10)}};
    const char *text = strchr(words, ':');

    if (text)
        snprintf(payload.text, sizeof payload.text, "%s", text + 1);
    send_frame(CHANNEL_EXIT, &payload, (uint32_t)(sizeof payload.exit + strlen(payload.text)));
}

static void step_echo(void)
{
    static char bytes[CHANNEL_PAYLOAD_MAX];

    for (;;) {
        struct channel_header header;

        receive(&header, sizeof header);
        if (header.length > sizeof bytes)
            exit(95);
        receive(bytes, header.length);
        if (header.type == CHANNEL_STDIN_END)
            return;
        if (header.type != CHANNEL_STDIN)
            continue;
        send_frame(CHANNEL_STDOUT, bytes, header.length);
        send_frame(CHANNEL_CREDIT, &header.length, sizeof header.length);
    }
}

static void step_hoard(void)
{
    static char bytes[CHANNEL_PAYLOAD_MAX];
    struct pollfd slot = {.fd = channel, .events = POLLIN};
    uint32_t total = 0;
    char line[64];

    while (poll(&slot, 1, 300) > 0) {
        struct channel_header header;

        receive(&header, sizeof header);
        receive(bytes, header.length);
        if (header.type == CHANNEL_STDIN)
            total += header.length;
    }
    snprintf(line, sizeof line, "hoarded %u\n", total);
    send_text(CHANNEL_STDOUT, line);
    send_frame(CHANNEL_CREDIT, &total, sizeof total);
}

static void step_await(uint16_t type)
{
    for (;;) {
        struct channel_header header;
        char bytes[CHANNEL_PAYLOAD_MAX], line[64];
        uint32_t number;
        uint16_t size[2];

        receive(&header, sizeof header);
        receive(bytes, header.length);
        if (header.type != type)
            continue;
        memcpy(&number, bytes, sizeof number);
        memcpy(size, bytes, sizeof size);
        if (type == CHANNEL_SIGNAL)
            snprintf(line, sizeof line, "signal %u\n", number);
        else
            snprintf(line, sizeof line, "window %u %u\n", size[0], size[1]);
        send_text(CHANNEL_STDOUT, line);
        return;
    }
}

static void step_big(size_t bytes)
{
    static char block[CHANNEL_PAYLOAD_MAX];

    memset(block, 'x', sizeof block);
    for (size_t part; bytes; bytes -= part) {
        part = bytes < sizeof block ? bytes : sizeof block;
        send_frame(CHANNEL_STDOUT, block, (uint32_t)part);
    }
}

static void step_bounded(size_t bytes)
{
    static char block[CHANNEL_PAYLOAD_MAX];
    uint32_t outstanding = 0, acknowledged;

    memset(block, 'y', sizeof block);
    while (bytes) {
        uint32_t part = bytes < sizeof block ? (uint32_t)bytes : (uint32_t)sizeof block;
        struct channel_header header;

        if (outstanding + channel_cost(part) <= CHANNEL_UNACKNOWLEDGED_MAX) {
            send_frame(CHANNEL_STDOUT, block, part);
            outstanding += channel_cost(part);
            bytes -= part;
            continue;
        }
        receive(&header, sizeof header);
        receive(block, header.length);
        if (header.type == CHANNEL_ACK) {
            memcpy(&acknowledged, block, sizeof acknowledged);
            if (header.instance != CHANNEL_MACHINE || acknowledged > outstanding)
                exit(93);
            outstanding -= acknowledged;
        }
        memset(block, 'y', sizeof acknowledged);
    }
}

static void step_frame(const char *words)
{
    struct channel_header header = {.type = (uint16_t)strtoul(words, NULL, 10)};
    const char *length = strchr(words, ':');

    header.length = length ? (uint32_t)strtoul(length + 1, NULL, 10) : 0;
    send_bytes(channel, &header, sizeof header);
}

/* Steps that send something. Returns 0 when the step is none of them. */
static int perform_output(const char *step, const char *words)
{
    static const struct {
        const char *name;
        uint16_t type;
    } say[] = {{"out", CHANNEL_STDOUT},
               {"err", CHANNEL_STDERR},
               {"log", CHANNEL_LOG},
               {"summary", CHANNEL_SUMMARY}};
    uint32_t version = words && *words ? (uint32_t)strtoul(words, NULL, 10) : CHANNEL_VERSION;

    for (size_t i = 0; i < 4; i++)
        if (!strcmp(step, say[i].name)) {
            send_text(say[i].type, words);
            return 1;
        }
    if (!strcmp(step, "hello"))
        send_frame(CHANNEL_HELLO, &version, sizeof version);
    else if (!strcmp(step, "serial"))
        send_bytes(serial, words, strlen(words));
    else if (!strcmp(step, "complain"))
        fprintf(stderr, "%s\n", words);
    else if (!strcmp(step, "big"))
        step_big(strtoul(words, NULL, 10));
    else if (!strcmp(step, "bounded"))
        step_bounded(strtoul(words, NULL, 10));
    else if (!strcmp(step, "frame"))
        step_frame(words);
    else if (!strcmp(step, "exit"))
        send_exit(CHANNEL_EXITED, words);
    else if (!strcmp(step, "killed"))
        send_exit(CHANNEL_SIGNALLED, words);
    else if (!strcmp(step, "fail"))
        send_exit(CHANNEL_FAILED, words);
    else
        return 0;
    return 1;
}

static void perform(const char *step, const char *words)
{
    char line[64];

    if (perform_output(step, words))
        return;
    if (!strcmp(step, "echo")) {
        step_echo();
    } else if (!strcmp(step, "hoard")) {
        step_hoard();
    } else if (!strcmp(step, "signal")) {
        step_await(CHANNEL_SIGNAL);
    } else if (!strcmp(step, "window")) {
        step_await(CHANNEL_WINDOW);
    } else if (!strcmp(step, "manifest")) {
        send_text(CHANNEL_STDOUT, manifest);
    } else if (!strcmp(step, "members")) {
        walk(0, archive_length, 1);
    } else if (!strcmp(step, "who")) {
        snprintf(line, sizeof line, "%d %d\n", (int)getpid(), (int)getppid());
        send_text(CHANNEL_STDOUT, line);
    } else if (!strcmp(step, "arguments")) {
        for (char **word = command; *word; word++) {
            send_text(CHANNEL_STDOUT, *word);
            send_text(CHANNEL_STDOUT, word[1] ? " " : "\n");
        }
    } else if (!strcmp(step, "done")) {
        send_frame(CHANNEL_DONE, NULL, 0);
        exit(0);
    } else if (!strcmp(step, "quit")) {
        exit(atoi(words));
    } else if (!strcmp(step, "abort")) {
        abort();
    } else if (!strcmp(step, "hang")) {
        for (;;)
            pause();
    } else if (!strcmp(step, "sleep")) {
        usleep((useconds_t)strtoul(words, NULL, 10) * 1000);
    } else if (strcmp(step, "nohello")) {
        fprintf(stderr, "fakeqemu: unknown step %s\n", step);
        exit(94);
    }
}

/* The value of an `arg` line, unquoted in place. */
static char *unquote(char *value)
{
    char *to = value, *from = value + 1;

    if (*value != '"')
        return value;
    for (; *from && *from != '"'; from++) {
        if (*from == '\\') {
            char digits[3] = {from[1] ? from[2] : 0, from[1] && from[2] ? from[3] : 0, 0};

            from++;
            if (*from == 'x')
                from += 2;
            *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
            if (from[-2] == 'x' && from[-3] == '\\')
                to[-1] = (char)strtoul(digits, NULL, 16);
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return value;
}

static void play(void)
{
    char *text = strdup(manifest), *steps[256], *save;
    int count = 0;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        if (!strncmp(line, "  arg ", 6) && count < 256)
            steps[count++] = unquote(line + 6);
    if (count < 2 || strcmp(steps[1], "nohello"))
        perform("hello", NULL);
    for (int i = 1; i < count; i++) {
        char *words = strchr(steps[i], ':');

        if (words)
            *words++ = 0;
        for (char *at = words; at && *at; at++) /* \n as two characters */
            if (at[0] == '\\' && at[1] == 'n') {
                at[0] = '\n';
                memmove(at + 1, at + 2, strlen(at + 2) + 1);
            }
        perform(steps[i], words ? words : "");
    }
}

/* `hold`: a UDP port of this machine is in use; its number is printed. */
static int hold_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return 1;
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return pause();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "hold"))
        return hold_port();
    command = argv;
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "socket,id=ch,fd=", 16))
            channel = atoi(argv[i] + 16);
        if (!strncmp(argv[i], "socket,id=log,fd=", 17))
            serial = atoi(argv[i] + 17);
        if (!strcmp(argv[i], "-initrd") && i + 1 < argc)
            read_archive(argv[i + 1]);
    }
    if (channel < 0 || serial < 0 || !archive) {
        fprintf(stderr, "fakeqemu: channel, console or archive is missing\n");
        return 96;
    }
    walk(0, archive_length, 0);
    if (!manifest) {
        fprintf(stderr, "fakeqemu: the archive has no manifest\n");
        return 96;
    }
    play();
    return 0;
}
