/* SPDX-License-Identifier: MIT */
/*
 * instance.h - what init hands to a LibOS or app that it starts, and the rings between them.
 *
 * init creates for each instance of the manifest: a capability (path: one component, the instance's
 * index + 1; slot 0 of every env of the instance), frames under that guard, one address space whose root
 * entry INSTANCE_SLOT leads to all that is listed here, one env, and slice positions on every CPU.
 * The first env starts at the ELF's entry point with rdi = INSTANCE_START_ADDRESS, on a stack of
 * INSTANCE_STACK_BYTES below INSTANCE_STACK_TOP, gs_base 0, masked 1, with no entries registered but
 * its ELF symbols of the names below, which init looks up in the symbol table (missing: 0):
 *     instance_syscall_entry, instance_trap_entry, instance_last_resort
 */
#pragma once
#include "abi/exo_types.h"

#define INSTANCE_SLOT          192
#define INSTANCE_IMAGE_ADDRESS 0x600000000000 /* ELF images are linked here, 1 GiB at most */
#define INSTANCE_START_ADDRESS                                                                     \
    0x600040000000 /* struct instance_start, read-only, as many pages as needed */
#define INSTANCE_MACHINE_ADDRESS 0x600041000000 /* struct exo_machine, read-only */
#define INSTANCE_STREAM_ADDRESS                                                                    \
    0x600042000000 /* struct instance_streams, read-write, shared with init */
#define INSTANCE_UPCALL_ADDRESS                                                                    \
    0x600043000000 /* upcall page of env n: + n * 4096; init maps n = 0 */
#define INSTANCE_STACK_TOP   0x600044000000
#define INSTANCE_STACK_BYTES 65536
#define INSTANCE_ROOT_ADDRESS                                                                      \
    0x600080000000 /* the root archive, read-only, page aligned; at most 4 GiB */
#define INSTANCE_LINEAR_ADDRESS                                                                    \
    0x604000000000 /* for the LibOS: its own map of its frames, frame * 4096 + this */
#define INSTANCE_RUN_MAX 64

#define INSTANCE_MAGIC 0x3145434e4154534e /* "NSTANCE1" */

struct instance_run {
    uint64_t first; /* frame number */
    uint64_t count;
};

/* A set of packets that init has claimed for the instance: row is the filter, under the instance's guard. */
struct instance_claim {
    uint32_t row;
    uint16_t ethertype;    /* EXO_NET_* below, in the processor's byte order */
    uint16_t port;         /* with port_mask: that of the packet to receive, or the source port to send from */
    uint16_t port_mask;    /* 0: all ports */
    uint8_t protocol;      /* 0: all */
    uint8_t receive_only;  /* groups and broadcasts */
    uint8_t address[16];   /* destination; IPv4 as ::ffff:a.b.c.d */
};

struct instance_address {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint8_t prefix;      /* bits; of the 32 of IPv4 */
    uint8_t ipv6;
    uint8_t shared; /* another instance has it too, with other ports */
    uint8_t reserved;
};

#define INSTANCE_NET_CLAIMS    40
#define INSTANCE_NET_ADDRESSES 4
#define INSTANCE_NET_SERVERS   3

/* The instance's network. The card's features are in the machine page. */
struct instance_net {
    uint32_t present; /* 0: it has none, all below is 0 */
    uint16_t mtu;
    uint8_t mac[6];
    uint32_t address_count;
    struct instance_address address[INSTANCE_NET_ADDRESSES];
    uint8_t gateway4[16], gateway6[16]; /* all 0: none */
    uint32_t dns_count;
    uint8_t dns[INSTANCE_NET_SERVERS][16];
    uint16_t local_port_first, local_port_count; /* for connections that it opens; count 0: all */
    uint32_t claim_count;
    struct instance_claim claim[INSTANCE_NET_CLAIMS];
};

/*
 * Strings are offsets into the start block (from its first byte), NUL-terminated. arg_offset points to
 * an array of arg_count uint32_t offsets; likewise env and option (pairs: name, value).
 */
#define INSTANCE_DEVICES 4
struct instance_device {
    uint32_t row; /* of the device table: what calls want */
    uint32_t reserved;
    struct exo_device device; /* as it was when the instance started */
};

