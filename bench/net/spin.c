/* SPDX-License-Identifier: MIT */
/* spin.c - an instance that wants the processor and nothing else; it gives the slice back when it is asked to. */
#include "lib/exo/libos.h"

int exo_main(const struct instance_start *start)
{
    (void)start;
    for (volatile uint64_t i = 0;; i++)
        ;
}
