/* SPDX-License-Identifier: MIT */
/*
 * session.c - the host's side of a running machine.
 *
 * One thread, one poll loop. Output: a frame's payload waits in `pending` until the descriptor
 * takes it, and meanwhile the channel is not read, so a slow reader slows the program down.
 * Descriptors 0, 1 and 2 belong to others as well, so they stay blocking: a write happens only when
 * poll says that it can, in pieces that a pipe takes whole (PIPE_BUF).
 *
 * Input: at most CHANNEL_CREDIT_INITIAL bytes are on the way; they are not read before they may be
 * sent.
 *
 * States: WAITING -HELLO-> RUNNING -DONE-> over. QEMU's end, a broken frame or a limit end it from
 * any state.
 */
#define _GNU_SOURCE
#include "tools/session.h"
#include "abi/exo_channel.h"
#include "abi/exo_manifest.h"
#include "tools/control.h"
#include "tools/journal.h"
#include "tools/net.h"
#include "tools/process.h"
#include "tools/terminal.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION_BOOT_MS     60000u /* LORICA_BOOT_SECONDS overrides */
#define SESSION_INSIST_MS   2000u
#define SESSION_OFF_MS      2000u
#define SESSION_MISSING_MAX 256u
#define SESSION_ESCAPE      0x1d /* Ctrl-], three in a row end the machine when the terminal is raw */

struct session {
    struct machine *machine;
    const struct session_wish *wish;
    struct session_end *end;
    int running, over, given_up;
    struct buffer in;      /* from the guest: not yet a whole frame */
    struct buffer out;     /* to the guest: not yet taken */
    struct buffer pending; /* output not yet taken by pending_fd */
    int pending_fd;
    int input_open, input_is_file;
    int raw;          /* the terminal is raw */
    unsigned escapes; /* SESSION_ESCAPE typed in a row */
    uint64_t input_sent;
    uint32_t credit;
    uint32_t request_credit[MANIFEST_INSTANCES_MAX];
    uint32_t unacknowledged; /* cost of the frames dealt with since the last ACK */
    unsigned exits;
    int signals;
    uint64_t started_ms,
        asked_ms; /* asked_ms: when the last SIGINT or SIGTERM was passed on; 0: never */
    uint64_t boot_limit_ms;
};

static void session_give_up(struct session *session, int status, char *reason)
{
    if (session->over)
        return;
    session->over = session->given_up = 1;
    session->end->status = status;
    session->end->reason = reason;
}

static void session_send(struct session *session, uint16_t type, uint16_t instance,
                         const void *bytes, uint32_t length)
{
    struct channel_header header = {.type = type, .instance = instance, .length = length};

    buffer_add(&session->out, &header, sizeof header);
    buffer_add(&session->out, bytes, length);
}

static void session_send_number(struct session *session, uint16_t type, uint32_t number)
{
    for (unsigned i = 0; i < session->wish->instances; i++)
        session_send(session, type, (uint16_t)i, &number, sizeof number);
}

/* --- Frames from the guest
 * ------------------------------------------------------------------------- */

static void session_hello(struct session *session, const char *bytes, uint32_t length)
{
    uint32_t version;

    if (session->running || length != sizeof version) {
        session_give_up(session, STATUS_FAILED,
                        text_copy("the machine broke the channel's protocol: HELLO"));
        return;
    }
    memcpy(&version, bytes, sizeof version);
    if (version != CHANNEL_VERSION) {
        session_give_up(
            session, STATUS_FAILED,
            text_format("the machine speaks channel version %u, this tool %u\n  try: lorica build",
                        version, CHANNEL_VERSION));
        return;
    }
    session->running = 1;
    session->end->boot_ms = (int64_t)(process_now_ms() - session->started_ms);
    net_widen(session->machine->pid);
    if (session->wish->started)
        session->wish->started(session->wish->started_context);
    if (session->wish->no_input)
        session_send(session, CHANNEL_STDIN_END, 0, NULL, 0);
    for (unsigned i = 1; i < session->wish->instances; i++) /* input is the first instance's */
        session_send(session, CHANNEL_STDIN_END, (uint16_t)i, NULL, 0);
    if (session->wish->raw)
        session->raw =
            terminal_raw(); /* not before: Ctrl-C must end a machine that does not boot */
}

