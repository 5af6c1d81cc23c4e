/* SPDX-License-Identifier: MIT */
/*
 * record.h - what a Linux instance tells the host tool about its programs, and what the tool asks of it.
 *
 * Records travel LibOS -> host as the bytes of CHANNEL_RECORD frames (abi/exo_channel.h), requests host -> LibOS as those
 * of CHANNEL_REQUEST; init does not look into them. Both are sequences of a struct record, whose `length` counts the
 * struct and what follows, padded to a multiple of 8. Little endian. Neither side trusts the other: a bad length ends
 * the reading. Pure; the host tool uses it, too.
 */
#pragma once
#include <stdint.h>

#define RECORD_MAX         16384u
#define RECORD_TEXT_MAX    4096u /* bytes of one string in a record */
#define RECORD_BYTES_MAX   4096u /* most that `trace-bytes` may ask for */
#define RECORD_BYTES_USUAL 32u

enum record_type {
    /* LibOS to host */
    RECORD_CALL = 1, /* struct record_call, chunks: a watched call begins */
    RECORD_RESULT,   /* struct record_result, chunks: it is over */
    RECORD_SIGNAL,   /* struct record_signal: a signal is delivered to a watched process */
    RECORD_EXIT,     /* struct record_exit: a watched process ends */
    RECORD_CORE, /* struct record_core, bytes: a piece of the core file of a process; the last has none */
    RECORD_REPORT, /* text: lines of the report at the instance's end, see below */
};

struct record {
    uint32_t length;
    uint16_t type; /* enum record_type */
    uint16_t flags;
    uint64_t time_ns; /* since the machine started */
    int32_t pid, tid;
};

struct record_call {
    uint32_t number;
    uint32_t reserved;
    uint64_t argument[6];
};

struct record_result {
    uint32_t number;
    uint32_t reserved;
    int64_t result; /* also -512..-516: the call is restarted or becomes EINTR */
};

/* Memory that an argument points to: `bytes` bytes from `address` on, padded to a multiple of 8. */
struct record_chunk {
    uint64_t address;
    uint32_t bytes;
    uint32_t flags; /* RECORD_CHUNK_... */
};
#define RECORD_CHUNK_CUT 1u /* the string goes on */
#define RECORD_CHUNK_COUNT                                                                         \
    2u /* not the memory but, as a uint32_t, how many pointers are there before the NULL */

struct record_signal {
    int32_t signo, error, code, pad; /* as siginfo_t */
    uint8_t bytes[32];
};

struct record_core {
    uint64_t offset; /* of the bytes in the file; in the last piece the file's length */
    uint32_t bytes;
    int32_t signal;
};

/*
 * Lines of the report, fields separated by tabs; nothing in a field is below a space:
 *     memory  TOTAL  FREE  PEAK     KiB for programs; free at the end; most that was seen in use
 *     crash  PID  PROGRAM           the process whose core file was sent last
 *     failed  PID  PROGRAM  ERROR  CALL(ARGUMENT)     oldest first
 *     missing  COUNT  SUSPECT  PROGRAM  WHAT          SUSPECT: how often the program failed right after it
 */

struct record_exit {
    int32_t status; /* as wait4 shows it */
    int32_t reserved;
};
