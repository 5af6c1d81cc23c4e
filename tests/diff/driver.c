/* SPDX-License-Identifier: MIT */
/*
 * driver.c - runs every program of a directory, each alone, and prints what it did.
 *
 *     driver DIRECTORY [NAME...]
 *
 * Runs the named programs, or all of them in sorted order. Each gets a fresh empty directory as its
 * working directory, /dev/null as standard input, one pipe for standard output and error, a session
 * of its own, the same environment and limits everywhere, and 20 seconds. For each one prints
 *
 *     >> NAME
 *     == NAME status=exit 0 | status=signal 11 | status=timeout
 *       its output, each line indented by two spaces
 *
 * and at the end `== end COUNT`. Everything is written at once, so that a reader knows how far a
 * machine came that died: the last `>>` without its `==` names the program that was running.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
    PROGRAM_MAX = 4096,
    OUTPUT_MAX = 256 * 1024,
    LIMIT_SECONDS = 20,
    POLL_MS = 50,
};

static char *names[PROGRAM_MAX];
static size_t name_count;
static char output[OUTPUT_MAX];
static size_t output_length;

static _Noreturn void fail(const char *what, const char *name)
{
    fprintf(stderr, "driver: %s %s: %s\n", what, name, strerror(errno));
    exit(125);
}

static void write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            exit(125); /* nobody listens any more */
        bytes += done;
        length -= (size_t)done;
    }
}

static int64_t now_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
        fail("reading", "the clock");
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_programs(const char *directory)
{
    DIR *list = opendir(directory);
    struct dirent *entry;

    if (!list)
        fail("cannot list", directory);
    while ((entry = readdir(list))) {
        if (entry->d_name[0] == '.')
            continue;
        if (name_count == PROGRAM_MAX) {
            errno = EOVERFLOW;
            fail("too many programs in", directory);
        }
        names[name_count] = strdup(entry->d_name);
        if (!names[name_count++])
            fail("no memory for", entry->d_name);
    }
    closedir(list);
    qsort(names, name_count, sizeof names[0], compare_names);
}

/* The same surroundings for each program, wherever it runs. Never returns. */
static _Noreturn void become_program(const char *directory, const char *name, int out)
{
    static char *environment[] = {"PATH=/usr/bin:/bin", "HOME=/root", "LC_ALL=C", "TZ=UTC0", NULL};
    char path[8192];
    char *arguments[] = {path, NULL};
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);

    snprintf(path, sizeof path, "%s/%s", directory, name);
    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* SIGKILL, SIGSTOP and the C library's own refuse: fine */
    umask(022);
    setpriority(PRIO_PROCESS, 0, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, RLIM_INFINITY});
    setrlimit(RLIMIT_STACK, &(struct rlimit){8 << 20, RLIM_INFINITY});
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 4096});
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        fail("cannot set up standard streams for", name);
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    execve(path, arguments, environment);
    fail("cannot execute", path);
}

/* Read what is there; false at the end of the stream. Output past OUTPUT_MAX is dropped. */
static bool take_output(int from)
{
    char spare[4096];
    bool full = output_length == OUTPUT_MAX;
    ssize_t length = read(from, full ? spare : output + output_length,
                          full ? sizeof spare : OUTPUT_MAX - output_length);

    if (length > 0 && !full)
        output_length += (size_t)length;
    return length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool readable(int fd, int wait_ms)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};

    return poll(&poller, 1, wait_ms) > 0;
}

/*
 * watch_program - collect output until the program is gone or out of time.
 *
 * Returns its wait status, or -1 when it had to be killed. Children that it left behind may hold
 * the pipe open for ever, so its end is not waited for.
 */
static int watch_program(pid_t pid, int from)
{
    int64_t deadline = now_ms() + LIMIT_SECONDS * 1000;
    bool open_end = true;
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_ms() > deadline) {
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        if (open_end && readable(from, POLL_MS))
            open_end = take_output(from);
        else if (!open_end)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    kill(-pid, SIGKILL);
    while (open_end && readable(from, 0))
        open_end = take_output(from);
    return status;
}

static void print_result(const char *name, int status)
{
    char line[512];
    size_t start = 0;

    if (status == -1)
        snprintf(line, sizeof line, "== %s status=timeout\n", name);
    else if (WIFSIGNALED(status))
        snprintf(line, sizeof line, "== %s status=signal %d\n", name, WTERMSIG(status));
    else
        snprintf(line, sizeof line, "== %s status=exit %d\n", name, WEXITSTATUS(status));
    write_all(line, strlen(line));
    while (start < output_length) {
        char *end = memchr(output + start, '\n', output_length - start);
        size_t length = end ? (size_t)(end - output) - start : output_length - start;

        write_all("  ", 2);
        write_all(output + start, length);
        write_all(end ? "\n" : "\n  (no newline at the end)\n", end ? 1 : 27);
        start += length + 1;
    }
}

/* rm -r, without following symbolic links; what cannot be removed stays. */
static void remove_tree(const char *path, int depth)
{
    struct stat file;
    struct dirent *entry;
    DIR *list;

    if (lstat(path, &file) < 0)
        return;
    if (!S_ISDIR(file.st_mode)) {
        unlink(path);
        return;
    }
    list = depth < 200 ? opendir(path) : NULL;
    while (list && (entry = readdir(list))) {
        char inside[4096];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) < (int)sizeof inside)
            remove_tree(inside, depth + 1);
    }
    if (list)
        closedir(list);
    rmdir(path);
}

static void run_program(const char *directory, const char *name)
{
    char line[512];
    char scratch[] = "/tmp/diff.XXXXXX";
    int tube[2];
    pid_t pid;
    int status;

    snprintf(line, sizeof line, ">> %s\n", name);
    write_all(line, strlen(line));
    if (!mkdtemp(scratch) || chdir(scratch) < 0)
        fail("cannot make a directory like", scratch);
    if (pipe2(tube, O_CLOEXEC) < 0)
        fail("no pipe for", name);
    output_length = 0;
    pid = fork();
    if (pid < 0)
        fail("cannot fork for", name);
    if (pid == 0)
        become_program(directory, name, tube[1]);
    close(tube[1]);
    status = watch_program(pid, tube[0]);
    close(tube[0]);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue; /* what it left behind and we inherited */
    print_result(name, status);
    if (chdir("/") == 0)
        remove_tree(scratch, 0);
}

int main(int argc, char **argv)
{
    char directory[4096];
    char line[64];

    if (argc < 2) {
        fprintf(stderr, "usage: driver DIRECTORY [NAME...]\n");
        return 125;
    }
    if (!realpath(argv[1], directory))
        fail("no directory", argv[1]);
    /* On Linux orphans come to us, as they do on Lorica where we are process 1. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (argc > 2) {
        name_count = (size_t)argc - 2;
        memcpy(names, argv + 2,
               sizeof names[0] * (name_count < PROGRAM_MAX ? name_count : PROGRAM_MAX));
    } else {
        list_programs(directory);
    }
    for (size_t i = 0; i < name_count; i++)
        run_program(directory, names[i]);
    snprintf(line, sizeof line, "== end %zu\n", name_count);
    write_all(line, strlen(line));
    return 0;
}
