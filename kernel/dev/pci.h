/* SPDX-License-Identifier: MIT */
/* pci.h - the PCI functions of the machine, their owners, their interrupts. */
#pragma once
#include "core/cap.h"

/* Fills the exposed device table (EXO_DEVICE_MAX rows) and maps the MSI-X tables. Boot. */
void pci_start(struct exo_device *table);

/* The function one of whose BARs holds this frame of registers, MSI-X tables apart; -1: none. */
int pci_device_of(uint64_t frame);

/* What is known of a function besides its exposed row. */
struct pci_function {
    uint8_t msix_cap, msi_cap; /* offsets; 0: none */
    uint8_t express_cap;
    bool covered;                   /* by the IOMMU */
    bool used;                      /* by its owner, since it was reset */
    bool all;                       /* reaches all memory */
    uint64_t root;                  /* of what it reaches, pinned; 0: nothing; memory_lock */
    uint64_t reset_ns;              /* until then it is being reset; 0: it is not */
    uint64_t msix_first, msix_last; /* frames of the MSI-X table: never mapped by users */
    volatile uint32_t *msix;        /* mapped table */
    uint32_t mapped;                /* page-table entries that name its registers; memory_lock */
};
extern struct pci_function pci_functions[EXO_DEVICE_MAX];

/* For the kernel's own drivers, at boot. Rows are those of the device table. */
uint32_t pci_find(uint16_t vendor, uint16_t device); /* EXO_DEVICE_MAX: none */
void pci_own(uint32_t row);                          /* the kernel's for good; it masters the bus */
uint32_t pci_read(uint32_t row, uint32_t offset); /* configuration space, 32 bits, offset aligned */
/* The next capability with this id behind `after` (0: the first); 0: none. */
uint32_t pci_capability(uint32_t row, uint32_t id, uint32_t after);
/* Bytes of a BAR, mapped; NULL: not inside it. */
volatile void *pci_map(uint32_t row, uint32_t bar, uint32_t offset, uint32_t bytes);
/* MSI-X entry `index` calls the handler on a CPU, interrupts off, no lock held; false: it cannot. */
bool pci_handler(uint32_t row, uint32_t index, uint32_t cpu, void (*handler)(void));
