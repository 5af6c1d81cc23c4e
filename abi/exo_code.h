/* SPDX-License-Identifier: MIT */
/*
 * exo_code.h - downloaded code: what programs, loaders and the kernel agree on.
 *
 * A program is an array of 8-byte eBPF instructions (RFC 9669) for one of three types. The type fixes the context that r1
 * points to, the regions that may be accessed, the helpers, the budget and the meaning of the result. Memory is named by
 * region and offset: a pointer is EXO_CODE_POINTER(region, offset), never an address of the machine.
 */
#pragma once
#ifndef __ASSEMBLER__
#include <stdint.h>

#define EXO_CODE_INSNS_MAX    4096 /* instructions of a program */
#define EXO_CODE_STACK        512  /* bytes below r10 */
#define EXO_CODE_PROGRAMS     512  /* programs of the machine, numbered from 0 */
#define EXO_CODE_PROGRAMS_OWN 64   /* of all whose paths begin alike */
#define EXO_CODE_FRAMES_MIN   8    /* frames that a program is made of */
#define EXO_CODE_FRAMES_MAX   255
#define EXO_CODE_MEMORY_CHUNK 64    /* of them, named by one call */
#define EXO_CODE_MEMORY_MAX   254   /* frames of a program's memory window */
#define EXO_CODE_RODATA_MAX   65536 /* bytes of constants */
#define EXO_CODE_INPUT_MAX    4096  /* bytes given to a test run or an ownership function */
/* What a run may cost, in instructions of the processor: `cost` of its longest path without a backward jump (proved) and `fuel` for these. */
#define EXO_CODE_PACKET_COST    5120
#define EXO_CODE_PACKET_FUEL    5120
#define EXO_CODE_PREDICATE_COST 10240
#define EXO_CODE_SENDS          4 /* frames that one run of a packet handler may send */
#define EXO_CODE_REACH          2048 /* bytes that are mapped behind the start of packet, reply and input */

enum exo_code_type {
    EXO_CODE_PACKET = 1,    /* packet handler: result is a verdict */
    EXO_CODE_PREDICATE = 2, /* wakeup predicate: result 0 sleeps on */
    EXO_CODE_OWNERSHIP = 3, /* disk ownership function: result 0, or the block is refused */
    EXO_CODE_TYPES = 4,
};

enum exo_code_region {
    EXO_CODE_NONE = 0,
    EXO_CODE_CONTEXT = 1,
    EXO_CODE_STACK_REGION = 2,
    EXO_CODE_PACKET_REGION = 3, /* the received frame; read-only */
    EXO_CODE_REPLY = 4,         /* a frame under construction */
    EXO_CODE_MEMORY = 5,        /* frames of the program's owner, in the order of loading */
    EXO_CODE_INPUT = 6,         /* the bytes of a metadata block; read-only */
    EXO_CODE_RODATA = 7,        /* constants loaded with the program; read-only */
    EXO_CODE_REGIONS = 8,
};

/* What a pointer looks like in a register. Accesses use the low 32 bits of the sum of register and offset. */
#define EXO_CODE_POINTER(region, offset) ((uint64_t)(region) << 48 | (offset))

/* Verdicts of packet handlers. */
#define EXO_CODE_DELIVER  0 /* to the ring, as if there were no handler */
#define EXO_CODE_CONSUMED 1
#define EXO_CODE_DROP     2
#define EXO_CODE_TRANSFER                                                                          \
    4 /* added to one of them: the ring's env is woken and gets the rest of the slice that the packet interrupted, if its position
         is one under the env's guard */

/* Contexts: 8-byte aligned; pointer fields are read with 8-byte loads, all others with loads of their size. */
struct exo_code_packet {
    uint64_t packet, packet_end;
    uint64_t reply, reply_end;
    uint64_t memory, memory_end;
    uint64_t now_ns;
    uint32_t length;
    uint32_t
        flags; /* where the IP header begins, 0: malformed; times 65,536: where the TCP or UDP header does, 0: none, or a fragment */
};

struct exo_code_predicate {
    uint64_t memory, memory_end;
    uint64_t now_ns;
};

struct exo_code_ownership {
    uint64_t input, input_end;
    uint64_t block;    /* number of the block that the input is */
    uint64_t argument; /* whatever the template says */
};

/* Helper numbers: `call N`. Pointer and length are checked when the helper runs; what is wrong ends the run. */
#define EXO_CODE_HELPER_COPY 1 /* copy(to, from, bytes): within and between regions; 0 */
#define EXO_CODE_HELPER_CHECKSUM                                                                   \
    2 /* checksum(from, bytes, seed): folded 16-bit one's complement sum, not inverted */
#define EXO_CODE_HELPER_SEND                                                                       \
    3 /* send(from, bytes): transmit if the run ends well; 0, or -1 after EXO_CODE_SENDS */
#define EXO_CODE_HELPER_WAKE                                                                       \
    4 /* wake(events): event bits set at the owner if the run ends well; 0 */
#define EXO_CODE_HELPER_OWN 5 /* own(first, count, type): these blocks are owned by the input; 0 */
#define EXO_CODE_HELPERS    6
#define EXO_CODE_HELPER_COST                                                                       \
    96 /* of a call; copy: and one for every 8 bytes (downwards: 8); checksum: 8 */

