/* SPDX-License-Identifier: MIT */
/*
 * exo_types.h - constants and structs that the kernel and its users share.
 *
 * Fixed-width fields, no pointers, padding named. Assembly may include this file: C parts are
 * inside #ifndef __ASSEMBLER__. Nothing here belongs to a LibOS.
 */
#pragma once
#ifndef __ASSEMBLER__
#include <stdint.h>
#include <assert.h>
#include "abi/exo_net.h"
#endif

#define EXO_ABI_VERSION 1

/* --- Kernel calls ------------------------------------------------------------------------------
 * `syscall` with rax = EXO_CALL_TAG << 32 | number; arguments in rdi rsi rdx r10 r8 r9; results in
 * rax (negative: -EXO_E_*) and rdx. rcx, r11, rdi, rsi, r8, r9, r10 are lost (rdi, rsi, r8..r10 read
 * as zero afterwards unless the call's row says otherwise). A `syscall` whose rax has any other
 * upper half is reflected to the env's system-call entry.
 */
#define EXO_CALL_TAG          0x4c4f5249 /* "LORI" */
#define EXO_CALL_SWITCH_FIRST 0x40       /* numbers from here on may give the CPU away */

/* --- Addresses ---------------------------------------------------------------------------------- */
#define EXO_PAGE_SHIFT 12
#define EXO_ENV_FRAME_BITS 28 /* of an env id; its generation is above */
#define EXO_PAGE_SIZE  4096
#define EXO_USER_END   0x00007ffffffff000 /* first address that users cannot map */
#define EXO_TABLE_SLOT 510                /* root entry through which an env reads its own tables */
#define EXO_TABLE_BASE                                                                             \
    0xffffff0000000000 /* level-1 entry of address a: TABLE_BASE + (a >> 12) * 8 */

/* --- Page-table entries: the bits a LibOS may set in a leaf; the kernel adds "user" ------------- */
#define EXO_PTE_PRESENT    0x001
#define EXO_PTE_WRITE      0x002
#define EXO_PTE_USER       0x004 /* set by the kernel; ignored in requests */
#define EXO_PTE_THROUGH    0x008 /* write-through */
#define EXO_PTE_UNCACHED   0x010
#define EXO_PTE_ACCESSED   0x020
#define EXO_PTE_DIRTY      0x040
#define EXO_PTE_LARGE      0x080              /* at level 2: a 2 MiB leaf */
#define EXO_PTE_SOFT       0x0000000000000e00 /* bits 9-11, for the LibOS */
#define EXO_PTE_SOFT_HIGH  0x07f0000000000000 /* bits 52-58, for the LibOS */
#define EXO_PTE_TAKEN                                                                              \
    0x0400000000000000 /* one of those, left by the kernel in the empty entry of a repossessed frame */
#define EXO_PTE_FRAME      0x000ffffffffff000
#define EXO_PTE_NO_EXECUTE 0x8000000000000000

/* struct exo_pte.address: page address | level (1..4) in bits 0-2 | flags below */
#define EXO_PT_LEVEL 0x7
#define EXO_PT_SPACE                                                                               \
    0x8 /* not a write: `entry` is the root frame number that the next entries change */
#define EXO_PT_BATCH_MAX 64

/* --- Limits ------------------------------------------------------------------------------------- */
#define EXO_CAP_SLOTS     16
#define EXO_CAP_DEPTH     8   /* components of a path */
#define EXO_FRAME_RUN_MAX 512 /* frames named by one call */
#define EXO_CONSOLE_MAX   256
#define EXO_SLEEP_WORDS   4
#define EXO_SLICE_COUNT   64 /* positions of each CPU's vector */
#define EXO_SLICE_NS      10000000
#define EXO_HANDLER_DEBT_NS                                                                        \
    (4 * EXO_SLICE_NS) /* packet handlers of an env that owes so much do not run */
#define EXO_OVERSTAY_NS                                                                            \
    1000000 /* grace after the end-of-slice upcall; then the kernel takes the CPU */
