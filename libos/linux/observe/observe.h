/* SPDX-License-Identifier: MIT */
/*
 * observe.h - what the LibOS tells the host tool about programs (folder observe).
 *
 *   kind.c    what the arguments of calls are
 *   writer.c  records into the ring that init carries to the host
 *   request.c what the host asks
 *   core.c    core files
 *   exec.c    programs that the host starts
 *   gdb.c     gdb's remote protocol; debug.c stops and breakpoints, step.c where an instruction leads
 *   trace.c   system calls, signals and exits of programs, as strace shows them
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/observe/record.h"

struct process;
struct siginfo;

/* observe_start - read the instance's options: trace, trace-bytes. Before the first program. */
void observe_start(void);

/* observe_event - init took records or brought requests. */
void observe_event(void);

/* request_event - take what the host asked for, and go on with answers. Never sleeps. */
void request_event(void);

/* Is anything of programs traced? For places off the fast paths. */
extern bool trace_on;

/* trace_request - a struct request_trace. Never sleeps. */
void trace_request(const void *body, uint32_t bytes);

/* trace_signal, trace_exit - while trace_on: a signal reaches the current task; the current process ends. They may
 * sleep. */
void trace_signal(const struct siginfo *info);
void trace_exit(int wait_status);

/* trace_first - the first program was loaded: shown as the execve that nobody called. */
void trace_first(const char *path, const char *const *argv, const char *const *env);

/* --- Records (writer.c). One is built at a time, between begin and end; nothing in between sleeps.
 */

/*
 * record_begin - start a record about the current task, once there is room for the largest one.
 *
 * Bound  sleeps while the host does not take what there is
 */
void record_begin(enum record_type type);

/* record_try - the same about process `pid`, where nobody may sleep. False: there is no room now; observe_event comes
 * again when there is. */
bool record_try(enum record_type type, int pid);

/* record_add - append bytes. */
void record_add(const void *bytes, uint32_t count);

/* record_text - append text, as far as it fits, without padding: for records that hold nothing else. */
void record_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* record_user - append that much of the program's memory, all of it. -EFAULT; then the record is not to be sent. */
int record_user(uaddr_t address, uint32_t bytes);

/* record_room - bytes that still fit. */
uint32_t record_room(void);

/* record_memory - append a chunk: that much of the program's memory; nothing when it cannot be read or does not fit. */
void record_memory(uaddr_t address, uint64_t bytes);

/* record_chunk - append a chunk with bytes of the LibOS's own. */
void record_chunk(uint64_t address, const void *bytes, uint32_t count, uint32_t flags);

/* record_string - append a chunk: the string there, at most `limit` bytes of it. */
void record_string(uaddr_t address, uint32_t limit);

/* record_count - append a chunk of RECORD_CHUNK_COUNT. */
void record_count(uaddr_t address, uint32_t count);

/* record_end - send it. */
void record_end(void);