/* Why a program is refused; `insn` says where. */
enum exo_code_error {
    EXO_CODE_OK = 0,
    EXO_CODE_E_LENGTH,    /* no instructions, or more than EXO_CODE_INSNS_MAX */
    EXO_CODE_E_OPCODE,    /* no such instruction, or one that is not accepted here */
    EXO_CODE_E_FIELD,     /* a field that must be zero is not, or a register above r10 */
    EXO_CODE_E_JUMP,      /* a jump out of the program or into the middle of an instruction */
    EXO_CODE_E_UNREACHED, /* no path leads here */
    EXO_CODE_E_LOOP,      /* a backward jump in a type that allows none */
    EXO_CODE_E_END,       /* control runs past the last instruction */
    EXO_CODE_E_UNINIT,    /* a register or stack byte is read that was not written on every path */
    EXO_CODE_E_FRAME,     /* r10 is written */
    EXO_CODE_E_NOT_POINTER, /* memory is accessed through a number */
    EXO_CODE_E_MIXED,       /* one instruction reaches two regions, depending on the path */
    EXO_CODE_E_ARITHMETIC,  /* an operation that pointers do not have */
    EXO_CODE_E_COMPARE,     /* a comparison that pointers do not have */
    EXO_CODE_E_LEAK,        /* a pointer would become a number or leave the registers */
    EXO_CODE_E_CONTEXT,   /* no context field of this offset and size, or a write to the context */
    EXO_CODE_E_STACK,     /* outside the stack, or at an offset that depends on the path */
    EXO_CODE_E_READ_ONLY, /* a write to a region that is read-only for this type */
    EXO_CODE_E_REGION,    /* this type has no such region */
    EXO_CODE_E_ATOMIC,    /* an atomic operation outside memory and stack, or not aligned */
    EXO_CODE_E_HELPER,    /* this type has no such helper */
    EXO_CODE_E_ARGUMENT,  /* a helper's argument is not of its kind */
    EXO_CODE_E_RESULT,    /* the result is not a number */
    EXO_CODE_E_COMPLEX, /* too many steps, or more than 16 pointers and bounds kept on the stack */
    EXO_CODE_E_COST,    /* the longest path costs more (`detail`) than the type allows */
    EXO_CODE_E_MEMORY,  /* more frames are needed for checking or compiling */
    EXO_CODE_ERRORS,
};

/* Why a run ended early. The program's staged effects are dropped; writes to its own memory stay. */
enum exo_code_abort {
    EXO_CODE_RAN = 0,
    EXO_CODE_A_BOUNDS = 1,    /* outside a region */
    EXO_CODE_A_FUEL = 2,      /* budget used up */
    EXO_CODE_A_ALIGN = 3,     /* an atomic operation on an unaligned address */
    EXO_CODE_A_HELPER = 4,    /* a helper's pointer, length or number */
    EXO_CODE_A_RESULT = 5,    /* a result that the type does not have */
    EXO_CODE_A_UNREACHED = 6, /* a place that cannot be reached: the kernel has a bug */
    EXO_CODE_ABORTS = 7,
};

/* Blocks that an ownership function says its input owns. */
struct exo_code_extent {
    uint64_t first;
    uint32_t count, type;
};

/* What code_read says of a program. */
struct exo_code_report {
    uint32_t state; /* EXO_CODE_STATE_* */
    uint32_t type;
    uint32_t error;  /* enum exo_code_error; 0 when accepted */
    uint32_t insn;   /* where */
    uint32_t detail; /* register, region, offset: see lib/exo/code.h */
    uint32_t insns;
    uint32_t steps;          /* instructions that the verifier looked at */
    uint32_t loops;          /* backward jumps, metered */
    uint32_t proved;         /* accesses proved in bounds */
    uint32_t guarded;        /* accesses checked when they run */
    uint32_t result_guarded; /* 1: the range of the result is checked when the program ends */
    uint32_t cost;           /* longest path without a backward jump */
    uint32_t
        fuel; /* further cost that backward jumps and helpers may use up; cost + fuel bounds every run */
    uint32_t text_bytes;
    uint32_t frames; /* kept, of those given */
    uint32_t users;  /* attachments */
    uint64_t runs, aborts;
    uint32_t abort_reason, abort_insn; /* of the last aborted run */
};
#define EXO_CODE_STATE_EMPTY   1 /* has frames, no program yet */
#define EXO_CODE_STATE_CHECK   2 /* being verified or compiled: call code_load again */
#define EXO_CODE_STATE_READY   3
#define EXO_CODE_STATE_REFUSED 4
#define EXO_CODE_STATE_WORK    5 /* in a code_load at this moment */

/* What code_load loads. */
struct exo_code_image {
    uint32_t type;         /* enum exo_code_type */
    uint32_t insn_count;   /* at most EXO_CODE_INSNS_MAX */
    uint64_t insns;        /* address of 8-byte instructions */
    uint64_t rodata;       /* address of constants */
    uint32_t rodata_bytes; /* at most EXO_CODE_RODATA_MAX */
    uint32_t reserved;     /* 0 */
};

/* A test run: what the program gets, and what came out. */
struct exo_code_test {
    uint64_t input;       /* address: the packet, or the bytes of the block; a predicate has none */
    uint32_t input_bytes; /* at most EXO_CODE_REACH (packet), EXO_CODE_INPUT_MAX */
    uint32_t
        output_bytes; /* in: room; out: bytes that there were, of which at most `room` are written */
    uint64_t
        output; /* address: struct exo_code_extent[] of an ownership function; frames that a handler would send */
    uint64_t block, argument; /* of an ownership function; flags of a packet */
    uint64_t result;          /* out, as the rest */
    uint32_t abort, insn;     /* enum exo_code_abort, and where */
    uint32_t fuel;            /* left; 0 when it was used up */
    uint32_t sends;           /* frames */
    uint64_t wake;            /* event bits */
};

_Static_assert(sizeof(struct exo_code_packet) == 64 && sizeof(struct exo_code_report) == 88 &&
                   sizeof(struct exo_code_image) == 32 && sizeof(struct exo_code_test) == 72,
               "code");
#endif