#define EXO_CPU_MAX          64
#define EXO_TRAP_DEPTH       4
#define EXO_DEVICE_MAX       32
#define EXO_GUARANTEED_MAX   16 /* frames that an env can keep from repossession */
#define EXO_REPOSSESSED_MAX  64 /* frames taken by one call; entries of the repossession vector */
#define EXO_LIMIT_ROWS       32
#define EXO_LIMIT_NONE       0xffff /* limit_set: no limit any more */
#define EXO_LIMIT_POSITIONS  0      /* kind: slice positions, of all CPUs together */
#define EXO_LIMIT_KINDS      1
#define EXO_REVOKE_FRAMES    1 /* kinds of revoke */
#define EXO_REVOKE_POSITIONS 2
#define EXO_REVOKE_KINDS     3
#define EXO_FOREVER          0xffffffffffffffff

/* --- Errors: calls return the negative ---------------------------------------------------------- */
#define EXO_E_CALL   1  /* no such kernel call: check the ABI version */
#define EXO_E_ARG    2  /* an argument is malformed: see the call's contract */
#define EXO_E_CAP    3  /* the slot is empty, or its capability does not dominate the resource */
#define EXO_E_RIGHT  4  /* the capability lacks the right: present another or have it granted */
#define EXO_E_RANGE  5  /* a number is outside the machine or the table */
#define EXO_E_FAULT  6  /* user memory could not be read or written: map it first */
#define EXO_E_KIND   7  /* the frame is not of the kind the call needs */
#define EXO_E_BUSY   8  /* in use: mapped, linked, running, or the callee is not waiting */
#define EXO_E_EXISTS 9  /* the slot or entry is taken */
#define EXO_E_NONE   10 /* no such env, device or entry */
#define EXO_E_AGAIN  11 /* interrupted before it was done; nothing lost, call again */
#define EXO_E_LIMIT  12 /* the domain's limit for this kind of thing is reached */
#define EXO_E_OVERLAP 13 /* the set overlaps one of another owner: narrow it, or ask its owner */
#define EXO_E_CODE   14 /* the verifier refuses the program: code_read says why and where */

/* --- The call `test` of test kernels ------------------------------------------------------------- */
#define EXO_TEST_AUDIT      0 /* violations of the kernel's invariants */
#define EXO_TEST_GENERATION 1 /* frame a has had b generations of envs */
#define EXO_TEST_KILL       2 /* env a dies at its kernel call number b from now; 0: no more */
#define EXO_TEST_WATCH      5 /* the caller's next call: the kernel's state before and after it; what it takes at place b fails */
#define EXO_TEST_WATCHED    7 /* of the call that was watched last: EXO_TEST_HIT | EXO_TEST_DIFFERS; rdx: places */
#define EXO_TEST_EDGES      8 /* edges of the kernel that calls of env a (0: the last one named) have gone over */
#define EXO_TEST_HIT        1 /* something failed on demand */
#define EXO_TEST_DIFFERS    2 /* the state is not as it was */
#define EXO_TEST_STATE      4 /* of env a: EXO_TEST_STOPPED, or something else */
#define EXO_TEST_STOPPED    6
#define EXO_TEST_CRASH      9 /* the kernel does something a: EXO_CRASH_*; it must not survive */
#define EXO_TEST_ESCAPE     10 /* an attack got through, as the text at a says: the kernel panics */
#define EXO_TEST_LONGEST    3 /* a: call number, 256 + vector, or 512: any. Ticks that it took at most with interrupts off; rdx: which */

#define EXO_CRASH_STACK     0 /* to 3: runs out of a stack: of calls, double faults, NMIs, debug exceptions */
#define EXO_CRASH_TEXT      4 /* writes to its code */
#define EXO_CRASH_CONSTANTS 5 /* writes to its constants */
#define EXO_CRASH_DATA      6 /* runs its data */
#define EXO_CRASH_READ      7 /* reads a page of ring 3 by accident */
#define EXO_CRASH_RUN       8 /* runs a page of ring 3 */
#define EXO_CRASH_SMASH     9 /* writes past an array of its stack */
#define EXO_CRASH_COUNT     10

