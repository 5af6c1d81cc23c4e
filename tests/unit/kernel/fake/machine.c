/* SPDX-License-Identifier: MIT */
/* machine.c - what kernel/core asks of an architecture, on a host. */
#include "machine.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/klog.h"

unsigned char *fake_memory;
struct cpu fake_cpu;
uint32_t cpu_count = 1;
struct fake_counts fake;

void machine_start(void)
{
    free(fake_memory);
    free(frame_table);
    fake_memory = aligned_alloc(4096, FAKE_FRAMES * 4096);
    memset(fake_memory, 0xaa, FAKE_FRAMES * 4096);
    frame_table = calloc(FAKE_FRAMES, sizeof *frame_table);
    frame_count = FAKE_FRAMES;
    for (uint64_t f = 1; f < FAKE_FRAMES; f++)
        frame_table[f].kind = EXO_FRAME_FREE;
    memset(&fake_cpu, 0, sizeof fake_cpu);
    memset(&fake, 0, sizeof fake);
}

void arch_load_root(uint64_t root)
{
    atomic_store(&fake_cpu.root, root);
}

void arch_kick(uint32_t cpu)
{
    (void)cpu;
}

void arch_window_open(uint64_t frame)
{
    fake.window[frame]++;
}

void arch_window_close(uint64_t frame)
{
    fake.window[frame]--;
}

void *arch_map_frame(uint32_t slot, uint64_t frame)
{
    (void)slot;
    return fake_memory + frame * 4096;
}

void arch_unmap_frame(uint32_t slot)
{
    (void)slot;
}

void arch_zero_frame(void *page)
{
    memset(page, 0, 4096);
}

void arch_root_init(uint64_t root)
{
    ((uint64_t *)frame_window(root))[511] =
        0x1234; /* stands for the kernel's half: must never change */
}

void arch_flush_page(uint64_t address)
{
    (void)address;
    fake.flushed_pages++;
}

void arch_flush_all(void)
{
    fake.flushed_all++;
}

uint64_t arch_user_copy(void *to, const void *from, uint64_t bytes)
{
    memcpy(to, from, bytes);
    return 0;
}

void panic(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    vprintf(fmt, arguments);
    va_end(arguments);
    putchar('\n');
    abort();
}

uint32_t arch_dma_levels = 3;

void arch_dma_flush(void)
{
    fake.flushed_dma++;
}

void arch_dma_written(const void *at, uint64_t bytes)
{
    (void)at, (void)bytes;
}

/* There are no devices. */
bool device_covers(const struct cap *cap, uint64_t frame)
{
    (void)cap, (void)frame;
    return false;
}

void device_count(uint64_t frame, int change)
{
    (void)frame, (void)change;
}
