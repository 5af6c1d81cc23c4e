/* SPDX-License-Identifier: MIT */
/*
 * libos.h - what an instance finds when it starts, its standard streams, and its end.
 *
 * A LibOS or app on lib/exo defines exo_main; init (libos/init) gives it frames, slices and the
 * streams.
 */
#pragma once
#include <stdarg.h>
#include <stdint.h>
#include "abi/exo_channel.h"
#include "lib/exo/instance.h"
#include "lib/exo/time.h"

#define EXO_SLOT 0 /* the slot of the instance's own capability in each of its envs */

static inline const struct instance_start *exo_instance(void)
{
    return (const struct instance_start *)INSTANCE_START_ADDRESS;
}

static inline const struct exo_machine *exo_machine_page(void)
{
    return (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
}

static inline struct instance_streams *exo_streams(void)
{
    return (struct instance_streams *)INSTANCE_STREAM_ADDRESS;
}

/* exo_time_ns - nanoseconds since boot. */
static inline uint64_t exo_time_ns(void)
{
    return exo_now_ns(exo_machine_page());
}

/* exo_arg - argument number i as written in the manifest; NULL from arg_count on. */
const char *exo_arg(uint32_t i);

/* exo_arg_number - argument i, a decimal number up to `most`; `what` it is. All else ends the program with a message. */
uint64_t exo_arg_number(uint32_t i, uint64_t most, const char *what);

/* exo_option - value of a manifest option; NULL: not given. */
const char *exo_option(const char *name);

/*
 * exo_main - the program. Written by the LibOS or app.
 *
 * Returns  exit status 0..255; all output is flushed and the instance ends
 */
int exo_main(const struct instance_start *start);

/* exo_write - all bytes to standard output (1) or error (2); sleeps while the host does not read.
 */
void exo_write(int stream, const void *bytes, uint64_t count);

/* exo_print - formatted text to standard output; at most 1023 bytes. */
void exo_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* exo_log - one line for the log of the machine (`lorica run -v`). */
void exo_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * exo_read - bytes of standard input; sleeps until there are some.
 *
 * Returns  bytes read, at least 1; 0 at the end of input
 */
uint64_t exo_read(void *bytes, uint64_t count);

/* exo_exit - end the instance with an exit status 0..255. */
_Noreturn void exo_exit(uint32_t status);

/* exo_fail - end the instance: exit kind failed, code 125, and a reason that names the thing and
 * the fix. */
_Noreturn void exo_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
