/* SPDX-License-Identifier: MIT */
/*
 * mem_random.c - random mmap, munmap, mprotect, mremap, madvise, writes and forks against a model
 * of the contents.
 *
 * A window of pages is changed at random; `model` says what each page must hold. Parents and
 * children go on with the same steps in different directions, so that what one does is never seen
 * by the other, except in shared pages.
 */
#include "tests/diff/diff.h"

#define PAGES 1600 /* a little over three page tables */
#define STEPS 400
#define FORKS 5 /* deep */

static char *window;
static char *shared; /* one page that all of them count in */
static struct {
    unsigned char mapped, writable, readable, value;
} model[PAGES];
static unsigned random_state;

static unsigned pick(unsigned below)
{
    random_state = random_state * 1103515245u + 12345u;
    return random_state / 65536u % below;
}

static void broken(const char *what, int page)
{
    printf("broken: %s at page %d: is %d, must be %d\n", what, page, window[page * (long)PAGE],
           model[page].value);
    exit(1);
}

static void check(void)
{
    for (int i = 0; i < PAGES; i++)
        if (model[i].mapped && model[i].readable &&
            ((unsigned char)window[i * (long)PAGE] != model[i].value ||
             (unsigned char)window[i * (long)PAGE + PAGE - 1] != model[i].value))
            broken("contents", i);
}

static void fill(int page, int value)
{
    window[page * (long)PAGE] = (char)value;
    window[page * (long)PAGE + PAGE - 1] = (char)value;
    model[page].value = (unsigned char)value;
}

static void change(int first, int count)
{
    char *at = window + first * (long)PAGE;
    size_t bytes = (size_t)count * PAGE;
    unsigned kind = pick(7);

    if (kind == 0 && mmap(at, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
        broken("mmap", first);
    if (kind == 1 && munmap(at, bytes))
        broken("munmap", first);
    for (int i = first; i < first + count; i++) {
        if (kind < 2) {
            model[i].mapped = model[i].writable = model[i].readable = kind == 0;
            model[i].value = 0;
        } else if (!model[i].mapped) {
            continue;
        } else if (kind == 2) {
            int protection = (int)pick(3);

            mprotect(window + i * (long)PAGE, PAGE,
                     protection == 0   ? PROT_NONE
                     : protection == 1 ? PROT_READ
                                       : PROT_READ | PROT_WRITE);
            model[i].readable = protection > 0;
            model[i].writable = protection > 1;
        } else if (kind == 3 && count < 20) {
            madvise(window + i * (long)PAGE, PAGE, MADV_DONTNEED);
            model[i].value = 0;
        } else if (model[i].writable) {
            fill(i, (int)pick(250) + 1);
        }
    }
}

/* Moves one writable page onto another place of the window. */
static void move(void)
{
    int from = (int)pick(PAGES), to = (int)pick(PAGES);

    if (from == to || !model[from].writable)
        return;
    if (mremap(window + from * (long)PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               window + to * (long)PAGE) == MAP_FAILED)
        broken("mremap", from);
    model[to] = model[from];
    memset(&model[from], 0, sizeof model[from]);
}

static void steps(int depth)
{
    int status;

    for (int i = 0; i < STEPS; i++) {
        int first = (int)pick(PAGES - 80);

        change(first, 1 + (int)pick(pick(8) ? 12 : 80));
        if (!pick(4))
            move();
        if (depth && i % (STEPS / 4) == 50) {
            pid_t child = fork();

            if (!child) {
                random_state ^= 0x5a5a5a;
                steps(depth - 1);
                check();
                shared[0]++;
                _exit(0);
            }
            if (pick(2)) /* half of the time both go on at once */
                check();
            waitpid(child, &status, 0);
            if (status)
                _exit(1);
            check();
        }
    }
}

int main(void)
{
    window = mmap(NULL, PAGES * (size_t)PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                  -1, 0);
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGES; i++)
        model[i].mapped = model[i].writable = model[i].readable = 1;
    for (random_state = 1; random_state < 4;) {
        unsigned seed = random_state;

        steps(FORKS - 2);
        check();
        random_state = seed + 1;
    }
    printf("held together, %d children\n", (unsigned char)shared[0]);
    return 0;
}
