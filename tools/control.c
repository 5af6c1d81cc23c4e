/* SPDX-License-Identifier: MIT */
/*
 * control.c - the directory of a running machine, and both ends of its socket.
 *
 * Whether a machine runs is told by the lock on its `lock` file, which the system drops however the tool ends. Sockets
 * are bound and connected through /proc/self/fd, because their addresses hold only 107 bytes.
 */
#define _GNU_SOURCE
#include "tools/control.h"
#include "tools/process.h"
#include "tools/remote.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS   2000u /* for a LibOS's answer */
#define LINE_MAX  256u
#define REPLY_MAX (1u << 20)
#define TRACE_MAX (256u << 10) /* records that wait for a client */
#define FILES     "lock", "pid", "command", "control", "out", "err", "status"

struct client {
    int fd; /* -1: none */
    char line[LINE_MAX];
    unsigned length;
    int waiting; /* for so many instances */
    uint64_t asked_ms;
    struct buffer reply;
    int over;       /* the reply is complete */
    int is_remote;  /* it has started a program: remote.c */
    int is_tracing; /* it gets records about calls */
    struct remote remote;
};

struct control {
    char *name, *directory;
    int lock, listener, keep;
    unsigned instances;
    int untrace; /* the LibOS is still to be told that nobody looks at calls any more */
    struct client client[CONTROL_CLIENTS];
};

static struct control *control_at_exit;

char *control_path(const char *name, const char *file)
{
    return text_format("%s/run/%s/%s", process_state(), name, file);
}

char *control_file(const struct control *control, const char *file)
{
    return control_path(control->name, file);
}

const char *control_name(const struct control *control)
{
    return control->name;
}

static int name_is_good(const char *name)
{
    const char *good = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return *name && *name != '.' && *name != '-' && strlen(name) <= 64 && !name[strspn(name, good)];
}

/* The lock of a machine's directory: a descriptor, or -1 when it is held. */
static int control_lock(const char *name)
{
    char *path = control_path(name, "lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    free(path);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void control_remove(const char *name)
{
    static const char *const files[] = {FILES};
    char *directory = text_format("%s/run/%s", process_state(), name);

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = control_path(name, files[i]);

        unlink(path);
        free(path);
    }
    rmdir(directory);
    free(directory);
}

static void control_write(const struct control *control, const char *file, const char *text)
{
    char *path = control_file(control, file);
    FILE *stream = fopen(path, "we");

    if (!stream || fputs(text, stream) < 0 || fclose(stream))
        fail(STATUS_FAILED, "cannot write %s: %s", path, strerror(errno));
    free(path);
}

static int control_socket(const char *directory, struct sockaddr_un *address, int *fd)
{
    int at = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (at < 0 || *fd < 0)
        return -1;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/control", at);
    return at;
}

static void control_listen(struct control *control)
{
    struct sockaddr_un address;
    int at = control_socket(control->directory, &address, &control->listener);

    unlink(control_file(control, "control"));
    if (at < 0 || bind(control->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(control->listener, 8) < 0)
        fail(STATUS_FAILED, "cannot make the socket %s/control: %s", control->directory,
             strerror(errno));
    close(at);
    fcntl(control->listener, F_SETFL, O_NONBLOCK);
}

static void control_exit(void)
{
    if (control_at_exit)
        control_close(control_at_exit, STATUS_FAILED);
}

/* A name of its own for a machine that got none. Gives. */
static char *control_new_name(const char *program)
{
    const char *slash = strrchr(program, '/');
    char *name = text_format("%.40s-%d", slash ? slash + 1 : program, (int)getpid());

    for (char *at = name; *at; at++)
        if (!name_is_good((char[]){'x', *at, 0}))
            *at = '_';
    if (!name_is_good(name))
        *name = 'x';
    return name;
}

struct control *control_open(const char *name, char *const words[], int count, unsigned instances,
                             int keep)
{
    struct control *control = allocate(sizeof *control);
    struct buffer command = {0};

    if (name && !name_is_good(name))
        fail(STATUS_FAILED,
             "--name %s: letters, digits, `.', `_' and `-' only, and none of `.' and `-' first",
             name);
    control->name = name ? text_copy(name) : control_new_name(count ? words[0] : "machine");
    control->directory = text_format("%s/run/%s", process_state(), control->name);
    control->instances = instances;
    control->keep = keep;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        control->client[i].fd = -1;
    process_make_directory(control->directory);
    control->lock = control_lock(control->name);
    if (control->lock < 0)
        fail(STATUS_FAILED, "a machine named %s is running\n  try: lorica ps; lorica stop %s",
             control->name, control->name);
    control_listen(control);
    control_at_exit = control;
    atexit(control_exit);
    for (int i = 0; i < count; i++)
        buffer_format(&command, "%s%.500s", i ? " " : "", words[i]);
    buffer_add(&command, "\n", 1);
    unlink(control_file(control, "status"));
    control_write(control, "pid", text_format("%d\n", (int)getpid()));
    control_write(control, "command", command.bytes);
    buffer_free(&command);
    return control;
}

void control_close(struct control *control, int status)
{
    control_at_exit = NULL;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        const struct client *client = &control->client[i];

        if (client->fd < 0)
            continue;
        if (client->is_remote) /* the last words of the machine, as far as the socket has room */
            (void)!send(client->fd, client->remote.out.bytes, client->remote.out.length,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
        close(client->fd);
    }
    close(control->listener);
    if (control->keep) {
        control_write(control, "status", text_format("%d\n", status));
        unlink(control_file(control, "control"));
    } else {
        control_remove(control->name);
    }
    close(control->lock);
}

/* --- Clients, as the machine sees them
 * ------------------------------------------------------------- */

unsigned control_slots(struct control *control, struct pollfd *slot)
{
    slot[0] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        const struct client *client = &control->client[i];

        short events = client->over ? POLLOUT : client->waiting ? 0 : POLLIN;

        if (client->is_remote) /* nothing is read while the LibOS has no room for it */
            events = (short)((client->remote.request.length ? 0 : POLLIN) |
                             (client->remote.out.length ? POLLOUT : 0));
        if (client->is_tracing)
            events = (short)(POLLIN | (client->reply.length ? POLLOUT : 0));
        slot[1 + i] = (struct pollfd){.fd = client->fd, .events = events};
    }
    return 1 + CONTROL_CLIENTS;
}

static void client_drop(struct client *client)
{
    close(client->fd);
    remote_free(&client->remote);
    buffer_free(&client->reply);
    *client = (struct client){.fd = -1};
}

int control_is_full(const struct control *control)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        if (control->client[i].is_tracing && control->client[i].reply.length > TRACE_MAX)
            return 1;
    return 0;
}