struct instance_start {
    uint64_t magic;
    uint32_t size;       /* bytes of the whole start block */
    uint32_t index;      /* instance number */
    uint64_t root_frame; /* its address space */
    uint64_t env;        /* id of its first env */
    uint64_t
        init_env; /* whom to wake about the streams: event bit STREAM_EVENT(index), open to all */
    uint64_t archive_bytes; /* at INSTANCE_ROOT_ADDRESS; 0: none */
    uint64_t
        archive_frame; /* its first frame (contiguous), guarded by the instance, mapped read-only there */
    uint64_t memory_limit; /* pages that it may come to hold in all; grants, below */
    uint32_t cpu_count;                      /* CPUs on which it owns slice positions */
    uint32_t position_first, position_count; /* its positions on every CPU */
    uint32_t run_count;
    struct instance_run run
        [INSTANCE_RUN_MAX]; /* free frames given to it: kind data, unmapped, contents undefined */
    uint32_t name_offset, cwd_offset;
    uint32_t arg_count, arg_offset;
    uint32_t env_count, env_offset;
    uint32_t option_count, option_offset;
    uint32_t tty_mask; /* bit n: descriptor n is the terminal */
    uint16_t rows, columns;
    struct instance_net net;
    uint32_t device_count;
    uint32_t reserved0;
    struct instance_device device[INSTANCE_DEVICES]; /* guarded by the instance */
};

/*
 * Who wakes whom: the LibOS wakes init (STREAM_EVENT) after it wrote to out, err, log or record, after it took from `in` or
 * `request`, and after it stored `exited`. init wakes the first env (STREAM_EVENT_IN) after input, its end, a request, a
 * signal, a new window, and after it took from a ring that was more than half full; so a writer that waits for room waits until the ring is full.
 *
 * A ring of bytes with one writer and one reader: `written` and `taken` count bytes for ever (mod 2^32);
 * written - taken bytes are in the ring. The writer stores the bytes, then `written` (release); the reader
 * loads `written` (acquire), copies, then stores `taken` (release). Neither trusts the other: a difference
 * above the size means a broken peer and ends the instance.
 */
struct instance_ring {
    volatile uint32_t written;
    volatile uint32_t taken;
    uint32_t size_bytes; /* a power of two; set by init, informative: use the constants */
    uint32_t reserved;
};

#define STREAM_IN_BYTES  32768
#define STREAM_OUT_BYTES 65536
#define STREAM_ERR_BYTES 16384
#define STREAM_LOG_BYTES 16384
#define STREAM_RECORD_BYTES  65536
#define STREAM_REQUEST_BYTES 8192

/*
 * Memory comes and goes while an instance runs.
 * It asks for more: it stores memory_wanted, adds 1 to memory_asked, and wakes init. init gives what its policy allows, maybe
 * nothing: it puts runs of frames (kind data, under the instance's guard, unmapped, contents undefined) into grant[], counts
 * grants_written, then stores memory_answered = memory_asked, and wakes. The LibOS takes runs and counts grants_taken.
 * It is asked for some by the kernel's call revoke (EXO_VECTOR_REVOKE): it gives frames back with frame_free and wakes init,
 * until upcall->revoke_count are free. What it has not given at the deadline is taken by force.
 */
#define INSTANCE_GRANTS 64

struct instance_streams {
    struct instance_ring in;  /* init -> LibOS: standard input */
    struct instance_ring out; /* LibOS -> init */
    struct instance_ring err;
    struct instance_ring
        log; /* text lines ending in '\n'; a line starting with "\001" belongs to the exit summary */
    struct instance_ring record;  /* LibOS -> init: what it tells the host tool, in a form of its own */
    struct instance_ring request; /* init -> LibOS: what the host tool asks of it */
    volatile uint32_t in_end; /* init: no more input will follow what is in the ring */
    volatile uint32_t
        signals;              /* init ORs 1 << enum channel_signal; the LibOS exchanges it with 0 */
    volatile uint32_t window; /* init: rows << 16 | columns; 0: unchanged */
    volatile uint32_t
        exited; /* LibOS: stored last, 1: the fields below are valid and all output is in the rings */
    uint32_t exit_kind; /* enum channel_exit_kind */
    uint32_t exit_code;
    char exit_reason[232];
    /* More memory: see below. */
    volatile uint32_t memory_wanted; /* pages */
    volatile uint32_t memory_asked, memory_answered;
    volatile uint32_t grants_written, grants_taken;
    uint32_t reserved[1];
    struct instance_run grant[INSTANCE_GRANTS];
    uint8_t in_bytes[STREAM_IN_BYTES] __attribute__((aligned(4096)));
    uint8_t out_bytes[STREAM_OUT_BYTES];
    uint8_t err_bytes[STREAM_ERR_BYTES];
    uint8_t log_bytes[STREAM_LOG_BYTES];
    uint8_t record_bytes[STREAM_RECORD_BYTES];
    uint8_t request_bytes[STREAM_REQUEST_BYTES];
};

#define STREAM_EVENT(index) ((index) % 32) /* init's event bit that instance `index` sets by wake */
#define STREAM_EVENT_IN                                                                            \
    0 /* event bit that init sets in the LibOS's first env: input, signal, window, room in a ring */
