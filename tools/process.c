/* SPDX-License-Identifier: MIT */
/*
 * process.c - running other programs, and the directories that the tool keeps things in.
 */
#define _GNU_SOURCE
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void process_child(char *const argv[], const char *directory, int out)
{
    int null = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (null >= 0)
        dup2(null, 0);
    if (out >= 0 && (dup2(out, 1) < 0 || dup2(out, 2) < 0))
        _exit(127);
    if (directory && chdir(directory) < 0)
        _exit(127);
    execvp(argv[0], argv);
    _exit(127);
}

int process_run(char *const argv[], const char *directory, struct buffer *output)
{
    int pipes[2] = {-1, -1}, status;
    char block[4096];
    ssize_t count;
    pid_t child;

    if (output && pipe2(pipes, O_CLOEXEC) < 0)
        fail(STATUS_FAILED, "cannot make a pipe: %s", strerror(errno));
    child = fork();
    if (child < 0)
        fail(STATUS_FAILED, "cannot start %s: %s", argv[0], strerror(errno));
    if (child == 0)
        process_child(argv, directory, pipes[1]);
    if (output) {
        close(pipes[1]);
        while ((count = read(pipes[0], block, sizeof block)) > 0 || (count < 0 && errno == EINTR))
            if (count > 0)
                buffer_add(output, block, (size_t)count);
        close(pipes[0]);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

const char *process_home(void)
{
    static char *home;

    if (!home) {
        char *self = realpath("/proc/self/exe", NULL);
        char *end = self ? strstr(self, "/build/tools/lorica") : NULL;

        if (!end)
            fail(STATUS_FAILED,
                 "cannot find the project's directory from %s\n"
                 "  try: the `lorica` script at the top of the project",
                 self ? self : "/proc/self/exe");
        *end = 0;
        home = self;
    }
    return home;
}

char *process_home_file(const char *name)
{
    return text_format("%s/%s", process_home(), name);
}

void process_make_directory(const char *path)
{
    char *part = text_copy(path);

    for (char *at = part + 1;; at++) {
        char end = *at;

        if (end && end != '/')
            continue;
        *at = 0;
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            fail(STATUS_FAILED,
                 "cannot make the directory %s: %s\n"
                 "  try: set XDG_CACHE_HOME and XDG_STATE_HOME to directories that you can write",
                 part, strerror(errno));
        *at = end;
        if (!end)
            break;
    }
    free(part);
}

static char *process_directory(const char *variable, const char *fallback)
{
    const char *set = getenv(variable), *home = getenv("HOME");
    char *path;

    if (set && *set == '/') {
        path = text_format("%s/lorica", set);
    } else {
        if (!home || *home != '/') {
            struct passwd *user = getpwuid(getuid());

            home = user ? user->pw_dir : "/";
        }
        path = text_format("%s/%s/lorica", home, fallback);
    }
    process_make_directory(path);
    return path;
}

const char *process_cache(void)
{
    static char *path;

    return path ? path : (path = process_directory("XDG_CACHE_HOME", ".cache"));
}

const char *process_state(void)
{
    static char *path;

    return path ? path : (path = process_directory("XDG_STATE_HOME", ".local/state"));
}

int process_read_file(const char *path, struct buffer *contents)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char block[16384];
    ssize_t count;

    if (fd < 0)
        return -1;
    buffer_add(contents, "", 0);
    while ((count = read(fd, block, sizeof block)) > 0)
        buffer_add(contents, block, (size_t)count);
    close(fd);
    return count < 0 ? -1 : 0;
}

int process_memory_file(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd < 0)
        fail(STATUS_FAILED, "cannot make a file in memory: %s", strerror(errno));
    return fd;
}

uint64_t process_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
