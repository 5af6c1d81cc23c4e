/* SPDX-License-Identifier: MIT */
/*
 * exec.c - programs that the host starts in a running instance, with streams of their own.
 *
 * Such a process is a child of the LibOS itself (pid 1), like the first program: nobody in the instance waits for it.
 * Its standard output and error become records at once; its standard input is a buffer that the host fills as far as
 * RECORD_EXEC_CREDIT allows. It starts as a task whose first LibOS code is exec_main.
 */
#include "libos/linux/observe/exec.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <asm/poll.h>
#include <asm/signal.h>
#include "libos/linux/cpu.h"
#include "libos/linux/fs/fs.h"
#include "libos/linux/fs/poll.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/sig/signal.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/tty/tty.h"
#include "libos/linux/user.h"

#define EXEC_MAX          16
#define PIECE_BYTES       8192u
#define TERMINAL_RETRY_NS 10000000ul

struct exec {
    uint32_t id;
    uint32_t users; /* the process until it has ended, and open files */
    int pid;
    bool ended;
    uint32_t in_start, in_count;
    bool in_end;
    struct waitq in_wait;
    uint32_t out_pending; /* bytes that the host has not acknowledged */
    bool gone;            /* nobody reads them */
    struct waitq out_wait;
    const char **argv, **env; /* until the program is loaded */
    char *strings;
    const char *directory;
    uint32_t window; /* it gets a terminal of that size; 0: none */
    struct pty *pty; /* that is */
    bool typing;
    uint32_t owed; /* input taken that the host does not know of yet */
    uint8_t in[RECORD_EXEC_INPUT];
};

static struct exec *execs[EXEC_MAX];
static uint32_t exec_count;        /* of them */
static uint32_t refused[EXEC_MAX]; /* ids that could not be started */
static uint32_t refused_count;

static struct exec *exec_find(uint32_t id)
{
    for (uint32_t i = 0; i < EXEC_MAX; i++)
        if (execs[i] && execs[i]->id == id && !execs[i]->ended)
            return execs[i];
    return NULL;
}

static void exec_drop(struct exec *exec)
{
    if (--exec->users)
        return;
    for (uint32_t i = 0; i < EXEC_MAX; i++)
        if (execs[i] == exec)
            execs[i] = NULL;
    exec_count--;
    heap_free(exec->argv);
    heap_free(exec->strings);
    heap_free(exec);
}

/* --- Its streams
 * ----------------------------------------------------------------------------------- */

/* The first `part` bytes of the input were read: the host may send as many again. */
static void in_taken(struct exec *exec, uint32_t part)
{
    const struct record_exec credit = {.id = exec->id, .value = (int32_t)part};

    exec->in_start = (exec->in_start + part) % RECORD_EXEC_INPUT;
    exec->in_count -= part;
    record_begin(RECORD_EXEC_CREDIT);
    record_add(&credit, sizeof credit);
    record_end();
}

static int64_t in_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct exec *exec = file->state;
    struct waiter waiter;
    int64_t error = 0;

    (void)offset;
    waiter_init(&waiter);
    while (bytes && !error && !exec->in_count && !exec->in_end) {
        wait_add(&exec->in_wait, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    uint32_t part = (uint32_t)min_of(bytes, (uint64_t)exec->in_count);

    part = min_of(part, RECORD_EXEC_INPUT - exec->in_start);
    if (!part)
        return exec->in_count ? 0 : error;
    if (copy_to_user(buffer, exec->in + exec->in_start, part))
        return -EFAULT;
    in_taken(exec, part);
    return part;
}

/* Waits until the host has taken enough of what was written. 0, -EAGAIN or -ERESTARTSYS. */
static int64_t out_room(const struct file *file, struct exec *exec)
{
    struct waiter waiter;
    int64_t error = 0;

    waiter_init(&waiter);
    while (!error && !exec->gone && exec->out_pending >= RECORD_EXEC_OUTPUT_MAX) {
        wait_add(&exec->out_wait, &waiter);
        error = file->flags & O_NONBLOCK ? -EAGAIN : task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    return exec->gone ? -EIO : error;
}

static int64_t stream_write(struct file *file, uaddr_t buffer, uint64_t bytes, int descriptor)
{
    struct exec *exec = file->state;
    uint64_t done = 0;

    while (done < bytes) {
        uint32_t part = (uint32_t)min_of(bytes - done, (uint64_t)PIECE_BYTES);
        struct record_exec head = {.id = exec->id, .value = descriptor, .bytes = part};

        int64_t error = out_room(file, exec);

        if (error)
            return done ? (int64_t)done : error;
        record_begin(RECORD_EXEC_OUTPUT);
        record_add(&head, sizeof head);
        if (record_user(buffer + done, part)) /* the record is not sent */
            return done ? (int64_t)done : -EFAULT;
        record_end();
        exec->out_pending += part;
        done += part;
    }
    return (int64_t)done;
}

static int64_t out_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)offset;
    return stream_write(file, buffer, bytes, 1);
}