/* --- Rights ------------------------------------------------------------------------------------- */
#define EXO_RIGHT_READ     0x001 /* map frames readable */
#define EXO_RIGHT_WRITE    0x002 /* map frames writable, change tables, control envs */
#define EXO_RIGHT_ALLOCATE 0x004 /* take free frames */
#define EXO_RIGHT_TIME     0x008 /* take free slice positions */
#define EXO_RIGHT_CONSOLE  0x010 /* write to the kernel's console */
#define EXO_RIGHT_DEVICE   0x020 /* claim free devices */
#define EXO_RIGHT_OBSERVE  0x040 /* map the tables that say what others hold */
#define EXO_RIGHT_MACHINE  0x080 /* turn the machine off */
#define EXO_RIGHT_GRANT    0x100 /* copy the capability to another env */
#define EXO_RIGHT_NETWORK  0x200 /* bind filters that lie in nobody's */
#define EXO_RIGHT_WX       0x400 /* map frames writable and executable at once; who gives it up has W^X from then on */
#define EXO_RIGHT_ALL      0x7ff

/* --- Trap vectors of upcalls: below 32 the processor's own -------------------------------------- */
#define EXO_VECTOR_SLICE_END                                                                       \
    0x100                      /* asynchronous: the slice is over; yield within EXO_OVERSTAY_NS */
#define EXO_VECTOR_ALARM 0x101 /* asynchronous: the deadline of alarm_set passed */
#define EXO_VECTOR_EVENT 0x102 /* asynchronous: upcall->events has new bits */
#define EXO_VECTOR_REVOKE                                                                          \
    0x103 /* asynchronous: something is asked for (revoke_count) or was taken (repossessed) */
#define EXO_VECTOR_SLICE_BEGIN 0x104 /* asynchronous: a slice begins (EXO_ENV_PROLOGUE) */

#define EXO_PENDING_SLICE_END 0x1
#define EXO_PENDING_ALARM     0x2
#define EXO_PENDING_EVENT     0x4
#define EXO_PENDING_REVOKE    0x8
#define EXO_PENDING_SLICE_BEGIN 0x10

/* Offsets used by assembly, checked below. */
#define EXO_UPCALL_MASKED         0
#define EXO_UPCALL_PENDING        4
#define EXO_UPCALL_SYSCALL_RIP    8
#define EXO_UPCALL_SYSCALL_RFLAGS 16
#define EXO_UPCALL_TRAP_DEPTH     24
#define EXO_UPCALL_TRAP           64
#define EXO_TRAP_SIZE             64
#define EXO_UPCALL_SLICE_END      40
#define EXO_UPCALL_USED           360
#define EXO_UPCALL_TRANSFERS      384
#define EXO_UPCALL_TRAPS          320

#ifndef __ASSEMBLER__

/* One trap as the kernel found it. All other registers still hold the interrupted values. */
struct exo_trap {
    uint64_t rip;
    uint64_t rflags;
    uint64_t rsp;
    uint64_t error;   /* the processor's error code, or 0 */
    uint64_t address; /* page fault: the address (CR2) */
    uint32_t vector;
    uint32_t masked; /* upcall.masked before the trap */
    uint64_t reserved[2];
};

/* A frame that was taken by force. */
struct exo_repossession {
    uint64_t frame;
    uint64_t saved; /* where its contents are now; 0: nowhere */
};

/*
 * struct exo_upcall - the page that an env shares with the kernel. The env gives the frame, maps it
 * where it likes (writable), and the kernel keeps it pinned while the env lives. The kernel trusts
 * nothing in it.
 *
 * System call reflected: syscall_rip and syscall_rflags are stored, masked := 1, rip := the
 * registered entry; all other registers (rsp too) are the program's (rcx and r11 are lost, as
 * the instruction says).
 *
 * Trap (exception or asynchronous upcall): trap[trap_depth] is filled, trap_depth += 1, masked := 1,
 * rip := the registered trap entry; all other registers, rsp included, are the interrupted ones. The
 * handler copies trap[trap_depth - 1], decrements trap_depth, and later returns by itself (see
 * lib/exo/upcall_entry.S; not with iretq, which under QEMU's TCG reads a user stack as the kernel and trips over
 * SMAP). When trap_depth is EXO_TRAP_DEPTH already, the last-resort entry is entered with
 * trap_depth 0 and masked 1; a trap there stops the env, leaves its record in the last trap[], and tells its guardian.
 *
 * Asynchronous upcalls come only while masked is 0; otherwise their EXO_PENDING bit is set in
 * `pending` (atomically), and the env looks at it after clearing masked.
 */
