/* SPDX-License-Identifier: MIT */
/*
 * kinds.h - for the programs of tests/diff that make one call on descriptors of every kind: what each kind answers,
 * and with which error.
 */
#pragma once
#include "tests/diff/diff.h"
#include <sys/inotify.h>
#include <sys/signalfd.h>

static const char *const kind_name[] = {
    "read-only file", "write-only file", "file",      "append file", "directory", "O_PATH",
    "pipe's reader",  "pipe's writer",   "fifo",      "eventfd",     "epoll",     "timerfd",
    "signalfd",       "inotify",         "/dev/null", "/dev/zero",   "memfd",     "deleted file",
    "proc file",      "closed",          "negative"};
enum {
    KINDS = sizeof kind_name / sizeof kind_name[0]
};

/* A fresh descriptor of a kind; nothing that is done with it blocks. The file holds "0123456789". */
static inline int open_kind(int kind)
{
    static int tube[2] = {-1, -1};
    sigset_t set;
    int fd;

    if (tube[0] >= 0) {
        close(tube[0]);
        close(tube[1]);
        tube[0] = tube[1] = -1;
    }
    unlink("kinds-file");
    make_text("kinds-file", "0123456789");
    switch (kind) {
    case 0:
        return open("kinds-file", O_RDONLY);
    case 1:
        return open("kinds-file", O_WRONLY);
    case 2:
        return open("kinds-file", O_RDWR);
    case 3:
        return open("kinds-file", O_RDWR | O_APPEND);
    case 4:
        mkdir("kinds-dir", 0755);
        return open("kinds-dir", O_RDONLY | O_DIRECTORY);
    case 5:
        return open("kinds-file", O_PATH);
    case 6:
    case 7:
        NEED(pipe2(tube, O_NONBLOCK) == 0);
        return dup(tube[kind - 6]);
    case 8:
        mkfifo("kinds-fifo", 0644);
        return open("kinds-fifo", O_RDWR | O_NONBLOCK);
    case 9:
        return eventfd(0, EFD_NONBLOCK);
    case 10:
        return epoll_create1(0);
    case 11:
        return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    case 12:
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        return signalfd(-1, &set, SFD_NONBLOCK);
    case 13:
        return inotify_init1(IN_NONBLOCK);
    case 14:
        return open("/dev/null", O_RDWR);
    case 15:
        return open("/dev/zero", O_RDWR);
    case 16:
        fd = memfd_create("kind", MFD_ALLOW_SEALING);
        NEED(write(fd, "0123456789", 10) == 10 && lseek(fd, 0, SEEK_SET) == 0);
        return fd;
    case 17:
        fd = open("kinds-file", O_RDWR);
        unlink("kinds-file");
        return fd;
    case 18:
        return open("/proc/self/comm", O_RDONLY);
    case 19:
        return 900;
    default:
        return -1;
    }
}

/* The call for each kind: its result or its error. SIGPIPE does no harm. */
#define EACH_KIND(call) EACH_KIND_BUT(0, call)
/* The same without the kinds of a set (bit k: kind_name[k]) whose answer is not the same on every Linux. */
#define EACH_KIND_BUT(left_out, call)                                                              \
    do {                                                                                           \
        signal(SIGPIPE, SIG_IGN);                                                                  \
        printf("%s\n", #call);                                                                     \
        for (int kind = 0; kind < KINDS; kind++) {                                                 \
            if ((left_out) >> kind & 1)                                                            \
                continue;                                                                          \
            int fd = open_kind(kind);                                                              \
            NEED(kind == KINDS - 1 || fd >= 0);                                                    \
            errno = 0;                                                                             \
            long result = (long)(call);                                                            \
            if (result == -1)                                                                      \
                printf("  %s: %s\n", kind_name[kind], error_name(errno));                          \
            else                                                                                   \
                printf("  %s: %ld\n", kind_name[kind], result);                                    \
            close(fd);                                                                             \
        }                                                                                          \
    } while (0)

/* For results that are addresses or numbers of descriptors: 0 instead of them. */
#define OK(call) ((long)(call) == -1 ? -1 : 0)
