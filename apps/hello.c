/* SPDX-License-Identifier: MIT */
/* hello.c - the smallest app: says what it was given, echoes its input, ends. Start here to write
 * your own. */
#include "lib/exo/libos.h"

static uint64_t pages_given(const struct instance_start *start)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < start->run_count; i++)
        pages += start->run[i].count;
    return pages;
}

int exo_main(const struct instance_start *start)
{
    char bytes[512];
    uint64_t count;

    exo_log("hello: instance %u with env %lx", start->index, (unsigned long)start->env);
    exo_print("hello from an exokernel: %lu pages in %u runs, %u slice positions on %u CPUs\n",
              (unsigned long)pages_given(start), start->run_count, start->position_count,
              start->cpu_count);
    for (uint32_t i = 0; exo_arg(i); i++)
        exo_print("argument %u: %s\n", i, exo_arg(i));
    while ((count = exo_read(bytes, sizeof bytes)) != 0)
        exo_write(1, bytes, count);
    return 0;
}