static void session_exit(struct session *session, uint16_t instance, const char *bytes,
                         uint32_t length)
{
    struct session_end *end = session->end;
    struct channel_exit exit;
    uint32_t text = length - (uint32_t)sizeof exit;
    int status, signal = 0;

    if (length < sizeof exit) {
        session_give_up(session, STATUS_FAILED,
                        text_copy("the machine broke the channel's protocol: EXIT"));
        return;
    }
    memcpy(&exit, bytes, sizeof exit);
    if (exit.kind == CHANNEL_SIGNALLED)
        signal = (int)(exit.code & 127);
    status = signal ? 128 + signal : (int)(exit.code & 255);
    if (exit.kind == CHANNEL_FAILED && (status < STATUS_FAILED || status > STATUS_NOT_FOUND))
        status = STATUS_FAILED;
    session->exits++;
    if (text)
        journal_lines(instance == CHANNEL_MACHINE ? "init" : "exit", bytes + sizeof exit, text);
    if (session->exits > 1 && (end->status || !status))
        return;
    end->status = status;
    end->signal = signal;
    if (exit.kind == CHANNEL_FAILED) {
        end->own = text && instance != CHANNEL_MACHINE;
        end->reason = text ? text_format("%.*s", (int)text, bytes + sizeof exit)
                           : text_copy("the program could not be run");
    }
}

/* A LibOS's line "PROGRAM (PID): not implemented: CALL(...)...": remember the call's name. */
static void session_note_missing(struct session *session, const char *line, uint32_t length)
{
    static const char mark[] = "not implemented: ";
    const char *at = memmem(line, length, mark, sizeof mark - 1);
    size_t name = 0;
    char *call;

    if (!at)
        return;
    at += sizeof mark - 1;
    while (at + name < line + length && (isalnum((unsigned char)at[name]) || at[name] == '_'))
        name++;
    call = text_format("%.*s", (int)name, at);
    if (name && !text_list_has(&session->end->missing, call) &&
        session->end->missing.count < SESSION_MISSING_MAX)
        text_list_add(&session->end->missing, call);
    else
        free(call);
}

static void session_frame(struct session *session, const struct channel_header *header,
                          const char *bytes)
{
    uint32_t number;

    if (!session->running && header->type != CHANNEL_HELLO) {
        session_give_up(
            session, STATUS_FAILED,
            text_format("the machine broke the channel's protocol: frame type %u before HELLO",
                        header->type));
        return;
    }
    switch (header->type) {
    case CHANNEL_HELLO:
        session_hello(session, bytes, header->length);
        break;
    case CHANNEL_STDOUT:
    case CHANNEL_STDERR:
        session->pending_fd = header->type == CHANNEL_STDOUT ? 1 : 2;
        buffer_add(&session->pending, bytes, header->length);
        break;
    case CHANNEL_LOG:
        journal_lines("libos", bytes, header->length);
        session_note_missing(session, bytes, header->length);
        break;
    case CHANNEL_SUMMARY:
        journal_lines("summary", bytes, header->length);
        break;
    case CHANNEL_EXIT:
        session_exit(session, header->instance, bytes, header->length);
        break;
    case CHANNEL_RECORD:
        if (session->wish->records) {
            session->pending_fd = session->wish->records_fd;
            session->wish->records(session->wish->records_context, header->instance, bytes,
                                   header->length, &session->pending);
        }
        break;
    case CHANNEL_REQUEST_CREDIT:
        if (header->instance < session->wish->instances && header->length == sizeof number) {
            uint32_t *credit = &session->request_credit[header->instance];

            memcpy(&number, bytes, sizeof number);
            *credit = number > CHANNEL_REQUEST_INITIAL - *credit ? CHANNEL_REQUEST_INITIAL
                                                                 : *credit + number;
        }
        break;
    case CHANNEL_PACKET:
        if (session->wish->packet)
            session->wish->packet(session->wish->packet_context, header->instance, bytes,
                                  header->length);
        break;
    case CHANNEL_CREDIT:
        memcpy(&number, header->length == sizeof number ? bytes : "\0\0\0", sizeof number);
        if (header->instance == 0)
            session->credit = number > CHANNEL_CREDIT_INITIAL - session->credit
                                  ? CHANNEL_CREDIT_INITIAL
                                  : session->credit + number;
        break;
    case CHANNEL_TTYMODE:
        break;
    case CHANNEL_DONE:
        if (session->exits == 0)
            session_give_up(session, STATUS_FAILED,
                            text_copy("the machine ended without saying how its program ended"));
        session->over = 1;
        break;
    default:
        session_give_up(
            session, STATUS_FAILED,
            text_format("the machine broke the channel's protocol: unknown frame type %u",
                        header->type));
    }
}

