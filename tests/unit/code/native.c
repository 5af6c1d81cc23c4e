/* SPDX-License-Identifier: MIT */
/* native.c - see native.h. */
#define _GNU_SOURCE
#include "native.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX (1 << 20)

static uint8_t *writable, *executable;

/* Somewhere within reach of the helpers. */
static void *near_helpers(int fd)
{
    uintptr_t at =
        ((uintptr_t)code_helpers[EXO_CODE_HELPER_COPY] & ~(uintptr_t)0xfffff) + (64u << 20);

    for (uint32_t i = 0; i < 512; i++, at += 2u << 20) {
        void *text = mmap((void *)at, TEXT_MAX, PROT_READ | PROT_EXEC,
                          MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);

        if (text == (void *)at)
            return text;
        if (text != MAP_FAILED)
            munmap(text, TEXT_MAX);
    }
    return MAP_FAILED;
}

static void map_once(void)
{
    int fd;

    if (writable)
        return;
    fd = memfd_create("code", 0);
    if (fd < 0 || ftruncate(fd, TEXT_MAX))
        exit(99);
    writable = mmap(NULL, TEXT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    executable = near_helpers(fd);
    close(fd);
    if (writable == MAP_FAILED || executable == MAP_FAILED) {
        printf("not ok - no executable memory within 2 GiB of the helpers\n");
        exit(99);
    }
}

const uint8_t *native_text(struct code_check *check, uint64_t seed, uint32_t *text_bytes)
{
    map_once();
    *text_bytes = code_compile(check, seed, NULL, 0);
    if (*text_bytes > TEXT_MAX ||
        *text_bytes > check->subject.count * CODE_TEXT_EACH + CODE_TEXT_MORE ||
        code_compile(check, seed, writable, (uint64_t)executable) != *text_bytes)
        return NULL;
    return executable;
}

uint64_t native_run(struct code_check *check, struct code_run *run, uint64_t seed,
                    uint32_t *text_bytes)
{
    const uint8_t *text = native_text(check, seed, text_bytes);

    if (!text) {
        printf("# text of %u instructions: %u bytes, not compiled\n", check->subject.count,
               *text_bytes);
        exit(99);
    }
    uint64_t result = ((code_entry *)(uintptr_t)text)(run);

    code_run_end(run, check->type, result);
    return run->abort ? 0 : result;
}
