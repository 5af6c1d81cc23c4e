/* SPDX-License-Identifier: MIT */
/*
 * nvme.c - an NVMe disk driven by a program without any privilege (lib/exo/nvme.h): the function is its own (`device` in the
 * manifest), the disk reaches the pages that the program maps for it and no other, interrupts are event bits.
 *
 * nvme                      what disk it is
 * nvme read OFFSET LENGTH   bytes of it to standard output
 * nvme write OFFSET         standard input onto it, then a flush: when the program ends well, it is on the disk
 * nvme test                 tries all of it, and that the disk does not reach what it may not (see `strays`)
 * nvme crash                dies in the middle of transfers
 */
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"
#include "lib/exo/nvme.h"

#define ADDRESS     0x10000000000ull
#define PATIENCE_NS 60000000000ull
#define PAGE        EXO_PAGE_SIZE

static struct exo_domain domain;
static struct exo_nvme disk;

static void must(int64_t result, const char *what)
{
    if (result < 0)
        exo_fail("nvme: %s: error %ld", what, (long)-result);
}

/* --- Its uses ----------------------------------------------------------------------------------------- */

static void check_range(uint64_t offset, uint64_t bytes)
{
    if (offset % disk.block_bytes)
        exo_fail("nvme: the offset must be a multiple of %u", disk.block_bytes);
    if (offset / disk.block_bytes > disk.blocks || bytes > disk.blocks * disk.block_bytes - offset)
        exo_fail("nvme: that is beyond the end of the disk: %lu bytes",
                 (unsigned long)(disk.blocks * disk.block_bytes));
}

static uint32_t whole(uint64_t bytes)
{
    return (uint32_t)((bytes + disk.block_bytes - 1) / disk.block_bytes) * disk.block_bytes;
}

static void transfer_well(uint32_t opcode, uint64_t block, uint32_t bytes, uint32_t at)
{
    uint32_t status = exo_nvme_transfer(&disk, opcode, block, bytes, at);

    if (status)
        exo_fail("nvme: %u bytes at block %lu cannot be %s: status 0x%x", bytes,
                 (unsigned long)block, opcode == EXO_NVME_READ ? "read" : "written", status);
}

static void read_out(uint64_t offset, uint64_t length)
{
    check_range(offset, length);
    while (length) {
        uint32_t bytes = length < disk.chunk_bytes ? (uint32_t)length : disk.chunk_bytes;

        transfer_well(EXO_NVME_READ, offset / disk.block_bytes, whole(bytes), 0);
        exo_write(1, exo_nvme_buffer(&disk), bytes);
        offset += bytes;
        length -= bytes;
    }
}

/* A last block that is not filled keeps the rest of what it had. */
static void write_in(uint64_t offset)
{
    check_range(offset, 0);
    for (;;) {
        uint8_t *buffer = exo_nvme_buffer(&disk);
        uint32_t bytes = 0;
        uint64_t got;

        while (bytes < disk.chunk_bytes &&
               (got = exo_read(buffer + bytes, disk.chunk_bytes - bytes)) != 0)
            bytes += (uint32_t)got;
        if (!bytes)
            break;
        check_range(offset, bytes);
        if (bytes % disk.block_bytes) {
            uint32_t last = bytes / disk.block_bytes * disk.block_bytes;
            uint8_t keep[PAGE];

            memcpy(keep, buffer + last, bytes - last);
            transfer_well(EXO_NVME_READ, (offset + last) / disk.block_bytes, disk.block_bytes,
                          last);
            memcpy(buffer + last, keep, bytes - last);
        }
        transfer_well(EXO_NVME_WRITE, offset / disk.block_bytes, whole(bytes), 0);
        offset += bytes;
    }
    if (exo_nvme_flush(&disk))
        exo_fail("nvme: the disk cannot flush");
}

/* --- The test ----------------------------------------------------------------------------------------- */

/* Fills with, or compares to, numbers that follow from `seed`. */
static bool pattern(uint64_t seed, void *at, uint32_t bytes, bool fill)
{
    volatile uint64_t *words = at;
    bool same = true;

    for (uint32_t i = 0; i < bytes / 8; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        if (fill)
            words[i] = seed;
        same &= words[i] == seed;
    }
    return same;
}

/* Sizes around pages and lists of pages, at places all over the disk. */
static void transfers(void)
{
    static const uint32_t sizes[] = {512, 4096, 4608, 8192, 8704, 65536, 131072};
    const uint32_t count = sizeof sizes / sizeof sizes[0];

    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t bytes = whole(sizes[i] < disk.chunk_bytes ? sizes[i] : disk.chunk_bytes);
            uint64_t block = disk.blocks / (count + 1) * (i + 1);

            (void)pattern(pass ? 1000 : i, exo_nvme_buffer(&disk), bytes, true);
            transfer_well(pass ? EXO_NVME_READ : EXO_NVME_WRITE, block, bytes, 0);
            if (pass && !pattern(i, exo_nvme_buffer(&disk), bytes, false))
                exo_fail("nvme: %u bytes at block %lu came back changed", bytes,
                         (unsigned long)block);
        }
        if (exo_nvme_flush(&disk))
            exo_fail("nvme: the disk cannot flush");
    }
    exo_print("nvme: %u transfers came back as they were\n", count);
}