static int64_t err_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    (void)offset;
    return stream_write(file, buffer, bytes, 2);
}

static uint32_t in_poll(struct file *file, struct poll_wait *wait)
{
    struct exec *exec = file->state;
    uint32_t state = exec->in_count ? POLLIN | POLLRDNORM : 0;

    poll_wait_add(wait, &exec->in_wait);
    return exec->in_end ? state | POLLHUP : state;
}

static void stream_release(struct file *file)
{
    exec_drop(file->state);
}

/* --- Its terminal: what it writes becomes records at once, what is typed waits in exec->in for room. Nothing here sleeps. */

static bool terminal_output(struct exec *exec)
{
    struct record_exec head = {.id = exec->id, .value = 1};
    uint8_t piece[512];

    while (!exec->gone && exec->out_pending < RECORD_EXEC_OUTPUT_MAX) {
        if (!record_try(RECORD_EXEC_OUTPUT, exec->pid))
            return false;
        head.bytes = pty_take(exec->pty, piece, sizeof piece);
        if (!head.bytes)
            return true; /* the record is not sent */
        record_add(&head, sizeof head);
        record_add(piece, head.bytes);
        record_end();
        exec->out_pending += head.bytes;
    }
    return exec->gone;
}

static void terminal_news(void *state)
{
    struct exec *exec = state;

    if (exec->typing)
        return; /* an echo: the loop below goes on with it */
    exec->typing = true;
    while (exec->in_count) {
        uint32_t part = min_of(exec->in_count, RECORD_EXEC_INPUT - exec->in_start);

        part = pty_type(exec->pty, exec->in + exec->in_start, part);
        if (!part)
            break;
        exec->in_start = (exec->in_start + part) % RECORD_EXEC_INPUT;
        exec->in_count -= part;
        exec->owed += part;
    }
    exec->typing = false;
    if (exec->owed && record_try(RECORD_EXEC_CREDIT, exec->pid)) {
        struct record_exec credit = {.id = exec->id, .value = (int32_t)exec->owed};

        record_add(&credit, sizeof credit);
        record_end();
        exec->owed = 0;
    }
    (void)terminal_output(exec);
}

/* By the program's first task: the terminal takes the place of its streams, and is its session's. */
static int terminal_open(struct exec *exec, struct files *files)
{
    struct file *file;
    char path[24];

    exec->pty = pty_create(terminal_news, exec);
    if (!exec->pty)
        return -ENOMEM;
    exec->users++;
    pty_window(exec->pty, (uint16_t)(exec->window >> 16), (uint16_t)exec->window);
    format(path, sizeof path, "/dev/pts/%d", pty_number(exec->pty));
    int error = file_open(path, O_RDWR, 0, &file);

    if (error)
        return error;
    for (int fd = 0; fd < 3; fd++) {
        file_drop(files->file[fd]);
        files->file[fd] = file;
        if (fd)
            file_hold(file);
    }
    return 0;
}

