/* SPDX-License-Identifier: MIT */
/*
 * stress.c - many of each kind at once, and memory to its end; afterwards as much of it is free as before.
 *
 * usage: stress KIND COUNT      TAP lines; kinds: see `kinds`. Run on Lorica only: elsewhere other programs use memory, too.
 *
 * Every kind runs once with a smaller count first, so that caches are filled, and must then end twice with the same
 * memory free: what is lost once may be a cache, what is lost each time is a leak.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TOLERATED_KIB = 64,
    STACK_BYTES = 16384,
    PAGE = 4096,
    AT_ONCE = 16
};

static int number, failed;

static void say(int good, const char *kind, const char *what, long count)
{
    printf("%sok %d - %s: %ld %s\n", good ? "" : "not ", ++number, kind, count, what);
    fflush(stdout);
    failed += !good;
}

static void must(int good, const char *what)
{
    if (good)
        return;
    printf("# %s: %s\n", what, strerror(errno));
    fflush(stdout);
    exit(1);
}

/* Page tables that are kept for later are not lost. */
static long free_kib(void)
{
    char line[256];
    long kib = 0, part;
    FILE *file = fopen("/proc/meminfo", "r");

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemFree: %ld", &part) == 1 || sscanf(line, "PageTables: %ld", &part) == 1)
            kib += part;
    if (file)
        fclose(file);
    return kib;
}

/* --- The kinds: each does it `count` times or with `count` at once, and returns how many went well ----- */

static long forks(long count)
{
    long good = 0, running = 0;

    for (long i = 0; i < count || running;) {
        int status;

        while (i < count && running < AT_ONCE) {
            pid_t pid = fork();

            must(pid >= 0, "fork");
            if (!pid)
                _exit((int)(i & 63));
            i++;
            running++;
        }
        must(wait(&status) > 0, "wait");
        running--;
        good += WIFEXITED(status);
    }
    return good;
}

static pthread_barrier_t all_there;
static long sum;

static void *thread_main(void *argument)
{
    pthread_barrier_wait(&all_there);
    __atomic_add_fetch(&sum, (long)argument, __ATOMIC_RELAXED);
    return argument;
}

static long threads(long count)
{
    pthread_t *thread = calloc((size_t)count, sizeof *thread);
    pthread_attr_t attributes;
    long good = 0;

    must(thread != NULL, "calloc");
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_barrier_init(&all_there, NULL, (unsigned)count);
    sum = 0;
    for (long i = 0; i < count; i++) {
        errno = pthread_create(&thread[i], &attributes, thread_main, (void *)i);
        must(!errno, "pthread_create");
    }
    for (long i = 0; i < count; i++) {
        void *answer;

        good += !pthread_join(thread[i], &answer) && (long)answer == i;
    }
    free(thread);
    return sum == count * (count - 1) / 2 ? good : -1;
}

/* All are alive at once: each says so, and waits for the end of a pipe. */
static long processes(long count)
{
    int says[2], waits[2], status;
    long good = 0;
    char byte;

    must(!pipe(says) && !pipe(waits), "pipe");
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();

        must(pid >= 0, "fork");
        if (!pid) {
            close(waits[1]);
            _exit(write(says[1], "x", 1) == 1 && read(waits[0], &byte, 1) == 0 ? 7 : 1);
        }
    }
    for (long i = 0; i < count; i++)
        must(read(says[0], &byte, 1) == 1, "read");
    close(waits[1]);
    while (wait(&status) > 0)
        good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    close(says[0]);
    close(says[1]);
    close(waits[0]);
    return good;
}

static int descriptor_open(long i, int epoll)
{
    int pair[2], fd = -1;

    switch (i % 4) {
    case 0:
        fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        break;
    case 1:
        fd = eventfd(0, 0);
        break;
    case 2:
        if (!pipe(pair)) {
            close(pair[1]);
            fd = pair[0];
        }
        break;
    default:
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
    }
    if (fd >= 0 && i % 4) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

        must(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
    return fd;
}

/* The last one that the limit allows works, and one more is refused with EMFILE. */
static long descriptors(long count)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)count, .rlim_max = (rlim_t)count};
    int *fd = calloc((size_t)count, sizeof *fd), epoll = epoll_create1(0), status;
    long opened = 0;
    pid_t pid = fork();

    must(fd && epoll >= 0 && pid >= 0, "descriptors");
    if (!pid) {
        must(!prlimit(0, RLIMIT_NOFILE, &limit, NULL), "prlimit");
        while (opened < count && (fd[opened] = descriptor_open(opened, epoll)) >= 0)
            opened++;
        must(opened >= count - 10 && errno == EMFILE, "the limit");
        for (long i = 0; i < opened; i += 4)
            must(write(fd[i], &i, sizeof i) == sizeof i, "write");
        for (long i = 0; i < opened; i += 4) {
            long back = -1;

            must(pread(fd[i], &back, sizeof back, 0) == sizeof back && back == i, "pread");
        }
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid, "waitpid");
    free(fd);
    close(epoll);
    return status ? 0 : count;
}

/* A child that takes all there is: refused or killed; its parent, which holds little, lives on. */
static long memory(long count)
{
    long good = 0;

    for (long i = 0; i < count; i++) {
        int status;
        pid_t pid = fork();

        must(pid >= 0, "fork");
        if (!pid)
            for (;;) {
                char *area =
                    mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

                if (area == MAP_FAILED)
                    _exit(errno == ENOMEM ? 0 : 1);
                memset(area, 1, 1 << 20);
            }
        must(waitpid(pid, &status, 0) == pid, "waitpid");
        good += status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    return good;
}

/* A file that takes all there is: ENOSPC, and room again once it is gone. */
static long file_system(long count)
{
    static char block[1 << 20];
    long good = 0;

    memset(block, 'x', sizeof block);
    for (long i = 0; i < count; i++) {
        int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

        must(fd >= 0, "open");
        while (write(fd, block, sizeof block) > 0)
            ;
        good += errno == ENOSPC;
        close(fd);
        fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        must(write(fd, block, sizeof block) == sizeof block, "write after ENOSPC");
        close(fd);
    }
    return good;
}

static const struct kind {
    const char *name, *what;
    long (*run)(long count);
    long warm; /* count of the first run: this part of the whole */
} kinds[] = {
    {"forks", "children, 16 at a time", forks, 10},
    {"threads", "threads at once", threads, 1},
    {"processes", "processes alive", processes, 1},
    {"descriptors", "descriptors, and no more", descriptors, 1},
    {"memory", "times all of memory", memory, 1},
    {"files", "times a full file system", file_system, 1},
};

static void stress(const struct kind *kind, long count)
{
    long before, after, lost[2];

    (void)kind->run(count / kind->warm);
    for (int round = 0; round < 2; round++) {
        before = free_kib();
        long good = kind->run(count);

        after = free_kib();
        lost[round] = before - after;
        if (round == 0 || good != count)
            say(good == count, kind->name, kind->what, good);
        if (kind->warm > 1 && lost[round] <= TOLERATED_KIB)
            break; /* the long ones once, when nothing is lost */
    }
    int good = lost[0] <= TOLERATED_KIB || lost[1] <= TOLERATED_KIB;

    if (!good)
        printf("# lost %ld and %ld KiB of %ld\n", lost[0], lost[1], before);
    printf("%sok %d - %s: as much memory is free as before\n", good ? "" : "not ", ++number,
           kind->name);
    fflush(stdout);
    failed += !good;
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (!strcmp(argv[i], kinds[k].name))
                stress(&kinds[k], atol(argv[i + 1]));
    printf("1..%d\n", number);
    return failed != 0;
}