static uint64_t refused(void)
{
    uint64_t count = 0;

    must(exo_device_read_2(EXO_SLOT, disk.device->row, 0, 2, &count), "its configuration");
    return count;
}

static struct exo_nvme_command read_to(uint64_t address, uint32_t block)
{
    return (struct exo_nvme_command){.opcode = EXO_NVME_READ,
                                     .space = 1,
                                     .page = {address},
                                     .argument = {block, 0, PAGE / disk.block_bytes - 1}};
}

/* The disk is told to write to this address, and must not. It may say what it likes, but the kernel must count it. */
static void stray(uint64_t address, const char *what)
{
    struct exo_upcall *upcall = (struct exo_upcall *)INSTANCE_UPCALL_ADDRESS;
    struct exo_nvme_command command = read_to(address, 0);
    uint64_t before = refused(), deadline = exo_time_ns() + PATIENCE_NS;

    (void)exo_nvme_run(&disk, &command);
    while (refused() == before && exo_time_ns() < deadline)
        (void)exo_yield();
    if (refused() == before)
        exo_fail("nvme: %s was not refused", what);
    if (!(__atomic_fetch_and(&upcall->events, ~(1ull << EXO_EVENT_DMA_FAULT), __ATOMIC_SEQ_CST) &
          1ull << EXO_EVENT_DMA_FAULT))
        exo_fail("nvme: nobody told us that %s was refused", what);
    must(exo_nvme_master(&disk), "its command register"); /* it may have been turned off */
}

static void strays(void)
{
    const uint32_t last = EXO_NVME_BUFFER_PAGES - 1;
    uint8_t *page = exo_nvme_buffer(&disk) + last * PAGE;
    uint64_t frame = (exo_mapping((uint64_t)page, NULL) & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
    uint64_t seen = exo_nvme_seen(&disk, last);

    (void)pattern(99, page, PAGE, true);
    must(exo_dma_unmap(&disk.dma, seen, 1), "taking a page away");
    stray(seen, "a page that was taken away");
    stray(frame << EXO_PAGE_SHIFT, "a frame by its number");
    stray(exo_machine_page()->machine_frame << EXO_PAGE_SHIFT, "a frame of the kernel's");
    stray(1ull << 38, "an address without tables");
    must(exo_dma_map(&disk.dma, seen, frame, 1, 0), "giving it back, to read");
    stray(seen, "a page that may be read");
    must(exo_dma_map(&disk.dma, seen, frame, 1, EXO_PTE_WRITE), "giving it back");
    if (!pattern(99, page, PAGE, false))
        exo_fail("nvme: a page changed that the disk may not write to");
    exo_print("nvme: %lu accesses refused, nothing changed\n", (unsigned long)refused());
}

/* Dies with as much under way as the queue holds. */
_Noreturn static void crash(const struct instance_start *begin)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < begin->run_count; i++)
        pages += begin->run[i].count;
    exo_print("nvme: crash with %lu pages\n", (unsigned long)pages);
    for (uint32_t i = 0; i < 30; i++) {
        struct exo_nvme_command command = read_to(exo_nvme_seen(&disk, i), i * 8);

        exo_nvme_submit(&disk, &command);
    }
    __builtin_trap();
}

/* The end of it all: tables go when the disk is detached, not before, and the memory is ours alone. */
static void stop(void)
{
    if (exo_dma_close(&disk.dma) != -EXO_E_BUSY)
        exo_fail("nvme: tables went while the disk used them");
    must(exo_nvme_close(&disk), "the end of its tables");
}

int exo_main(const struct instance_start *begin)
{
    const char *verb = exo_arg(1), *wrong;
    bool test = verb && !strcmp(verb, "test");

    if (!begin->device_count)
        exo_fail("nvme: no disk: lorica run --app nvme --disk FILE");
    exo_domain_init(&domain);
    wrong = exo_nvme_open(&disk, &domain, &begin->device[0], ADDRESS);
    if (wrong)
        exo_fail("nvme: %s: error %u", wrong, disk.status);
    if (test || !verb)
        exo_print("nvme: %s, serial number %s\nnvme: %lu blocks of %u bytes\n", disk.model,
                  disk.serial, (unsigned long)disk.blocks, disk.block_bytes);
    if (verb && !strcmp(verb, "read")) {
        read_out(exo_arg_number(2, UINT64_MAX, "offset"), exo_arg_number(3, UINT64_MAX, "length"));
    } else if (verb && !strcmp(verb, "write")) {
        write_in(exo_arg_number(2, UINT64_MAX, "offset"));
    } else if (test) {
        transfers();
        strays();
        transfers();
        stop();
    } else if (verb && !strcmp(verb, "crash")) {
        crash(begin);
    } else if (verb) {
        exo_fail("nvme: read OFFSET LENGTH, write OFFSET, test, crash, or nothing");
    }
    return 0;
}