struct exo_upcall {
    volatile uint32_t masked;
    volatile uint32_t pending;
    volatile uint64_t syscall_rip;
    volatile uint64_t syscall_rflags;
    volatile uint32_t trap_depth;
    uint32_t reserved0;
    volatile uint64_t
        events; /* bits set by wake and by device interrupts; the env clears them atomically */
    volatile uint64_t slice_end_ns; /* when the current slice ends, nanoseconds since boot */
    uint64_t reserved1[2];
    struct exo_trap trap[EXO_TRAP_DEPTH];
    /* Counters, written by the kernel only to inform. */
    volatile uint64_t traps;         /* exceptions delivered */
    volatile uint64_t slices;        /* slices begun */
    volatile uint64_t slice_upcalls; /* end-of-slice upcalls delivered */
    volatile uint64_t preempted;     /* times the kernel took the CPU by force */
    volatile uint64_t overstay_ns;   /* time used after the end of slices; taken off later slices */
    volatile uint64_t used_ns;       /* CPU time used */
    volatile uint64_t sleeps;
    volatile uint64_t wakes;
    volatile uint64_t transfers; /* control transfers received */
    volatile uint64_t handler_ns; /* run by its rings' packet handlers in slices of others; taken off later slices */
    /* Revocation: what is asked for, how many are still owed, until when; and what was taken, newest at
     * repossession[(repossessed - 1) % EXO_REPOSSESSED_MAX]. */
    volatile uint64_t revoke_kind, revoke_count, revoke_deadline_ns;
    volatile uint64_t repossessed;
    struct exo_repossession repossession[EXO_REPOSSESSED_MAX];
};
static_assert(sizeof(struct exo_trap) == EXO_TRAP_SIZE, "trap record");
static_assert(__builtin_offsetof(struct exo_upcall, trap) == EXO_UPCALL_TRAP, "trap records");
static_assert(__builtin_offsetof(struct exo_upcall, syscall_rip) == EXO_UPCALL_SYSCALL_RIP, "rip");
static_assert(__builtin_offsetof(struct exo_upcall, trap_depth) == EXO_UPCALL_TRAP_DEPTH, "depth");
static_assert(__builtin_offsetof(struct exo_upcall, traps) == EXO_UPCALL_TRAPS, "counter");
static_assert(__builtin_offsetof(struct exo_upcall, slice_end_ns) == EXO_UPCALL_SLICE_END, "slice");
static_assert(__builtin_offsetof(struct exo_upcall, used_ns) == EXO_UPCALL_USED, "time");
static_assert(__builtin_offsetof(struct exo_upcall, transfers) == EXO_UPCALL_TRANSFERS, "counter");
static_assert(sizeof(struct exo_upcall) <= EXO_PAGE_SIZE, "one page");

/* How an env starts and where it is entered; env_create copies it. Addresses are below EXO_USER_END. */
struct exo_env_config {
    uint64_t root; /* frame number of its root table */
    uint64_t
        upcall_frame; /* frame of its struct exo_upcall: kind data, covered by the same capability */
    uint64_t rip, rsp; /* first instruction and stack */
    uint64_t argument; /* rdi at the first instruction */
    uint64_t gs_base;  /* user GS base at the first instruction */
    uint64_t
        syscall_entry; /* reflected system calls; 0: a foreign syscall is trap 6 (invalid opcode) */
    uint64_t trap_entry;                   /* exceptions and asynchronous upcalls */
    uint64_t last_resort;                  /* 0: a trap at full depth stops the env */
    uint64_t transfer_entry, transfer_rsp; /* protected control transfer; 0: not callable */
    uint64_t guardian;    /* env told (event bit 63) when this one is stopped; 0: none */
    uint64_t open_events; /* event bits that any env may set by wake, without a capability */
    uint64_t flags;       /* EXO_ENV_* */
};
#define EXO_ENV_OPEN_TRANSFER 0x1 /* any env may call it by protected control transfer */
#define EXO_ENV_NO_EPILOGUE   0x2 /* no upcall at the end of slices: the kernel switches at once */
#define EXO_ENV_PROLOGUE      0x4 /* an upcall at the start of each slice, EXO_VECTOR_SLICE_BEGIN */
#define EXO_ENV_FLAGS         0x7
#define EXO_EVENT_STOPPED     63  /* event bit at the guardian */
#define EXO_EVENT_DMA_FAULT   62  /* event bit at envs with interrupts of a function: the IOMMU refused an access */

