/* SPDX-License-Identifier: MIT */
/*
 * memory.c - a program in a Linux instance whose memory others need: it fills what there is, keeps a part, and watches the
 * instance's memory shrink and grow. The first argument says what it fills memory with.
 *
 *   free     malloc, then free: the pages go back to the instance, no program has them
 *   zeros    pages that were written, with zeros
 *   child    another process that keeps all it can; it is what must go
 *   taker    the other instance: fills its memory and checks it
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEEP (4ul << 20)

static uint64_t total(void)
{
    struct sysinfo info;

    sysinfo(&info);
    return info.totalram;
}

static uint64_t left(void)
{
    struct sysinfo info;

    sysinfo(&info);
    return info.freeram;
}

static uint8_t *fill(uint64_t bytes, int value)
{
    uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        printf("no memory\n");
        exit(1);
    }
    for (uint64_t at = 0; at < bytes; at += 4096)
        *(volatile uint8_t *)(memory + at) = (uint8_t)(value ? value + at / 4096 % 100 : 0);
    return memory;
}

static int right(const uint8_t *memory, uint64_t bytes, int value)
{
    for (uint64_t at = 0; at < bytes; at += 4096)
        if (memory[at] != (uint8_t)(value ? value + at / 4096 % 100 : 0))
            return 0;
    return 1;
}

static int taker(void)
{
    uint64_t bytes = left() / 4 * 3;
    uint8_t *memory = fill(bytes, 50);

    printf("taker: %s\n", right(memory, bytes, 50) ? "its memory is right" : "its memory is wrong");
    return 0;
}

int main(int count, char **argument)
{
    const char *how = count > 1 ? argument[1] : "";
    uint64_t before = total(), all = left() / 8 * 7;
    uint8_t *kept = fill(KEEP, 7), *rest = NULL;
    pid_t child = 0;
    int status = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(how, "taker"))
        return taker();
    if (!strcmp(how, "child")) {
        child = fork();
        if (!child) {
            rest = fill(all - KEEP, 9);
            printf("holder: has all\n");
            for (;;)
                if (!right(rest, all - KEEP, 9))
                    return 1;
        }
    } else {
        rest = fill(all - KEEP, strcmp(how, "zeros") ? 9 : 0);
        if (!strcmp(how, "free"))
            munmap(rest, all - KEEP);
        printf("holder: has all\n");
    }
    if (child) {
        waitpid(child, &status, 0);
        printf("holder: its child %s\n",
               WIFSIGNALED(status) && WTERMSIG(status) == 9 ? "was killed" : "ended otherwise");
    }
    while (total() > before / 4 * 3)
        ;
    printf("holder: memory went away\n");
    if (!strcmp(how, "zeros") && !right(rest, (all - KEEP) / 8, 0))
        printf("holder: zeros are no zeros\n");
    while (total() < before / 4 * 3) { /* it wants it back */
        int file =
            memfd_create("more", 0); /* what asks for memory without killing anybody for it */

        (void)!ftruncate(file, (off_t)before);
        for (uint64_t at = 0; at < before; at += 4096)
            if (pwrite(file, "x", 1, (off_t)at) != 1)
                break;
        close(file);
    }
    printf("holder: memory came back\n");
    printf("holder: %s\n",
           right(kept, KEEP, 7) ? "what it kept is right" : "what it kept is wrong");
    return 0;
}
