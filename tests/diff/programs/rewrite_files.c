/* SPDX-License-Identifier: MIT */
/*
 * rewrite_files - code in mapped files: the same page at two addresses, moved, replaced, written to while it runs,
 * shared, and at low addresses that a LibOS may use for itself.
 */
#include "tests/diff/diff.h"

#define SITE 64 /* offset of the code in the file */

typedef pid_t (*getter)(void);

static void fill(unsigned char *page, unsigned char number)
{
    const unsigned char code[] = {0xb8, number, 0, 0, 0, 0x0f, 0x05, 0xc3};

    memset(page, 0x90, PAGE);
    memcpy(page + SITE, code, sizeof code);
}

static pid_t call(const char *map)
{
    return ((getter)(uintptr_t)(map + SITE))();
}

static const char *which(const char *map)
{
    pid_t first = call(map);

    for (int i = 0; i < 4; i++)
        if (call(map) != first)
            return "CHANGING";
    return first == getpid() ? "getpid" : first == getppid() ? "getppid" : "WRONG";
}

static char *map_code(int fd, void *at, int prot, int flags)
{
    char *map = mmap(at, PAGE, prot, flags, fd, 0);

    NEED(map != MAP_FAILED);
    return map;
}

int main(void)
{
    unsigned char page[PAGE];
    int fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0700);

    fill(page, 39);
    NEED(fd >= 0 && write(fd, page, PAGE) == (ssize_t)PAGE);
    char *a = map_code(fd, NULL, PROT_READ | PROT_EXEC, MAP_PRIVATE);

    printf("a: %s\n", which(a));
    char *b = map_code(fd, NULL, PROT_READ | PROT_EXEC, MAP_PRIVATE);

    printf("b: %s, a: %s, b: %s\n", which(b), which(a), which(b));
    munmap(a, PAGE);
    printf("b without a: %s\n", which(b));
    a = map_code(fd, a, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED);
    printf("a again: %s\n", which(a));
    munmap(b, PAGE);
    char *far = map_pages(8);

    char *moved = mremap(a, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far + 4 * PAGE);

    TELL(moved == far + 4 * PAGE);
    printf("moved: %s\n", which(moved));
    TELL(!memcmp(moved, page, PAGE));
    printf("moved after a look: %s\n", which(moved));

    /* Written by write(), then through a shared mapping, while it is mapped for execution. */
    NEED(pwrite(fd, "\x6e", 1, SITE + 1) == 1);
    printf("written: %s\n", which(moved));
    char *shared = map_code(fd, NULL, PROT_READ | PROT_WRITE, MAP_SHARED);

    printf("shared: %02x %02x\n", (unsigned char)shared[SITE], (unsigned char)shared[SITE + 1]);
    shared[SITE + 1] = 39;
    printf("written through a mapping: %s\n", which(moved));
    shared[SITE + 1] = 110;
    printf("and again: %s\n", which(moved));
    shared[SITE + 1] = 39;
    printf("and back: %s\n", which(moved));
    char *both = map_code(fd, NULL, PROT_READ | PROT_EXEC, MAP_SHARED);

    printf("shared code: %s\n", which(both));
    NEED(ftruncate(fd, 0) == 0);
    say_touch("code of a file that was cut off", moved + SITE, 'x');
    fill(page, 110);
    NEED(pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE);
    printf("and is there again: %s\n", which(moved));
    fflush(stdout);
    pid_t child = fork();

    if (!child) {
        printf("child: %s\n", which(moved) + 3);
        _exit(0);
    }
    printf("child ended with %d\n", reap(child));

    /* Low addresses belong to the program if it asks for them. */
    int other = open("other", O_RDWR | O_CREAT | O_TRUNC, 0700);

    fill(page, 39);
    NEED(other >= 0 && write(other, page, PAGE) == (ssize_t)PAGE);
    char *text = map_code(other, NULL, PROT_READ | PROT_EXEC, MAP_PRIVATE);

    printf("text: %s\n", which(text));
    char *low = mmap((void *)0x60000, 32 * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    TELL(low == (char *)0x60000);
    printf("first byte %d, last byte %d\n", low[0], low[32 * PAGE - 1]);
    memset(low, 0x5a, 32 * PAGE);
    printf("text: %s, moved: %s\n", which(text), which(moved));
    fflush(stdout);
    child = fork();
    if (!child) {
        printf("child: low %x, text %s\n", low[5 * PAGE], which(text) + 3);
        memset(low, 1, 32 * PAGE);
        _exit(low[0]);
    }
    printf("child ended with %d, low %x\n", reap(child), low[0]);
    SHOW(munmap(low, 32 * PAGE));
    printf("text: %s, moved: %s\n", which(text), which(moved));
    say_touch("low again", low, 'r');
    return 0;
}
