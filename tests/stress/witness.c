/* SPDX-License-Identifier: MIT */
/*
 * witness.c - the second instance beside one under stress: checks its memory, files, children, threads and sockets, again and
 * again, until SIGTERM; then says how often it did. Anything that is not as it should be ends it with status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    WORDS = 1 << 17
};

static volatile sig_atomic_t stop;
static uint64_t *kept; /* written once: nobody may ever change it */
static long rounds;

static void told(int signal)
{
    (void)signal;
    stop = 1;
}

static void must(int good, const char *what)
{
    if (good)
        return;
    printf("witness: %s is wrong in round %ld (%s)\n", what, rounds, strerror(errno));
    fflush(stdout);
    _exit(1);
}

static uint64_t word(uint64_t i, uint64_t seed)
{
    uint64_t x = (i + 1) * 0x9e3779b97f4a7c15 + seed;

    return (x ^ x >> 29) * 0xbf58476d1ce4e5b9;
}

static void check_memory(void)
{
    uint64_t *fresh = mmap(NULL, WORDS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(fresh != MAP_FAILED, "mmap");
    for (uint64_t i = 0; i < WORDS / 8; i += 64)
        must(fresh[i] == 0, "fresh memory");
    for (uint64_t i = 0; i < WORDS / 8; i++)
        fresh[i] = word(i, (uint64_t)rounds);
    for (uint64_t i = 0; i < WORDS; i++)
        must(kept[i] == word(i, 0), "kept memory");
    for (uint64_t i = 0; i < WORDS / 8; i++)
        must(fresh[i] == word(i, (uint64_t)rounds), "memory");
    munmap(fresh, WORDS);
}

static void check_file(int fd)
{
    uint64_t out[512], in[512];

    for (uint64_t i = 0; i < 512; i++)
        out[i] = word(i, (uint64_t)rounds);
    for (int page = 0; page < 16; page++)
        must(pwrite(fd, out, sizeof out, page * 4096) == sizeof out, "pwrite");
    for (int page = 0; page < 16; page++)
        must(pread(fd, in, sizeof in, page * 4096) == sizeof in && !memcmp(in, out, sizeof in),
             "file");
}

static void check_child(void)
{
    int pair[2], status;
    uint64_t value = 0;
    pid_t pid;

    must(!pipe(pair), "pipe");
    pid = fork();
    must(pid >= 0, "fork");
    if (!pid) {
        value = word(7, (uint64_t)rounds);
        _exit(write(pair[1], &value, sizeof value) == sizeof value ? 42 : 1);
    }
    must(read(pair[0], &value, sizeof value) == sizeof value && value == word(7, (uint64_t)rounds),
         "pipe");
    must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42,
         "child");
    close(pair[0]);
    close(pair[1]);
}

static void *double_it(void *argument)
{
    return (void *)((uintptr_t)argument * 2);
}

static void check_thread(void)
{
    pthread_t thread;
    void *answer;

    errno = pthread_create(&thread, NULL, double_it, (void *)21);
    must(!errno, "pthread_create");
    must(!pthread_join(thread, &answer) && (uintptr_t)answer == 42, "thread");
}

static void check_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0),
        server;
    uint64_t value = word(9, (uint64_t)rounds), back = 0;

    must(!bind(listener, (struct sockaddr *)&address, sizeof address) && !listen(listener, 1) &&
             !getsockname(listener, (struct sockaddr *)&address, &length),
         "listen");
    must(!connect(client, (struct sockaddr *)&address, length), "connect");
    server = accept(listener, NULL, NULL);
    must(server >= 0 && send(client, &value, sizeof value, 0) == sizeof value &&
             recv(server, &back, sizeof back, 0) == sizeof back && back == value,
         "socket");
    close(server);
    close(client);
    close(listener);
}

int main(void)
{
    struct timespec before = {0}, now, pause = {.tv_nsec = 20000000};
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

    signal(SIGTERM, told);
    kept = malloc(WORDS * sizeof *kept);
    must(fd >= 0 && kept, "the start");
    for (uint64_t i = 0; i < WORDS; i++)
        kept[i] = word(i, 0);
    printf("witness: begins\n");
    fflush(stdout);
    while (!stop) {
        check_memory();
        check_file(fd);
        check_child();
        check_thread();
        check_socket();
        clock_gettime(CLOCK_MONOTONIC, &now);
        must(now.tv_sec > before.tv_sec ||
                 (now.tv_sec == before.tv_sec && now.tv_nsec >= before.tv_nsec),
             "the clock");
        before = now;
        rounds++;
        nanosleep(&pause, NULL);
    }
    printf("witness: %ld rounds, all well\n", rounds);
    return 0;
}