/* The program has ended: the rest of what it wrote, then nobody has the terminal any more. */
static void terminal_close(struct exec *exec)
{
    struct pty *pty = exec->pty;
    struct waiter waiter;

    if (!pty)
        return;
    waiter_init(&waiter);
    for (;;) {
        wait_add(&exec->out_wait, &waiter);
        if (terminal_output(exec))
            break;
        (void)task_sleep_uninterruptible(now_ns() +
                                         TERMINAL_RETRY_NS); /* room in the ring wakes nobody */
    }
    wait_remove(&waiter);
    exec->pty = NULL;
    pty_close(pty);
    exec_drop(exec);
}

/* --- The same for a task of the LibOS's own (gdb.c) */

int64_t exec_take(struct exec *exec, void *to, uint32_t bytes)
{
    uint32_t part = min_of(min_of(bytes, exec->in_count), RECORD_EXEC_INPUT - exec->in_start);

    if (!part)
        return exec->in_end && !exec->in_count ? -EIO : 0;
    memcpy(to, exec->in + exec->in_start, part);
    in_taken(exec, part);
    return part;
}

struct waitq *exec_input_queue(struct exec *exec)
{
    return &exec->in_wait;
}

int exec_give(struct exec *exec, const void *bytes, uint32_t count)
{
    struct record_exec head = {.id = exec->id, .value = 1, .bytes = count};
    struct waiter waiter;
    int error = 0;

    waiter_init(&waiter);
    while (!error && !exec->gone && exec->out_pending >= RECORD_EXEC_OUTPUT_MAX) {
        wait_add(&exec->out_wait, &waiter);
        error = task_sleep(NO_DEADLINE);
    }
    wait_remove(&waiter);
    if (error || exec->gone)
        return -EIO;
    record_begin(RECORD_EXEC_OUTPUT);
    record_add(&head, sizeof head);
    record_add(bytes, count);
    record_end();
    exec->out_pending += count;
    return 0;
}

static uint32_t out_poll(struct file *file, struct poll_wait *wait)
{
    struct exec *exec = file->state;

    poll_wait_add(wait, &exec->out_wait);
    if (exec->gone)
        return POLLERR;
    return exec->out_pending < RECORD_EXEC_OUTPUT_MAX ? POLLOUT | POLLWRNORM : 0;
}

static const struct file_ops stream_ops[3] = {
    {.read = in_read, .poll = in_poll, .release = stream_release},
    {.write = out_write, .poll = out_poll, .release = stream_release},
    {.write = err_write, .poll = out_poll, .release = stream_release},
};

/* What /proc/self/fd/N opens again: the same stream. */
static int reopen(struct file *file, int descriptor)
{
    file->ops = &stream_ops[descriptor];
    file->state = inode_state(file->inode);
    ((struct exec *)file->state)->users++;
    return 0;
}

static int in_open(struct file *file)
{
    return reopen(file, 0);
}

static int out_open(struct file *file)
{
    return reopen(file, 1);
}

static int err_open(struct file *file)
{
    return reopen(file, 2);
}

static bool streams_open(struct exec *exec, struct files *files)
{
    static int (*const opens[])(struct file *) = {in_open, out_open, err_open};

    for (int fd = 0; fd < 3; fd++) {
        struct file *file = file_new(&stream_ops[fd], fd ? O_WRONLY : O_RDONLY);

        if (!file)
            return false;
        file->state = exec;
        exec->users++;
        files->file[fd] = file;
        file->inode = inode_anonymous(S_IFIFO | 0600, 0, opens[fd], exec);
        if (!file->inode)
            return false;
    }
    files->lowest = 3;
    return true;
}

/* --- Start and end
 * --------------------------------------------------------------------------------- */

static void tell_end(const struct exec *exec, int wait_status, const char *reason)
{
    struct record_exec end = {
        .id = exec->id, .value = wait_status, .bytes = (uint32_t)strlen(reason)};

    record_begin(RECORD_EXEC_END);
    record_add(&end, sizeof end);
    record_add(reason, end.bytes);
    record_end();
}