/* Take whole frames off `in` until output has to wait for its reader. */
static void session_frames(struct session *session)
{
    size_t at = 0;

    while (!session->over && !session->pending.length &&
           !(session->wish->control && control_is_full(session->wish->control))) {
        struct channel_header header;

        if (session->in.length - at < sizeof header)
            break;
        memcpy(&header, session->in.bytes + at, sizeof header);
        if (header.length > CHANNEL_PAYLOAD_MAX) {
            session_give_up(
                session, STATUS_FAILED,
                text_format("the machine broke the channel's protocol: a frame of %u bytes",
                            header.length));
            break;
        }
        if (session->in.length - at - sizeof header < header.length)
            break;
        session_frame(session, &header, session->in.bytes + at + sizeof header);
        at += sizeof header + header.length;
        session->unacknowledged += channel_cost(header.length);
    }
    if (at)
        buffer_drop(&session->in, at);
    if (session->running && session->unacknowledged >= CHANNEL_ACK_STEP) {
        session_send(session, CHANNEL_ACK, CHANNEL_MACHINE, &session->unacknowledged,
                     sizeof session->unacknowledged);
        session->unacknowledged = 0;
    }
}

/* --- Descriptors
 * ----------------------------------------------------------------------------------- */

static void session_write_pending(struct session *session)
{
    size_t part = session->pending.length < PIPE_BUF ? session->pending.length : PIPE_BUF;
    ssize_t count = write(session->pending_fd, session->pending.bytes, part);

    if (count > 0) {
        buffer_drop(&session->pending, (size_t)count);
    } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
        int error = errno;

        if (session->pending_fd > 2) {
            session_give_up(session, STATUS_FAILED,
                            text_format("cannot write the trace: %s", strerror(error)));
        } else if (error == EPIPE) { /* what the signal would have done to a process */
            session->end->signal = SIGPIPE;
            session_give_up(session, 128 + SIGPIPE, NULL);
        } else if (session->pending_fd == 1) {
            session_give_up(session, STATUS_FAILED,
                            text_format("cannot write to standard output: %s", strerror(error)));
        }
        session->pending.length = 0;
    }
}

