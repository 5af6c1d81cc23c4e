/* SPDX-License-Identifier: MIT */
/*
 * exec.c - the verb `exec`: a program in a machine that runs, with streams and exit status of its own.
 */
#define _GNU_SOURCE
#include "tools/process.h"
#include "tools/remote.h"
#include "tools/terminal.h"
#include "tools/verbs.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const struct option_row exec_options[] = {
    {"env", 'e', "NAME[=VALUE]", "set an environment variable, or pass this machine's on"},
    {"tty", 't', NULL, "give it a terminal: this one, which has to be one"},
    {"workdir", 'w', "DIR", "directory that the program starts in (default /)"},
    {0},
};

const char exec_examples[] =
    "lorica exec web ls /proc        a program next to those that run in the machine `web`\n"
    "lorica exec -t web bash         a shell there\n"
    "lorica exec web bash -c 'cat > /tmp/x' < x     copies a file into it\n";

const char exec_notes[] = "Streams and exit status are the program's, as with `run`: 128+N signal "
                          "N, 125 Lorica failed, 126 not executable,\n"
                          "127 not found. It runs in the machine's first instance. If this command ends, it gets "
                          "SIGHUP.\n";

struct exec {
    int fd, signals;
    struct buffer in, out, pending; /* pending: output that pending_fd has not taken */
    int pending_fd;
    uint32_t credit;
    int input_open;
    int status; /* -1: it runs */
};

static struct text_list exec_env;
static const char *exec_directory = "/";
static int exec_terminal;

static uint32_t exec_window(void)
{
    uint16_t rows, columns;

    terminal_size(&rows, &columns);
    return (uint32_t)rows << 16 | columns;
}

static void exec_take(void *context, const struct option_row *row, const char *argument)
{
    (void)context;
    if (!strcmp(row->name, "workdir"))
        exec_directory = argument;
    else if (!strcmp(row->name, "tty"))
        exec_terminal = 1;
    else if (*argument == '=' || !*argument)
        fail(STATUS_FAILED, "exec: --env %s has no name\n  try: --env NAME=VALUE", argument);
    else if (strchr(argument, '='))
        text_list_add(&exec_env, text_copy(argument));
    else if (getenv(argument))
        text_list_add(&exec_env, text_format("%s=%s", argument, getenv(argument)));
}

static void exec_send(struct exec *exec, uint32_t type, const void *bytes, uint32_t length)
{
    const struct remote_frame frame = {.type = type, .length = length};

    buffer_add(&exec->out, &frame, sizeof frame);
    buffer_add(&exec->out, bytes, length);
}

static void exec_begin(struct exec *exec, char *const words[], int count)
{
    struct request_exec request = {.words = (uint32_t)count,
                                   .variables = (uint32_t)exec_env.count + 2};
    struct buffer body = {0};

    request.window = exec_terminal ? exec_window() : 0;
    buffer_add(&body, &request, sizeof request);
    for (int i = 0; i < count; i++)
        buffer_add(&body, words[i], strlen(words[i]) + 1);
    buffer_add(&body, EXEC_PATH, sizeof EXEC_PATH);
    buffer_add(&body, "HOME=/root", sizeof "HOME=/root");
    for (size_t i = 0; i < exec_env.count; i++)
        buffer_add(&body, exec_env.item[i], strlen(exec_env.item[i]) + 1);
    buffer_add(&body, exec_directory, strlen(exec_directory) + 1);
    if (body.length > REMOTE_FRAME_MAX)
        fail(STATUS_NOT_EXECUTABLE, "exec: the arguments and variables are longer than %u bytes",
             REMOTE_FRAME_MAX);
    exec_send(exec, REMOTE_START, body.bytes, (uint32_t)body.length);
    buffer_free(&body);
}

static void exec_end(struct exec *exec, const char *bytes, uint32_t length)
{
    int32_t status;

    if (length < sizeof status)
        fail(STATUS_FAILED, "exec: the machine broke the protocol");
    memcpy(&status, bytes, sizeof status);
    exec->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (length > sizeof status)
        say("%.*s", (int)(length - sizeof status), bytes + sizeof status);
}

/* Whole frames, until output has to wait for its reader. */
static void exec_frames(struct exec *exec)
{
    struct remote_frame frame;
    uint32_t number;

    while (!exec->pending.length && exec->status < 0 && exec->in.length >= sizeof frame) {
        const char *bytes = exec->in.bytes + sizeof frame;

        memcpy(&frame, exec->in.bytes, sizeof frame);
        if (frame.length > RECORD_MAX)
            fail(STATUS_FAILED, "exec: the machine broke the protocol");
        if (exec->in.length - sizeof frame < frame.length)
            return;
        if (frame.type == REMOTE_OUTPUT || frame.type == REMOTE_ERROR) {
            exec->pending_fd = frame.type == REMOTE_OUTPUT ? 1 : 2;
            buffer_add(&exec->pending, bytes, frame.length);
        } else if (frame.type == REMOTE_CREDIT && frame.length == sizeof number) {
            memcpy(&number, bytes, sizeof number);
            exec->credit += number;
        } else if (frame.type == REMOTE_END) {
            exec_end(exec, bytes, frame.length);
        }
        buffer_drop(&exec->in, sizeof frame + frame.length);
    }
}

