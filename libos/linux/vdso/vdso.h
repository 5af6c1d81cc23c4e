/* SPDX-License-Identifier: MIT */
/* vdso.h - the ELF image that every process has mapped, so that reading a clock is no system call. */
#pragma once
#include "libos/linux/mm/mm.h"
#include "libos/linux/vdso/vdso_data.h"

/* struct vdso_data is one page, the image follows it. */
#define VDSO_DATA_ADDRESS 0x7fffb7ffe000ul

static inline uint64_t vdso_address(void)
{
    return VDSO_DATA_ADDRESS + PAGE_SIZE;
}

/* Once, after the file system has started: the pages. 0 or -ENOMEM. */
int vdso_start(void);
/* Map data page and image into a new space. 0 or a negative errno. */
int vdso_map(struct space *space);
/* clock_settime moved the wall clock. */
void vdso_set_wall(uint64_t wall_ns);
