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
    RECORD_PROCESS, /* struct record_process, its command: an answer to REQUEST_PROCESSES, pid in the head */
    RECORD_PROCESSES_END, /* struct record_memory */
    RECORD_EXEC_OUTPUT,   /* struct record_exec, bytes: value 1 or 2 is the descriptor */
    RECORD_EXEC_CREDIT,   /* struct record_exec: value bytes of input were taken */
    RECORD_EXEC_END,      /* struct record_exec, reason: value is the wait status */
    RECORD_REPORT,        /* text: lines of the report at the instance's end, see below */
    /* host to LibOS */
    REQUEST_PROCESSES = 64, /* nothing: all processes, please */
    REQUEST_EXEC,           /* struct request_exec, strings: start a program */
    REQUEST_EXEC_INPUT, /* struct request_input, bytes: for its standard input; none: that is the end */
    REQUEST_TRACE,      /* struct request_trace: watch these calls from now on, and no others */
    REQUEST_EXEC_SIGNAL, /* struct request_input: `bytes` is the signal's number */
    REQUEST_EXEC_ACK,    /* struct request_input: so much of its output has reached its reader */
    REQUEST_EXEC_WINDOW, /* struct request_input: `bytes` is the size of its terminal, rows << 16 | columns */
    REQUEST_EXEC_GONE, /* struct request_input: nobody is there for its streams any more; SIGHUP follows */
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

struct record_process {
    int32_t ppid, pgid, sid;
    uint32_t uid;
    uint64_t cpu_ns, start_ns;
    uint64_t resident_kib, virtual_kib;
    uint32_t tasks;
    uint8_t state; /* R S T Z, as in /proc */
    uint8_t reserved[3];
    uint32_t command_bytes, reserved2;
};

struct record_memory {
    uint64_t total_kib, free_kib; /* of the instance, for programs */
};

#define RECORD_EXEC_INPUT      8192u  /* bytes of input that may be on the way to one program */
#define RECORD_EXEC_OUTPUT_MAX 65536u /* of its output, likewise; one write may go beyond it */

struct record_exec {
    uint32_t id; /* as in the request */
    int32_t value;
    uint32_t bytes, reserved;
};

/* Strings, each with its NUL: the words of the command, variables, the working directory. */
struct request_exec {
    uint32_t id;
    uint32_t words, variables;
    uint32_t bytes;  /* of all strings */
    uint32_t window; /* its terminal's size, rows << 16 | columns; 0: it has none */
    uint32_t reserved;
};

#define REQUEST_TRACE_CALLS 480u /* numbers that fit; a multiple of 32 */

struct request_trace {
    uint32_t on;                              /* 0: watch nothing any more */
    uint32_t data_limit;                      /* as the option trace-bytes */
    uint32_t calls[REQUEST_TRACE_CALLS / 32]; /* a bit a number */
};

struct request_input {
    uint32_t id;
    uint32_t bytes;
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
