/* SPDX-License-Identifier: MIT */
/* fd_locks.c - record locks between two processes. */
#include "tests/diff/diff.h"

static int fd;

static void try(short type, off_t start, off_t length)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

    show("F_SETLK", fcntl(fd, F_SETLK, &lock));
}

static int child(void *parent)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 100};

    NEED(fcntl(fd, F_GETLK, &lock) == 0);
    printf("held by the parent %d, type %s, from %ld, length %ld\n", lock.l_pid == *(pid_t *)parent,
           lock.l_type == F_WRLCK   ? "write"
           : lock.l_type == F_RDLCK ? "read"
                                    : "none",
           (long)lock.l_start, (long)lock.l_len);
    try(F_WRLCK, 10, 10);
    try(F_RDLCK, 15, 1);
    try(F_WRLCK, 20, 10);
    try(F_RDLCK, 50, 10);
    try(F_WRLCK, 50, 10);
    return 0;
}

int main(void)
{
    pid_t pid = getpid();

    fd = open("file", O_RDWR | O_CREAT, 0644);
    NEED(fd >= 0);
    try(F_WRLCK, 10, 10);
    try(F_RDLCK, 50, 10);
    run_child("child", child, &pid);
    try(F_UNLCK, 0, 0);
    run_child("child", child, &pid);
    try(77, 0, 0);
    int reader = open("file", O_RDONLY);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SHOW(fcntl(reader, F_SETLK, &lock));
    SHOW(fcntl(reader, F_SETLK, BAD_POINTER));
    return 0;
}