/* What revoke_prepare is told. */
struct exo_revoke_plan {
    uint64_t guaranteed_count;
    uint64_t guaranteed
        [EXO_GUARANTEED_MAX]; /* frames that are never repossessed: handlers, their stacks */
    uint64_t save_first,
        save_count; /* a run of frames for the contents of what is taken; used up one by one */
};

/* A capability as data, made by token_seal. The kernel checks it whole; who has it can open it. */
struct exo_token {
    uint64_t part[2]; /* path */
    uint16_t depth, rights;
    uint32_t reserved;
    uint64_t issuer; /* env; the token is worth something while it lives */
    uint64_t epoch;
    uint64_t mac;
};

struct exo_pte {
    uint64_t address; /* page address | level | EXO_PT_SPACE */
    uint64_t
        entry; /* 0: remove; a leaf: frame << 12 | bits; above level 1 without LARGE: link to a table frame */
};

struct exo_sleep_word {
    uint64_t address; /* of an aligned 32-bit word of the env's memory, mapped readable */
    uint32_t value;   /* sleep while the word has this value */
    uint32_t reserved;
};

/* A capability as cap_read shows it. Unused components are 0; components are 1..65535. */
struct exo_cap {
    uint16_t path[EXO_CAP_DEPTH];
    uint16_t depth; /* 0: the root */
    uint16_t rights;
    uint16_t present;
    uint16_t reserved;
};

enum exo_frame_kind {
    EXO_FRAME_NONE = 0, /* no memory here */
    EXO_FRAME_FREE = 1,
    EXO_FRAME_DATA = 2,
    EXO_FRAME_TABLE = 3, /* page table; level says which; 4 is an address space */
    EXO_FRAME_ENV = 4,
    EXO_FRAME_KERNEL = 5,
    EXO_FRAME_EXPOSED = 6, /* kernel tables that may be mapped read-only */
    EXO_FRAME_UPCALL = 7,  /* an env's upcall page; mapped and counted like data, but pinned */
    EXO_FRAME_NET = 8,     /* net table; may be mapped read-only */
    EXO_FRAME_RING = 9,    /* shared part of a packet ring; mapped and counted like data, but pinned */
    EXO_FRAME_CODE = 10, /* a downloaded program's; level 1: its record, which has the generation of its id; 3: its page table */
    EXO_FRAME_DMA = 11, /* table of the IOMMU; level as of page tables; pinned by functions that are attached to it */
};
#define EXO_TABLE_DMA 8 /* table_create: with the level: a table of the IOMMU */
#define EXO_FRAME_FLAG_USED                                                                        \
    0x1 /* has held a domain's data: zeroed before the next domain gets it */
#define EXO_FRAME_FLAG_PUBLIC     0x2 /* exposed: needs no right to map */
#define EXO_FRAME_FLAG_TAKEN      0x4 /* is being repossessed: cannot be mapped any more */
#define EXO_FRAME_FLAG_GUARANTEED 0x8 /* cannot be repossessed: revoke_prepare */

/* One row of the frame table. guard: path components, 16 bits each, first component lowest. */
struct exo_frame {
    uint64_t guard[2];
    uint32_t references; /* leaf entries that name the frame, plus pins */
    uint16_t links;      /* table: entries of higher tables that name it */
    uint8_t kind;        /* enum exo_frame_kind */
    uint8_t level;       /* table: 1..4; env: 1 when it is stopped for good */
    uint8_t flags;
    uint8_t guard_depth;
    uint16_t reserved; /* env: bits 32-47 of its generation */
    uint32_t extra; /* env: bits 0-31; its id is generation << EXO_ENV_FRAME_BITS | frame number */
};
static_assert(sizeof(struct exo_frame) == 32, "frame row");

/* One position of a CPU's slice vector. */
struct exo_slice {
    uint64_t env; /* env that runs next in this position; 0: the position is free */
    uint64_t guard[2];
    uint32_t guard_depth;
    uint32_t turns; /* times the position came up */
};

