/* SPDX-License-Identifier: MIT */
/*
 * nvme.h - an NVMe disk driven from ring 3: one command at a time, a buffer that disk and program share.
 *
 * The function is the instance's (`device` in the manifest). The disk reaches the pages of this driver and no other; its
 * interrupts are event bits EXO_NVME_EVENT and the next of the first env. Not here: what is on the disk; several
 * commands at once.
 * Source: NVM Express Base Specification 1.4, "Controller Registers", "Submission Queue Entry", "Admin Command Set", "NVM
 * Command Set".
 */
#pragma once
#include "lib/exo/device.h"
#include "lib/exo/domain.h"
#include "lib/exo/instance.h"

#define EXO_NVME_EVENT        5
#define EXO_NVME_BUFFER_PAGES 32
#define EXO_NVME_NO_ANSWER    UINT32_MAX

#define EXO_NVME_FLUSH 0 /* opcodes */
#define EXO_NVME_WRITE 1
#define EXO_NVME_READ  2

struct exo_nvme_command {
    uint32_t opcode;
    uint32_t space;                       /* 1: the first namespace */
    uint64_t reserved, metadata, page[2]; /* addresses as the disk sees them */
    uint32_t argument[6];
};

struct exo_nvme_answer {
    uint32_t result, reserved;
    uint16_t head, queue, number, status; /* status: bit 0 changes with each round */
};

struct exo_nvme_queue {
    struct exo_nvme_command *commands;
    volatile struct exo_nvme_answer *answers;
    volatile uint32_t *bell, *done_bell;
    uint32_t tail, head, event;
    uint16_t phase;
};

struct exo_nvme {
    struct exo_domain *domain;
    const struct instance_device *device;
    uint64_t address; /* of its memory, then its registers */
    struct exo_dma dma;
    struct exo_nvme_queue admin, io;
    uint64_t blocks;
    uint32_t block_bytes;
    uint32_t chunk_bytes; /* at most in one command */
    char model[41], serial[21];
    uint32_t status; /* of what failed: the disk's, or EXO_E_* */
};

/*
 * exo_nvme_open - start the disk: queues, interrupts, the first namespace.
 *
 * address  a free, page-aligned range of 64 pages
 *
 * Returns  NULL; or what failed, in words, with nvme->status
 */
const char *exo_nvme_open(struct exo_nvme *nvme, struct exo_domain *domain,
                          const struct instance_device *device, uint64_t address);

/* exo_nvme_close - detach the disk, end its tables: its memory is reached by nobody else. 0 or -EXO_E_*. */
int64_t exo_nvme_close(struct exo_nvme *nvme);

/* exo_nvme_master - let it access memory (again: the kernel turns that off after many refused accesses). 0 or -EXO_E_*. */
int64_t exo_nvme_master(const struct exo_nvme *nvme);

/* The buffer, and where the disk sees its page n. */
uint8_t *exo_nvme_buffer(const struct exo_nvme *nvme);
uint64_t exo_nvme_seen(const struct exo_nvme *nvme, uint32_t page);

/*
 * exo_nvme_transfer - whole blocks between the disk and the buffer.
 *
 * opcode  EXO_NVME_READ or EXO_NVME_WRITE
 * block   first block
 * bytes   a multiple of block_bytes, at most chunk_bytes
 * at      offset in the buffer; not 0 only for what fits into one page
 *
 * Returns  0, the disk's status, or EXO_NVME_NO_ANSWER after a minute
 */
uint32_t exo_nvme_transfer(struct exo_nvme *nvme, uint32_t opcode, uint64_t block, uint32_t bytes,
                           uint32_t at);

/* exo_nvme_flush - what was written stays, whatever happens to the power; as above. */
uint32_t exo_nvme_flush(struct exo_nvme *nvme);

/* exo_nvme_run - any command of the I/O queue; exo_nvme_submit does not wait, and nothing may be run after it. */
uint32_t exo_nvme_run(struct exo_nvme *nvme, const struct exo_nvme_command *command);
void exo_nvme_submit(struct exo_nvme *nvme, const struct exo_nvme_command *command);