void exec_over(const struct process *process, int wait_status)
{
    if (!exec_count)
        return;
    for (uint32_t i = 0; i < EXEC_MAX; i++) {
        struct exec *exec = execs[i];

        if (!exec || exec->pid != process->pid || exec->ended)
            continue;
        terminal_close(exec);
        exec->ended = true;
        tell_end(exec, wait_status, "");
        exec_drop(exec);
        return;
    }
}

static struct exec *exec_of(int pid)
{
    for (uint32_t i = 0; i < EXEC_MAX; i++)
        if (execs[i] && execs[i]->pid == pid)
            return execs[i];
    panic("exec: process %d is nobody's", pid);
}

/* The first code of the task: the program is loaded, or it ends. */
static _Noreturn void exec_main(void)
{
    struct process *process = current()->process;
    struct exec *exec = exec_of(process->pid);
    char reason[200] = "";
    struct file *directory;
    int error = file_open(exec->directory, O_RDONLY | O_DIRECTORY, 0, &directory);

    current()->regs->cs = this_vcpu()->user_cs;
    current()->regs->ss = this_vcpu()->user_ss;
    if (!error && !strcmp(exec->argv[0], EXEC_GDB)) {
        int status = gdb_serve(exec, exec->argv[1]);

        exec->ended = true;
        tell_end(exec, status << 8, "");
        exec_drop(exec);
        process_exit(status << 8);
    }
    if (error) {
        format(reason, sizeof reason, "%.100s: no such directory", exec->directory);
    } else {
        dentry_drop(process->fs->cwd);
        process->fs->cwd = directory->dentry;
        dentry_hold(process->fs->cwd);
        file_drop(directory);
        if (exec->window)
            error = terminal_open(exec, process->files);
        if (error)
            format(reason, sizeof reason, "no terminal: error %d", -error);
        else
            error = exec_first(exec->argv, exec->env, reason, sizeof reason);
    }
    if (!error)
        enter_program();
    terminal_close(exec);
    int status = error == -ENOENT ? 127 : error == -ENOMEM ? 125 : 126;

    exec->ended = true;
    tell_end(exec, status << 8, reason);
    exec_drop(exec);
    process_exit(status << 8);
}

/* `count` strings one after the other from *at on, as a list. False: they do not end within `end`. */
static bool strings_list(const char **list, uint32_t count, char **at, const char *end)
{
    for (uint32_t i = 0; i < count; i++) {
        char *nul = memchr(*at, 0, (size_t)(end - *at));

        if (!nul)
            return false;
        list[i] = *at;
        *at = nul + 1;
    }
    list[count] = NULL;
    return true;
}

static bool strings_take(struct exec *exec, const struct request_exec *request, const char *text,
                         uint32_t bytes)
{
    const char *end, *directory[2];
    char *at;

    if (!request->words || request->words > bytes || request->variables > bytes)
        return false;
    exec->strings = heap_alloc(bytes + 1);
    exec->argv = heap_alloc((request->words + request->variables + 2ul) * sizeof *exec->argv);
    if (!exec->strings || !exec->argv)
        return false;
    memcpy(exec->strings, text, bytes);
    exec->env = exec->argv + request->words + 1;
    at = exec->strings;
    end = at + bytes;
    if (!strings_list(exec->argv, request->words, &at, end) ||
        !strings_list(exec->env, request->variables, &at, end) ||
        !strings_list(directory, 1, &at, end))
        return false;
    exec->directory = directory[0];
    return true;
}

static struct exec *exec_new(const struct request_exec *request, const char *text, uint32_t bytes)
{
    struct exec *exec = NULL;
    uint32_t slot = 0;

    while (slot < EXEC_MAX && execs[slot])
        slot++;
    if (slot < EXEC_MAX && !exec_find(request->id))
        exec = heap_zalloc(sizeof *exec);
    if (!exec)
        return NULL;
    execs[slot] = exec;
    exec_count++;
    exec->id = request->id;
    exec->window = request->window;
    exec->users = 1;
    waitq_init(&exec->in_wait);
    waitq_init(&exec->out_wait);
    if (strings_take(exec, request, text, bytes))
        return exec;
    exec_drop(exec);
    return NULL;
}