struct exo_bar {
    uint64_t address; /* physical; 0: none */
    uint64_t length;
};

/* One PCI function. Configuration space is reached by device_read and device_write. */
struct exo_device {
    uint16_t present;
    uint16_t address; /* bus << 8 | device << 3 | function */
    uint16_t vendor, device;
    uint32_t class_code; /* class << 16 | subclass << 8 | interface */
    uint16_t interrupts; /* MSI-X table size; 0: none */
    uint16_t claimed;    /* 1: by owner_guard; EXO_DEVICE_KERNEL: by a driver of the kernel's */
    uint64_t owner_guard[2];
    uint32_t owner_depth;
    uint32_t faults; /* accesses of it that the IOMMU refused, as far as it told */
    struct exo_bar bar[6];
};
#define EXO_DEVICE_KERNEL 2

/* What row_read is asked for, and writes. */
#define EXO_ROW_FRAME  0
#define EXO_ROW_SLICE  1
#define EXO_ROW_DEVICE 2
union exo_row {
    struct exo_frame frame;
    struct exo_slice slice;
    struct exo_device device;
};

/* The machine page: readable by anyone who maps it (frame of kind exposed, public). */
struct exo_machine {
    uint32_t version; /* EXO_ABI_VERSION */
    uint32_t size;    /* of this struct */
    uint32_t cpu_count;
    uint32_t features;      /* EXO_FEATURE_* */
    uint64_t frame_count;   /* rows of the frame table; frame numbers below it may exist */
    uint64_t machine_frame; /* this page */
    uint64_t frame_table_frame, frame_table_pages; /* struct exo_frame[]; needs observe */
    uint64_t slice_frame, slice_pages;   /* struct exo_slice[cpu][EXO_SLICE_COUNT]; needs observe */
    uint64_t device_frame, device_pages; /* struct exo_device[EXO_DEVICE_MAX]; needs observe */
    uint64_t module_frame, module_bytes; /* the boot archive */
    uint64_t init_env;
    uint64_t tsc_base; /* nanoseconds since boot = ((tsc - tsc_base) * tsc_mult) >> tsc_shift, */
    uint64_t tsc_mult; /*   computed in 128 bits */
    uint32_t tsc_shift;
    uint32_t
        xsave_bytes; /* size of the extended state that XSAVE stores with every enabled component */
    uint64_t tsc_hz;
    uint64_t entry_tsc; /* time-stamp counter at the kernel's first instruction */
    uint64_t rtc;       /* the real-time clock at nanosecond 0, a byte each, lowest first: second, minute, hour, day, month,
                         * year of the century, and register B (4: numbers are binary, not BCD): exo_wall_ns */
    char command_line[1024];
    struct exo_net_card net; /* all 0 without a card */
    volatile uint64_t frames_free; /* rows of kind free now */
    uint32_t dma_levels;     /* of IOMMU tables; 0: no IOMMU, only who is trusted gets devices that master the bus */
    uint32_t reserved0;
    uint32_t apic_id[EXO_CPU_MAX]; /* of CPU n, below cpu_count: with CPUID leaves 4 and 11 the topology (lib/exo/topology.h) */
};
#define EXO_FEATURE_FSGSBASE 0x1 /* ring 3 may use RDFSBASE and the like */
#define EXO_FEATURE_XSAVE    0x2
#define EXO_FEATURE_PKU      0x4
#define EXO_FEATURE_NX       0x8
#define EXO_FEATURE_COUNTERS \
    0x10 /* RDPMC of fixed counters 0 and 1 (instructions, cycles of ring 3) is for everybody: counters=1 */

/* Where init finds itself: rdi at its first instruction is the address of this. */
struct exo_init_start {
    uint64_t machine; /* address of struct exo_machine, mapped read-only */
    uint64_t upcall;  /* address of init's struct exo_upcall */
    uint64_t root;    /* frame number of init's root table */
    uint64_t env;     /* init's env id */
    uint64_t stack_top;
    uint64_t image_start, image_end; /* init's ELF as mapped */
};
#define EXO_INIT_SLOT 0 /* init's slot with the root capability and all rights */

#include "abi/exo_code.h"
#endif
