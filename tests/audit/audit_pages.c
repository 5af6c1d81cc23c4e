/* SPDX-License-Identifier: MIT */
/* audit_pages.c - the audit's view of the kernel's half of address spaces. */
#include "arch/x86_64/cpu.h"
#include "core/frame.h"
#include "core/klog.h"
#include "tests/audit/audit.h"

#define SLOT_MAP    508
#define SLOT_WINDOW 509
#define SLOT_IMAGE  511

static const uint64_t *table_of(uint64_t entry)
{
    return frame_window((entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT);
}

void audit_kernel_half(uint64_t root)
{
    const uint64_t *entries = frame_window(root);
    const uint64_t *kernel = frame_window(kernel_root_physical >> EXO_PAGE_SHIFT);
    uint64_t self = root << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_USER |
                    EXO_PTE_NO_EXECUTE;
    uint32_t wrong = 0;

    for (uint32_t i = TABLE_USER_HALF; i < TABLE_ENTRIES; i++) {
        uint64_t entry = entries[i] & ~(uint64_t)EXO_PTE_ACCESSED;
        uint64_t want = i == EXO_TABLE_SLOT ? self : kernel[i] & ~(uint64_t)EXO_PTE_ACCESSED;

        if (entry != want)
            wrong++;
    }
    if (wrong)
        audit_say("root %lu: %u entries of the kernel's half are not the kernel's", root, wrong);
}

bool audit_window(uint64_t frame)
{
    uint64_t address = WINDOW_BASE + (frame << EXO_PAGE_SHIFT);
    uint64_t entry = *kernel_entry_slot(address);

    return entry & EXO_PTE_PRESENT;
}

/* No page of the kernel is writable and executable, none is a user's. */
static void check_page(uint64_t entry, uint32_t slot, uint64_t index)
{
    if (entry & EXO_PTE_PRESENT &&
        ((entry & EXO_PTE_WRITE && !(entry & EXO_PTE_NO_EXECUTE)) ||
         entry & EXO_PTE_USER))
        audit_say("kernel page %lu of slot %u: %lx", index, slot, entry);
}

void audit_kernel_pages(void)
{
    static const uint32_t slots[] = {SLOT_MAP, SLOT_WINDOW, SLOT_IMAGE};
    const uint64_t *root = frame_window(kernel_root_physical >> EXO_PAGE_SHIFT);

    for (uint32_t s = 0; s < 3; s++) {
        const uint64_t *third = table_of(root[slots[s]]);

        for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
            if (!(third[i] & EXO_PTE_PRESENT))
                continue;
            for (uint64_t j = 0; j < TABLE_ENTRIES; j++) {
                uint64_t second = table_of(third[i])[j];

                for (uint64_t k = 0; second & EXO_PTE_PRESENT && k < TABLE_ENTRIES; k++)
                    check_page(table_of(second)[k], slots[s], i << 18 | j << 9 | k);
            }
        }
    }
}

/* Write protection, no access to or execution of what is ring 3's, no execution of data: always, on every CPU. */
void audit_control(void)
{
    uint64_t cr0, cr4, efer = msr_read(MSR_EFER);
    uint64_t want4 = 1 << 5 | (uint64_t)features.umip << 11 | (uint64_t)features.smep << 20 |
                     (uint64_t)features.smap << 21 | (uint64_t)features.pku << 22 |
                     1 << 16 | 1 << 18;
    uint64_t mask4 = 1 << 5 | 1 << 8 | 1 << 11 | 1 << 16 | 1 << 18 | 7 << 20;

    want4 |= (uint64_t)features.counters << 8;
    __asm__ volatile("movq %%cr0, %0\n\tmovq %%cr4, %1" : "=r"(cr0), "=r"(cr4));
    if ((cr0 & 0x8001002c) != 0x80010020) /* PG, WP, NE; no emulation, no laziness */
        panic("audit: CR0 is %lx", cr0);
    if ((cr4 & mask4) != want4)
        panic("audit: CR4 is %lx, not %lx", cr4 & mask4, want4);
    if (!(efer & 1) || !(efer & 1 << 11))
        panic("audit: EFER is %lx", efer);
}
