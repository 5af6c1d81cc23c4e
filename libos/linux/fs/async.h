/* SPDX-License-Identifier: MIT */
/* async.h - SIGIO: files that tell their owner when something can be done (fs/async.c). */
#pragma once
#include "libos/linux/fs/fs.h"

/* F_SETFL turned O_ASYNC on or off. 0, or -ENOMEM. */
int async_set(struct file *file, bool on);
/* The file ends. */
void async_end(struct file *file);
/* F_SETOWN, F_GETOWN, F_SETOWN_EX, F_GETOWN_EX, F_SETSIG, F_GETSIG. */
int64_t async_control(struct file *file, uint32_t command, uint64_t argument);