/* Which calls the first instance is to watch. 0: there was no room for the request. */
static int control_trace(const struct control_actions *actions, const struct request_trace *trace)
{
    struct {
        struct record head;
        struct request_trace trace;
    } request = {.head = {.type = REQUEST_TRACE}, .trace = *trace};

    request.head.length = (sizeof request + 7) & ~7u;
    return actions->request(actions->context, 0, &request, request.head.length);
}

static int client_trace(struct control *control, struct client *client,
                        const struct control_actions *actions)
{
    struct request_trace trace = {.on = 1};
    const char *mask = client->line;

    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        if (control->client[i].is_tracing)
            return 0;
    if (actions->is_traced || sscanf(client->line, "strace %u", &trace.data_limit) != 1)
        return 0;
    mask = strrchr(client->line, ' ') + 1;
    if (strlen(mask) != REQUEST_TRACE_CALLS / 4)
        return 0;
    for (unsigned i = 0; i < REQUEST_TRACE_CALLS / 32; i++)
        if (sscanf(mask + i * 8ul, "%8x", &trace.calls[i]) != 1)
            return 0;
    return control_trace(actions, &trace);
}

static void client_tracing(struct control *control, struct client *client, short events)
{
    char byte;
    ssize_t count;

    if (events & POLLOUT) {
        count = send(client->fd, client->reply.bytes, client->reply.length, MSG_NOSIGNAL);
        if (count > 0)
            buffer_drop(&client->reply, (size_t)count);
    }
    if (events & (POLLIN | POLLHUP | POLLERR) && read(client->fd, &byte, 1) <= 0) {
        control->untrace = 1;
        client_drop(client);
    }
}

static void client_accept(struct control *control)
{
    int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    for (unsigned i = 0; i < CONTROL_CLIENTS && fd >= 0; i++)
        if (control->client[i].fd < 0) {
            control->client[i] = (struct client){.fd = fd};
            return;
        }
    if (fd >= 0)
        close(fd); /* too many at once */
}

