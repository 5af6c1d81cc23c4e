/* SPDX-License-Identifier: MIT */
/*
 * decode.h - the arguments and results of Linux system calls as text, in strace's form.
 *
 *   decode.c    calls as a whole: names, order of arguments, results, errors
 *   names.c     numbers that have names: flags, commands, signals
 *   structs.c   what pointers point to
 *
 * Everything that a record holds is data from a guest: nothing in it is trusted, and what is not there is shown as the
 * address.
 */
#pragma once
#include "libos/linux/observe/kind.h"
#include "libos/linux/observe/record.h"
#include "tools/text.h"

#define DECODE_CALLS 463 /* as CALL_COUNT in libos/linux/call/call.h */

/* Memory of the program that a record brought. */
struct decode_chunk {
    uint64_t address;
    const uint8_t *bytes;
    uint32_t length, flags;
};

struct decode {
    struct buffer *out;
    unsigned string_limit; /* of data and of strings in arrays */
    uint32_t number;
    uint64_t argument[6];
    uint8_t kind[6];
    unsigned count; /* of arguments */
    const struct decode_chunk *chunk;
    unsigned chunks;
    int after; /* the call is over: `result` is its result, and chunks are of then */
    int64_t result;
};

/* decode_name - "read"; "syscall_0x1ff" for a number that has no name. Shared until the next call. */
const char *decode_name(uint32_t number);

/* decode_number - of a name; -1: there is none. */
int decode_number(const char *name);

/* decode_in_class - is the call in strace's class (file, desc, process, network, signal, memory)? -1: no such class. */
int decode_in_class(uint32_t number, const char *class);

/*
 * decode_start - a call from its record.
 *
 * Returns 0, or -1 when the record is malformed
 */
int decode_start(struct decode *decode, const struct record_call *call);

/* decode_chunks - the chunks behind a record's fixed part: how many there are, at most `max`. */
unsigned decode_chunks(const uint8_t *bytes, size_t length, struct decode_chunk chunk[],
                       unsigned max);

/*
 * decode_before - what is known when the call begins: "openat(AT_FDCWD, "x", O_RDONLY".
 *
 * Returns  how many arguments were written; the others need decode->after
 */
unsigned decode_before(struct decode *decode);

/* decode_rest - the arguments from `first` on, and ")". */
void decode_rest(struct decode *decode, unsigned first);

/* decode_result - "= -1 ENOENT (No such file or directory)", with what the result means. */
void decode_result(struct decode *decode);

/* Names of numbers; shared until the next call. */
const char *decode_error(int number);  /* "ENOENT" */
const char *decode_signal(int number); /* "SIGTERM", "SIGRT_3" */

/* A siginfo as strace shows it. */
void decode_siginfo(struct buffer *out, const struct record_signal *signal);

/* A wait status: "WIFEXITED(s) && WEXITSTATUS(s) == 3". */
void decode_wait_status(struct buffer *out, int status);

/* --- For names.c and structs.c
 * --------------------------------------------------------------------- */

struct name {
    uint64_t value;
    const char *name;
};

/* All that the record has of `bytes` bytes at an address; NULL: not all of them. */
const uint8_t *decode_memory(const struct decode *decode, uint64_t address, size_t bytes);

/* The chunk that starts there; NULL: none. */
const struct decode_chunk *decode_chunk_at(const struct decode *decode, uint64_t address);

void decode_address(struct buffer *out, uint64_t address);
/* "text"...: `total` bytes of which `have` are here; `hex`: all as \x. */
void decode_text(struct buffer *out, const uint8_t *bytes, size_t have, int cut, int hex);
void decode_data(const struct decode *decode, uint64_t address, uint64_t total);
void decode_one(struct buffer *out, uint64_t value, const struct name names[], const char *unknown);
void decode_flags(struct buffer *out, uint64_t value, const struct name names[],
                  const char *unknown);
void decode_mode(struct buffer *out, uint32_t mode);
void decode_sigset(struct buffer *out, uint64_t set);

#define KIND(name, plain, capture, bytes) void show_##name(struct decode *decode, unsigned i);
#include "libos/linux/observe/kind.def"
#undef KIND
