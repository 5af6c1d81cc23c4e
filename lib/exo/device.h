/* SPDX-License-Identifier: MIT */
/*
 * device.h - a PCI function that is ours: its registers mapped, its memory accesses through tables of our own.
 *
 * init hands functions to an instance (`device` in the manifest, struct instance_start). Not here: what the registers
 * mean; interrupts are event bits (exo_device_interrupt), waited for with exo_sleep or a loop.
 */
#pragma once
#include <stdint.h>
#include "lib/exo/space.h"

/* A tree of tables for devices. Its frames come from space->table_frame and stay there until the tree ends. */
#define EXO_DMA_TABLES 64
struct exo_dma {
    struct exo_space *space;
    uint64_t root; /* for exo_device_domain */
    uint32_t levels;
    uint32_t table_count;
    uint64_t table[EXO_DMA_TABLES]; /* the root is the first */
};

/*
 * exo_dma_open - an empty tree: devices attached to it reach nothing.
 *
 * Returns  0 or -EXO_E_*: EXO_E_NONE the machine has no IOMMU, EXO_E_BUSY no frame for a table
 */
int64_t exo_dma_open(struct exo_dma *dma, struct exo_space *space);

/*
 * exo_dma_map - let devices reach consecutive frames of ours at consecutive addresses of their own.
 *
 * address  as the device will use it, page aligned
 * bits     EXO_PTE_WRITE: it may write, too
 *
 * Returns  0 or -EXO_E_* of dma_update; EXO_E_BUSY: no frame for a table, or EXO_DMA_TABLES are in use
 */
int64_t exo_dma_map(struct exo_dma *dma, uint64_t address, uint64_t frame, uint64_t pages,
                    uint64_t bits);

/* exo_dma_unmap - on return no device uses these pages any more; tables stay. 0 or -EXO_E_*. */
int64_t exo_dma_unmap(struct exo_dma *dma, uint64_t address, uint64_t pages);

/* exo_dma_close - the tree ends; no function may be attached to it. Its frames are data again, not given back to a pool. */
int64_t exo_dma_close(struct exo_dma *dma);

/*
 * exo_registers_map - pages of a BAR, uncached and writable, at `address`.
 *
 * offset, bytes  multiples of the page size, inside the BAR; the page of the MSI-X table is refused (EXO_E_RANGE)
 *
 * Returns  0 or -EXO_E_*
 */
int64_t exo_registers_map(struct exo_space *space, uint64_t address, const struct exo_bar *bar,
                          uint64_t offset, uint64_t bytes);

#define EXO_PCI_COMMAND         4 /* configuration space: the command register, 2 bytes */
#define EXO_PCI_COMMAND_MEMORY  2 /* answers at its BARs */
#define EXO_PCI_COMMAND_MASTER  4 /* accesses memory */
#define EXO_PCI_COMMAND_NO_INTX 0x400
