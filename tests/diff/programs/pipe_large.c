/* SPDX-License-Identifier: MIT */
/*
 * pipe_large.c - large reads that wait for large writes: the bytes may be put straight into the reader's buffer, whose
 * pages may be there, not there, read-only, or a fork's.
 */
#include "tests/diff/diff.h"

#define ALL (1024 * 1024)

static uint8_t from[ALL], to[ALL + PAGE];

static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

/* A child writes `total` bytes in pieces; what arrives at `at` in reads of `size` is compared. */
static void pour(const char *name, uint8_t *at, size_t size, size_t piece, size_t total)
{
    size_t got = 0, wrong = 0;
    int fd[2];

    if (pipe(fd))
        return;
    pid_t child = fork();

    if (!child) {
        close(fd[0]);
        for (size_t done = 0; done < total;) {
            size_t part = total - done < piece ? total - done : piece;
            ssize_t put = write(fd[1], from + done, part);

            if (put <= 0)
                _exit(1);
            done += (size_t)put;
        }
        _exit(0);
    }
    close(fd[1]);
    for (;;) {
        ssize_t part = read(fd[0], at, size);

        if (part <= 0) {
            printf("%s: end %zd", name, part);
            break;
        }
        for (ssize_t i = 0; i < part; i++)
            wrong += at[i] != pattern(got + (size_t)i);
        got += (size_t)part;
    }
    int status = 0;

    waitpid(child, &status, 0);
    printf(" got %zu wrong %zu status %d\n", got, wrong, status);
    close(fd[0]);
}

static void nothing(int signal)
{
    (void)signal;
}

/* A buffer of three pages, the middle one not writable: what is before it comes, or nothing. */
static void hole(void)
{
    uint8_t *area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd[2];

    memset(area, 1, 3 * PAGE);
    mprotect(area + PAGE, PAGE, PROT_READ);
    if (pipe(fd))
        return;
    pid_t child = fork();

    if (!child) {
        if (write(fd[1], from, PAGE) != (ssize_t)PAGE)
            _exit(1);
        _exit(0);
    }
    SHOW(read(fd[0], area, 3 * PAGE));
    printf("first %d %d, second %d\n", area[1] == pattern(1), area[PAGE - 1] == pattern(PAGE - 1),
           area[PAGE]);
    waitpid(child, NULL, 0);
    close(fd[0]);
    close(fd[1]);
    munmap(area, 3 * PAGE);
}

/* The reader shares its pages with a child that was forked before, and must not see the bytes. */
static void copied_on_write(void)
{
    int data[2], go[2];

    memset(to, 0x55, 4 * PAGE);
    if (pipe(data) || pipe(go))
        return;
    pid_t child = fork();

    if (!child) {
        char byte;
        size_t changed = 0;

        close(go[1]);
        if (write(data[1], from, 2 * PAGE) != (ssize_t)(2 * PAGE) || read(go[0], &byte, 1) != 1)
            _exit(1);
        for (size_t i = 0; i < 4 * PAGE; i++)
            changed += to[i] != 0x55;
        _exit(changed ? 2 : 0);
    }
    SHOW(read(data[0], to, 4 * PAGE));
    size_t wrong = 0;

    for (size_t i = 0; i < 2 * PAGE; i++)
        wrong += to[i] != pattern(i);
    int status = 0;

    printf("wrong %zu, behind %d\n", wrong, to[2 * PAGE]);
    if (write(go[1], "g", 1) != 1)
        return;
    waitpid(child, &status, 0);
    printf("the child's pages are its own: %d\n", status);
    close(data[0]);
    close(data[1]);
    close(go[0]);
    close(go[1]);
}

/* A signal ends a large read that has nothing yet. */
static void interrupted(void)
{
    struct sigaction action = {.sa_handler = nothing};
    int fd[2];

    sigaction(SIGUSR1, &action, NULL);
    if (pipe(fd))
        return;
    pid_t child = fork(), parent = getppid();

    (void)parent;
    if (!child) {
        char path[64], text[256] = "";

        /* until the parent sleeps: its state is the word behind its name */
        snprintf(path, sizeof path, "/proc/%d/stat", getppid());
        for (char *state = NULL; !state || state[2] != 'S'; state = strrchr(text, ')')) {
            int stat = open(path, O_RDONLY);

            if (stat < 0 || read(stat, text, sizeof text - 1) <= 0)
                _exit(1);
            close(stat);
            sched_yield();
        }
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    SHOW(read(fd[0], to, 16 * PAGE));
    waitpid(child, NULL, 0);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = pattern(i);
    pour("buffer never touched", to, ALL, ALL, ALL);
    pour("64 KiB", to, 65536, 65536, ALL);
    pour("not aligned", to + 123, 65536, 65536, ALL);
    pour("less than a page", to + 4000, 4095, 65536, ALL);
    pour("a page and a bit", to + 4000, 4097, 3000, ALL);
    pour("small writes", to + 1, 65536, 100, ALL / 16);
    pour("large writes", to + 17, 10000, ALL, ALL);
    pour("all at once", to + 9, ALL, ALL, ALL);
    pour("odd", to + 4095, 12289, 4097, 300001);
    hole();
    copied_on_write();
    interrupted();
    return 0;
}