static void client_command(struct control *control, struct client *client,
                           const struct control_actions *actions)
{
    const struct record request = {.length = sizeof request, .type = REQUEST_PROCESSES};
    int number;

    buffer_add(&client->reply, "", 0);
    client->over = 1;
    if (!strcmp(client->line, "ps")) {
        for (unsigned i = 0; i < control->instances; i++)
            client->waiting += actions->request(actions->context, i, &request, sizeof request);
        client->over = !client->waiting;
        client->asked_ms = process_now_ms();
    } else if (sscanf(client->line, "signal %d", &number) == 1) {
        actions->signal(actions->context, number);
        buffer_format(&client->reply, "ok\n");
    } else if (text_starts(client->line, "strace ")) {
        client->is_tracing = client_trace(control, client, actions);
        client->over = !client->is_tracing;
        if (client->over)
            buffer_format(&client->reply, "no\n");
    } else if (!strcmp(client->line, "exec")) {
        client->over = 0;
        client->is_remote = 1;
    } else if (!strcmp(client->line, "end")) {
        actions->end(actions->context);
        buffer_format(&client->reply, "ok\n");
    } else {
        buffer_format(&client->reply, "error: unknown command\n");
    }
}

static void client_remote(struct client *client, short events,
                          const struct control_actions *actions)
{
    struct remote *remote = &client->remote;
    char block[16384];
    ssize_t count;

    if (events & POLLOUT) {
        count = send(client->fd, remote->out.bytes, remote->out.length, MSG_NOSIGNAL);
        if (count > 0)
            remote_wrote(remote, (size_t)count);
    }
    count = events & (POLLIN | POLLHUP | POLLERR) ? read(client->fd, block, sizeof block) : -1;
    if (count > 0 && remote_take(remote, block, (size_t)count))
        count = 0;
    remote_push(remote, actions);
    if (count == 0 || (remote->over && !remote->out.length)) {
        remote_gone(remote, actions);
        client_drop(client);
    }
}

static void client_read(struct control *control, struct client *client,
                        const struct control_actions *actions)
{
    ssize_t count =
        read(client->fd, client->line + client->length, sizeof client->line - client->length);
    char *end;

    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR))
            client_drop(client);
        return;
    }
    client->length += (unsigned)count;
    end = memchr(client->line, '\n', client->length);
    if (end) {
        size_t used = (size_t)(end - client->line) + 1;

        *end = 0;
        client_command(control, client, actions);
        if (client->is_remote && remote_take(&client->remote, end + 1, client->length - used))
            client_drop(client);
    } else if (client->length == sizeof client->line) {
        client_drop(client);
    }
}

static void client_write(struct client *client)
{
    ssize_t count = send(client->fd, client->reply.bytes, client->reply.length, MSG_NOSIGNAL);

    if (count > 0)
        buffer_drop(&client->reply, (size_t)count);
    if (!client->reply.length || (count < 0 && errno != EAGAIN && errno != EINTR))
        client_drop(client);
}

void control_turn(struct control *control, const struct pollfd *slot, unsigned count,
                  const struct control_actions *actions)
{
    uint64_t now = process_now_ms();

    if (!count)
        return;
    if (control->untrace && control_trace(actions, &(struct request_trace){0}))
        control->untrace = 0;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *client = &control->client[i];

        if (client->fd < 0 || client->fd != slot[1 + i].fd)
            continue;
        if (client->is_tracing) {
            client_tracing(control, client, slot[1 + i].revents);
            continue;
        }
        if (client->is_remote) {
            client_remote(client, slot[1 + i].revents, actions);
            continue;
        }
        if (client->waiting && now - client->asked_ms > WAIT_MS) {
            buffer_format(&client->reply, "late\t%d\n", client->waiting);
            client->waiting = 0;
            client->over = 1;
        }
        if (slot[1 + i].revents && client->over)
            client_write(client);
        else if (slot[1 + i].revents & POLLIN && !client->waiting)
            client_read(control, client, actions);
        else if (slot[1 + i].revents)
            client_drop(client);
    }
    if (slot[0].revents)
        client_accept(control);
}

/* Text of a program: tabs and control characters would break the answer's lines. */
static void reply_clean(struct buffer *reply, const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        buffer_add(reply, text[i] < ' ' || text[i] == 0x7f ? "?" : (const char *)text + i, 1);
}

static void reply_process(struct buffer *reply, unsigned instance, int pid, const uint8_t *body,
                          size_t length)
{
    struct record_process row;

    if (length < sizeof row || reply->length > REPLY_MAX)
        return;
    memcpy(&row, body, sizeof row);
    if (row.command_bytes > length - sizeof row)
        return;
    buffer_format(reply, "process\t%u\t%d\t%d\t%c\t%llu\t%llu\t%llu\t%u\t", instance, pid, row.ppid,
                  row.state >= 'A' && row.state <= 'Z' ? row.state : '?',
                  (unsigned long long)row.cpu_ns / 1000000, (unsigned long long)row.resident_kib,
                  (unsigned long long)row.virtual_kib, row.tasks);
    reply_clean(reply, body + sizeof row, row.command_bytes);
    buffer_add(reply, "\n", 1);
}