/* Everything that is there to read on one of our descriptors. Returns 0 at its end. */
static int session_read_bytes(int fd, void (*take)(const char *bytes, size_t length))
{
    char block[4096];
    ssize_t count;

    while ((count = read(fd, block, sizeof block)) > 0)
        take(block, (size_t)count);
    return count < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Returns bytes read; 0 at the end, -1 when there is nothing now. */
static ssize_t session_read_channel(struct session *session)
{
    char block[65536];
    ssize_t count = read(session->machine->channel, block, sizeof block);

    if (count > 0)
        buffer_add(&session->in, block, (size_t)count);
    else if (count < 0)
        count = errno == EAGAIN || errno == EINTR ? -1 : 0;
    session_frames(session);
    return count;
}

static void session_write_channel(struct session *session)
{
    ssize_t count = write(session->machine->channel, session->out.bytes, session->out.length);

    if (count > 0)
        buffer_drop(&session->out, (size_t)count);
    else if (count < 0 && errno != EAGAIN && errno != EINTR)
        session->out.length = 0; /* QEMU is gone; its end is seen elsewhere */
}

static void session_read_input(struct session *session)
{
    char block[CHANNEL_PAYLOAD_MAX];
    size_t part = session->credit < sizeof block ? session->credit : sizeof block;
    ssize_t count = read(0, block, part);

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        session->input_open = 0;
        session_send(session, CHANNEL_STDIN_END, 0, NULL, 0);
        return;
    }
    for (ssize_t i = 0; session->raw && i < count; i++) {
        session->escapes = block[i] == SESSION_ESCAPE ? session->escapes + 1 : 0;
        if (session->escapes == 3)
            session_give_up(session, 128 + SIGTERM, text_copy("ended by Ctrl-] three times"));
    }
    session->credit -= (uint32_t)count;
    session->input_sent += (uint64_t)count;
    session_send(session, CHANNEL_STDIN, 0, block, (uint32_t)count);
}

/* --- Signals
 * --------------------------------------------------------------------------------------- */

static void session_stop(struct session *session)
{
    sigset_t stop;

    terminal_restore();
    if (session->machine->pid > 0)
        kill(session->machine->pid, SIGSTOP);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    signal(SIGTSTP, SIG_DFL);
    kill(getpid(), SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL); /* stops here */
    sigprocmask(SIG_BLOCK, &stop, NULL);
    if (session->machine->pid > 0)
        kill(session->machine->pid, SIGCONT);
    if (session->raw)
        terminal_raw();
}

static void session_ask(struct session *session, int signal)
{
    uint64_t now = process_now_ms();
    int insists = session->asked_ms && now - session->asked_ms <= SESSION_INSIST_MS;

    if (signal != SIGHUP && signal != SIGQUIT) {
        if (insists || !session->running) {
            session->end->signal = signal;
            session_give_up(session, 128 + signal, NULL);
            return;
        }
        session->asked_ms = now;
    } else if (!session->running) {
        session->end->signal = signal;
        session_give_up(session, 128 + signal, NULL);
        return;
    }
    /* enum channel_signal uses Linux's numbers */
    session_send_number(session, CHANNEL_SIGNAL, (uint32_t)signal);
}

static void session_signal(struct session *session)
{
    struct signalfd_siginfo signal;
    uint16_t size[2];

    if (read(session->signals, &signal, sizeof signal) != sizeof signal)
        return;
    switch (signal.ssi_signo) {
    case SIGWINCH:
        terminal_size(&size[0], &size[1]);
        for (unsigned i = 0; i < session->wish->instances && session->running; i++)
            session_send(session, CHANNEL_WINDOW, (uint16_t)i, size, sizeof size);
        break;
    case SIGTSTP:
        session_stop(session);
        break;
    case SIGCHLD:
        break; /* the loop looks after QEMU at every turn */
    default:
        session_ask(session, (int)signal.ssi_signo);
    }
}

static void session_signal_set(sigset_t *set, int debugging)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
    if (debugging)
        return;
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGTSTP);
}

void session_prepare(int debugging)
{
    sigset_t set;

    session_signal_set(&set, debugging);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (debugging)
        signal(SIGINT, SIG_IGN);
}

/* --- The loop
 * -------------------------------------------------------------------------------------- */