void exec_start(const void *body, uint32_t bytes)
{
    struct request_exec request;
    struct exec *exec = NULL;
    struct task *task = NULL;

    if (bytes < sizeof request)
        return;
    memcpy(&request, body, sizeof request);
    if (request.bytes <= bytes - sizeof request)
        exec = exec_new(&request, (const char *)body + sizeof request, request.bytes);
    if (exec && !process_extra(&task) && streams_open(exec, task->process->files)) {
        exec->pid = task->process->pid;
        task_start_at(task, exec_main);
        return;
    }
    if (exec)
        exec_drop(exec); /* what process_extra made is lost: the instance is out of memory */
    if (refused_count < EXEC_MAX)
        refused[refused_count++] = request.id;
    exec_flush();
}

void exec_flush(void)
{
    for (uint32_t i = 0; exec_count && i < EXEC_MAX; i++)
        if (execs[i] && execs[i]->pty)
            terminal_news(execs[i]);
    while (refused_count && record_try(RECORD_EXEC_END, 0)) {
        static const char reason[] = "too many programs at once, or not enough memory";
        struct record_exec end = {
            .id = refused[--refused_count], .value = 125 << 8, .bytes = sizeof reason - 1};

        record_add(&end, sizeof end);
        record_add(reason, end.bytes);
        record_end();
    }
}

void exec_input(const void *body, uint32_t bytes)
{
    struct request_input request;
    struct exec *exec;

    if (bytes < sizeof request)
        return;
    memcpy(&request, body, sizeof request);
    exec = exec_find(request.id);
    if (!exec || request.bytes > bytes - sizeof request ||
        request.bytes > RECORD_EXEC_INPUT - exec->in_count)
        return; /* it has ended; or the host does not count */
    for (uint32_t i = 0; i < request.bytes; i++)
        exec->in[(exec->in_start + exec->in_count++) % RECORD_EXEC_INPUT] =
            ((const uint8_t *)body)[sizeof request + i];
    exec->in_end |= !request.bytes;
    waitq_wake(&exec->in_wait);
    if (exec->pty)
        terminal_news(exec);
}

static void group_signal(const struct exec *exec, int signal)
{
    struct process *process = process_find(exec->pid);

    if (process && !process->zombie)
        signal_send_group(process->pgid, signal,
                          &(struct siginfo){.signo = signal, .code = SI_KERNEL});
}

void exec_control(uint16_t type, const void *body, uint32_t bytes)
{
    struct request_input request;
    struct exec *exec = NULL;

    if (bytes < sizeof request)
        return;
    memcpy(&request, body, sizeof request);
    for (uint32_t i = 0; i < EXEC_MAX;
         i++) /* also one that has ended: its children may still write */
        if (execs[i] && execs[i]->id == request.id)
            exec = execs[i];
    if (!exec)
        return;
    if (type == REQUEST_EXEC_SIGNAL && request.bytes >= 1 && request.bytes <= SIGNAL_COUNT)
        group_signal(exec, (int)request.bytes);
    if (type == REQUEST_EXEC_WINDOW && exec->pty)
        pty_window(exec->pty, (uint16_t)(request.bytes >> 16), (uint16_t)request.bytes);
    if (type == REQUEST_EXEC_ACK)
        exec->out_pending -= min_of(request.bytes, exec->out_pending);
    if (type == REQUEST_EXEC_GONE) {
        exec->gone = exec->in_end = true;
        group_signal(exec, SIGHUP);
        if (exec->pty) {
            pty_close(exec->pty);
            exec->pty = NULL;
            exec_drop(exec);
        }
        waitq_wake(&exec->in_wait);
    }
    if (exec->gone || exec->out_pending < RECORD_EXEC_OUTPUT_MAX)
        waitq_wake(&exec->out_wait);
    if (exec->pty)
        terminal_news(exec);
}