void control_record(struct control *control, unsigned instance, const struct record *record,
                    const uint8_t *body, size_t length)
{
    struct record_memory memory;

    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *client = &control->client[i];

        if (client->fd >= 0 && client->is_tracing && instance == 0 && record->type <= RECORD_EXIT) {
            buffer_add(&client->reply, record, sizeof *record);
            buffer_add(&client->reply, body, length);
        }
        if (client->fd >= 0 && client->is_remote && instance == 0)
            remote_record(&client->remote, record, body, length);
        if (client->fd < 0 || !client->waiting)
            continue;
        if (record->type == RECORD_PROCESS) {
            reply_process(&client->reply, instance, record->pid, body, length);
        } else if (record->type == RECORD_PROCESSES_END && length >= sizeof memory) {
            memcpy(&memory, body, sizeof memory);
            buffer_format(&client->reply, "memory\t%u\t%llu\t%llu\n", instance,
                          (unsigned long long)memory.total_kib,
                          (unsigned long long)memory.free_kib);
            client->over = !--client->waiting;
        }
    }
}

/* --- Machines, as clients see them
 * ----------------------------------------------------------------- */

static char *first_line(const char *name, const char *file)
{
    char *path = control_path(name, file);
    struct buffer text = {0};

    buffer_add(&text, "", 0);
    (void)process_read_file(path, &text);
    free(path);
    text.bytes[strcspn(text.bytes, "\n")] = 0;
    return text.bytes;
}

/* 0: nothing is left of it. */
static int control_look(const char *name, struct machine_row *row)
{
    char *path = control_path(name, "pid");
    int lock = control_lock(name);
    struct stat stat_pid = {0};
    char *status;

    *row = (struct machine_row){.name = text_copy(name), .running = lock < 0};
    row->pid = (pid_t)atoi(first_line(name, "pid"));
    row->command = first_line(name, "command");
    (void)stat(path, &stat_pid);
    row->started = stat_pid.st_mtime;
    free(path);
    if (row->running)
        return 1;
    status = first_line(name, "status");
    row->status = atoi(status);
    if (!*status)
        control_remove(name); /* it was killed */
    close(lock);
    return *status != 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct machine_row *)a)->name, ((const struct machine_row *)b)->name);
}

size_t control_list(struct machine_row **rows)
{
    char *path = text_format("%s/run", process_state());
    DIR *directory = opendir(path);
    struct dirent *entry;
    size_t count = 0;

    *rows = NULL;
    while (directory && (entry = readdir(directory))) {
        struct machine_row row;

        if (!name_is_good(entry->d_name) || !control_look(entry->d_name, &row))
            continue;
        *rows = reallocate(*rows, (count + 1) * sizeof **rows);
        (*rows)[count++] = row;
    }
    if (directory)
        closedir(directory);
    free(path);
    if (count)
        qsort(*rows, count, sizeof **rows, by_name);
    return count;
}

struct machine_row control_find(const char *verb, const char *name)
{
    struct machine_row *rows;
    size_t count = control_list(&rows);
    const char *nearest, **names = allocate((count + 1) * sizeof *names);

    for (size_t i = 0; i < count; i++) {
        names[i] = rows[i].name;
        if (!strcmp(rows[i].name, name))
            return rows[i];
    }
    nearest = text_nearest(name, names, count);
    if (nearest)
        fail(3, "%s: there is no machine named %s; did you mean %s?", verb, name, nearest);
    fail(3, "%s: there is no machine named %s\n  try: lorica ps -a", verb, name);
}

int control_connect(const char *name, const char *line)
{
    char *directory = text_format("%s/run/%s", process_state(), name);
    struct sockaddr_un address;
    int fd, at = control_socket(directory, &address, &fd);
    int ok = at >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof address) &&
             send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line);

    free(directory);
    if (at >= 0)
        close(at);
    if (ok)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int control_ask(const char *name, const char *line, struct buffer *answer)
{
    int fd = control_connect(name, line), result = -1;
    char block[4096];
    ssize_t count;

    buffer_add(answer, "", 0);
    if (fd >= 0) {
        while ((count = read(fd, block, sizeof block)) > 0)
            buffer_add(answer, block, (size_t)count);
        result = count < 0 ? -1 : 0;
        close(fd);
    }
    return result;
}