/* QEMU ended by itself, before DONE. */
static void session_lost(struct session *session)
{
    int status = session->machine->wait_status;
    const char *panic, *line;

    session_read_bytes(session->machine->serial, journal_serial);
    session_read_bytes(session->machine->complaints, journal_qemu);
    panic = journal_panic();
    line = journal_qemu_line();
    if (panic || (WIFEXITED(status) && WEXITSTATUS(status) == MACHINE_PANIC_STATUS))
        session_give_up(
            session, STATUS_FAILED,
            text_format("kernel panic: %s", panic ? panic : "(no text on the console)"));
    else if (WIFSIGNALED(status))
        session_give_up(session, STATUS_FAILED,
                        text_format("QEMU was ended by signal %d (%s)", WTERMSIG(status),
                                    strsignal(WTERMSIG(status))));
    else if (WEXITSTATUS(status))
        session_give_up(session, STATUS_FAILED,
                        text_format("QEMU ended with status %d%s%s", WEXITSTATUS(status),
                                    line ? ": " : "", line ? line : ""));
    else
        session_give_up(
            session, STATUS_FAILED,
            text_copy("the machine turned itself off (or reset) before its program ended"));
}

/* Milliseconds until something has to happen although no descriptor is ready; -1: never. */
static int session_poll_ms(const struct session *session)
{
    uint64_t now = process_now_ms() - session->started_ms, next = UINT64_MAX;

    if (session->wish->timeout_ms)
        next = session->wish->timeout_ms;
    if (!session->running && !session->wish->debugging && session->boot_limit_ms < next)
        next = session->boot_limit_ms;
    if (next == UINT64_MAX)
        return 1000;
    if (next <= now)
        return 0;
    return next - now < 1000 ? (int)(next - now) + 1 : 1000;
}

static void session_limits(struct session *session)
{
    uint64_t now = process_now_ms() - session->started_ms;

    if (session->wish->timeout_ms && now >= session->wish->timeout_ms)
        session_give_up(
            session, STATUS_TIMEOUT,
            text_format("time limit of %g s reached", (double)session->wish->timeout_ms / 1000));
    else if (!session->running && !session->wish->debugging && now >= session->boot_limit_ms)
        session_give_up(session, STATUS_FAILED,
                        text_format("the machine did not boot within %u s",
                                    (unsigned)(session->boot_limit_ms / 1000)));
}

/* --- What other commands ask for
 * --------------------------------------------------------------------- */

static void session_control_signal(void *context, int signal)
{
    struct session *session = context;

    if (session->running &&
        (signal == CHANNEL_SIGNAL_HANGUP || signal == CHANNEL_SIGNAL_INTERRUPT ||
         signal == CHANNEL_SIGNAL_QUIT || signal == CHANNEL_SIGNAL_TERMINATE ||
         signal == CHANNEL_SIGNAL_CONTINUE))
        session_send_number(session, CHANNEL_SIGNAL, (uint32_t)signal);
}

static void session_control_end(void *context)
{
    struct session *session = context;

    session->end->signal = SIGKILL;
    session_give_up(session, 128 + SIGKILL, NULL);
}

static int session_control_request(void *context, unsigned instance, const void *bytes,
                                   uint32_t length)
{
    struct session *session = context;

    if (!session->running || session->request_credit[instance] < length)
        return 0;
    session->request_credit[instance] -= length;
    session_send(session, CHANNEL_REQUEST, (uint16_t)instance, bytes, length);
    return 1;
}

static void session_control(struct session *session, const struct pollfd *slot, unsigned count)
{
    const struct control_actions actions = {.context = session,
                                            .signal = session_control_signal,
                                            .end = session_control_end,
                                            .is_traced = session->wish->is_traced,
                                            .request = session_control_request};

    if (count)
        control_turn(session->wish->control, slot, count, &actions);
}