static void exec_input(struct exec *exec)
{
    char block[4096];
    size_t part = exec->credit < sizeof block ? exec->credit : sizeof block;
    ssize_t count = read(0, block, part);

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        exec->input_open = 0;
        count = 0;
    }
    exec->credit -= (uint32_t)count;
    exec_send(exec, REMOTE_INPUT, block, (uint32_t)count);
}

static void exec_write_pending(struct exec *exec)
{
    size_t part = exec->pending.length < PIPE_BUF ? exec->pending.length : PIPE_BUF;
    ssize_t count = write(exec->pending_fd, exec->pending.bytes, part);

    if (count > 0)
        buffer_drop(&exec->pending, (size_t)count);
    else if (count < 0 && errno == EPIPE)
        exit(128 + SIGPIPE);
    else if (count < 0 && errno != EINTR && errno != EAGAIN)
        fail(STATUS_FAILED, "exec: cannot write to standard output: %s", strerror(errno));
}

static void exec_read(struct exec *exec)
{
    char block[65536];
    ssize_t count = read(exec->fd, block, sizeof block);

    if (count > 0)
        buffer_add(&exec->in, block, (size_t)count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
        fail(STATUS_FAILED, "exec: the machine has ended");
}

static void exec_signal(struct exec *exec)
{
    struct signalfd_siginfo info;
    uint32_t number;

    if (read(exec->signals, &info, sizeof info) != sizeof info)
        return;
    number = info.ssi_signo;
    if (number == SIGWINCH) {
        number = exec_window();
        exec_send(exec, REMOTE_WINDOW, &number, sizeof number);
        return;
    }
    exec_send(exec, REMOTE_SIGNAL, &number, sizeof number);
}

static void exec_turn(struct exec *exec)
{
    int blocked = exec->pending.length != 0;
    struct pollfd slot[4] = {
        {.fd = exec->fd,
         .events = (short)((blocked ? 0 : POLLIN) | (exec->out.length ? POLLOUT : 0))},
        {.fd = exec->input_open && exec->credit && !exec->out.length ? 0 : -1, .events = POLLIN},
        {.fd = blocked ? exec->pending_fd : -1, .events = POLLOUT},
        {.fd = exec->signals, .events = POLLIN},
    };
    ssize_t count;

    if (poll(slot, 4, -1) < 0)
        return;
    if (slot[3].revents)
        exec_signal(exec);
    if (slot[2].revents)
        exec_write_pending(exec);
    if (slot[1].revents)
        exec_input(exec);
    if (slot[0].revents & POLLOUT) {
        count = send(exec->fd, exec->out.bytes, exec->out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0)
            buffer_drop(&exec->out, (size_t)count);
    }
    if (!blocked && slot[0].revents & ~POLLOUT)
        exec_read(exec);
    exec_frames(exec);
}

int verb_exec(const struct verb *verb, int argc, char **argv)
{
    struct exec exec = {.credit = RECORD_EXEC_INPUT, .input_open = 1, .status = -1};
    int first = option_parse(verb, argc, argv, exec_take, NULL);
    struct machine_row machine;
    sigset_t set;

    if (first + 2 > argc)
        fail(STATUS_FAILED, "exec: name a machine and a program\n  try: lorica ps");
    machine = control_find("exec", argv[first]);
    if (!machine.running)
        fail(4, "exec: %s has ended already, with status %d", argv[first], machine.status);
    exec.fd = control_connect(argv[first], "exec\n");
    if (exec.fd < 0)
        fail(1, "exec: %s does not answer: %s", argv[first], strerror(errno));
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (exec_terminal) {
        sigaddset(&set, SIGWINCH);
        sigprocmask(SIG_BLOCK, &set, NULL);
    }
    exec.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (exec_terminal && getenv("TERM"))
        text_list_add(&exec_env, text_format("TERM=%s", getenv("TERM")));
    if (exec_terminal && !terminal_raw())
        fail(STATUS_FAILED, "exec: -t needs a terminal as standard input\n  try: without -t");
    exec_begin(&exec, argv + first + 1, argc - first - 1);
    while (exec.status < 0 || exec.pending.length)
        exec_turn(&exec);
    return exec.status;
}
