/* SPDX-License-Identifier: MIT */
/* calls.c - calls of many kinds, for strace: the same program is traced here and on Lorica (tests/tool/strace.sh). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void caught(int number)
{
    (void)number;
}

static void files(void)
{
    char buffer[200];
    struct stat status;
    int fd = open("/tmp/strace.file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

    write(fd, "hello\n\0world", 12);
    write(fd, "0123456789012345678901234567890123456789", 40);
    lseek(fd, 0, SEEK_SET);
    read(fd, buffer, 5);
    pread(fd, buffer, 100, 12);
    fstat(fd, &status);
    stat("/nowhere", &status);
    access("/tmp/strace.file", R_OK | W_OK);
    access("/nowhere", F_OK);
    ftruncate(fd, 7);
    fchmod(fd, 0400);
    struct iovec vector[2] = {{"ab", 2}, {"cde", 3}};
    writev(fd, vector, 2);
    lseek(fd, 0, SEEK_SET);
    vector[0] = (struct iovec){buffer, 4};
    vector[1] = (struct iovec){buffer + 10, 100};
    readv(fd, vector, 2);
    fcntl(fd, F_GETFD);
    fcntl(fd, F_SETFD, 0);
    fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, O_APPEND);
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 20);
    dup2(fd, 30);
    close(copy);
    close(30);
    close(fd);
    close(77);
    mkdir("/tmp/strace.dir", 0700);
    symlink("/tmp/strace.file", "/tmp/strace.dir/link");
    readlink("/tmp/strace.dir/link", buffer, sizeof buffer);
    rename("/tmp/strace.file", "/tmp/strace.dir/file");
    unlinkat(AT_FDCWD, "/tmp/strace.dir/file", 0);
    unlink("/tmp/strace.dir/link");
    chdir("/tmp/strace.dir");
    getcwd(buffer, sizeof buffer);
    chdir("/");
    rmdir("/tmp/strace.dir");
    umask(027);
    ioctl(0, 0x1234, 0);
}

static void memory(void)
{
    char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(at, 4096, PROT_READ);
    madvise(at, 4096, MADV_DONTNEED);
    munmap(at, 8192);
    munmap((void *)1, 4096);
}

static void waiting(void)
{
    struct timespec moment = {0, 1000000};
    struct timeval now = {0, 0};
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 7};
    struct pollfd item;
    fd_set set;
    int pair[2];
    char byte;

    pipe2(pair, O_CLOEXEC | O_NONBLOCK);
    read(pair[0], &byte, 1);
    write(pair[1], "x", 1);
    item = (struct pollfd){.fd = pair[0], .events = POLLIN | POLLPRI};
    poll(&item, 1, 1000);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    select(pair[0] + 1, &set, NULL, NULL, &now);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event);
    epoll_pwait(epoll, &event, 1, 100, NULL);
    nanosleep(&moment, NULL);
    eventfd(3, EFD_CLOEXEC | EFD_SEMAPHORE);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec spec = {.it_value = {1, 500}};
    timerfd_settime(timer, 0, &spec, NULL);
}

static void signals(void)
{
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
    struct rlimit limit = {1000, 2000};
    sigset_t set;

    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    setrlimit(RLIMIT_CORE, &limit);
    getrlimit(RLIMIT_CORE, &limit);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 2000});
}

int main(void)
{
    int status;
    char *words[] = {"/nowhere", "a", "b c", NULL}, *variables[] = {"A=1", NULL};

    files();
    memory();
    waiting();
    signals();
    execve("/nowhere", words, variables);
    if (!fork())
        _exit(3);
    wait(&status);
    if (!fork()) {
        *(volatile int *)8 = 1;
        _exit(0);
    }
    waitpid(-1, &status, 0);
    kill(getpid(), 0);
    return 5;
}