static void session_turn(struct session *session)
{
    struct machine *machine = session->machine;
    int blocked = session->pending.length != 0;
    int full = session->wish->control && control_is_full(session->wish->control);
    int input = session->running && session->input_open && session->credit &&
                session->out.length < CHANNEL_PAYLOAD_MAX;
    unsigned clients;
    struct pollfd slot[6 + 1 + CONTROL_CLIENTS] = {
        {.fd = session->signals, .events = POLLIN},
        {.fd = machine->serial, .events = POLLIN},
        {.fd = machine->complaints, .events = POLLIN},
        {.fd = machine->channel,
         .events = (short)((blocked || full ? 0 : POLLIN) | (session->out.length ? POLLOUT : 0))},
        {.fd = input ? 0 : -1, .events = POLLIN},
        {.fd = blocked ? session->pending_fd : -1, .events = POLLOUT},
    };
    int gone;

    if ((blocked || full) && !slot[3].events)
        slot[3].fd = -1; /* a hang-up would be reported again and again */
    clients = session->wish->control ? control_slots(session->wish->control, slot + 6) : 0;
    if (poll(slot, 6 + clients, session_poll_ms(session)) < 0)
        return;
    session_control(session, slot + 6, clients);
    gone = machine_wait(machine, 0);
    if (slot[0].revents)
        session_signal(session);
    if (slot[1].revents && !session_read_bytes(machine->serial, journal_serial))
        machine->serial = -1;
    if (slot[2].revents && !session_read_bytes(machine->complaints, journal_qemu))
        machine->complaints = -1;
    if (slot[5].revents)
        session_write_pending(session);
    if (slot[3].revents & POLLOUT)
        session_write_channel(session);
    if (slot[3].revents & ~POLLOUT && !session->over && session_read_channel(session) == 0 &&
        !session->pending.length)
        machine->channel = -1;
    if (slot[4].revents)
        session_read_input(session);
    session_frames(session);
    session_limits(session);
    if (gone && !session->over && !session->pending.length) {
        while (machine->channel >= 0 && !session->over && !session->pending.length &&
               session_read_channel(session) > 0)
            ;
        if (!session->over && !session->pending.length)
            session_lost(session);
    }
}

/* A file as standard input: what the program did not take is left for the next reader, as a process
 * would. */
static void session_give_back_input(const struct session *session)
{
    uint64_t outstanding = CHANNEL_CREDIT_INITIAL - session->credit;

    if (session->input_is_file && outstanding && outstanding <= session->input_sent)
        lseek(0, -(off_t)outstanding, SEEK_CUR);
}

void session_run(struct machine *machine, const struct session_wish *wish, struct session_end *end)
{
    const char *seconds = getenv("LORICA_BOOT_SECONDS");
    struct session session = {.machine = machine,
                              .wish = wish,
                              .end = end,
                              .input_open = !wish->no_input,
                              .credit = CHANNEL_CREDIT_INITIAL,
                              .boot_limit_ms = SESSION_BOOT_MS};
    struct stat status;
    uint64_t limit;
    sigset_t set;

    *end = (struct session_end){.boot_ms = -1};
    for (unsigned i = 0; i < MANIFEST_INSTANCES_MAX; i++)
        session.request_credit[i] = CHANNEL_REQUEST_INITIAL;
    session.started_ms = process_now_ms();
    if (seconds && !text_number(seconds, 86400, &limit))
        session.boot_limit_ms = limit * 1000;
    session.input_is_file = !fstat(0, &status) && S_ISREG(status.st_mode);
    session_signal_set(&set, wish->debugging);
    session.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (session.signals < 0)
        fail(STATUS_FAILED, "cannot wait for signals: %s", strerror(errno));
    while (!session.over)
        session_turn(&session);
    /* Output comes before DONE in the stream, so nothing is pending here unless the run was given
     * up. */
    if (!session.given_up)
        machine_wait(machine, SESSION_OFF_MS);
    machine_kill(machine);
    if (machine->serial >= 0)
        session_read_bytes(machine->serial, journal_serial);
    if (machine->complaints >= 0)
        session_read_bytes(machine->complaints, journal_qemu);
    session_give_back_input(&session);
    close(session.signals);
    buffer_free(&session.in);
    buffer_free(&session.out);
    buffer_free(&session.pending);
    end->wall_ms = process_now_ms() - session.started_ms;
}
