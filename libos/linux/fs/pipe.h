/* SPDX-License-Identifier: MIT */
/* pipe.h - what fcntl asks of pipes. */
#pragma once
#include "libos/linux/fs/fs.h"

bool is_pipe(const struct file *file);
int64_t pipe_size(const struct file *file); /* bytes it may hold, or -EBADF: not a pipe */
int64_t pipe_set_size(struct file *file,
                      uint64_t bytes); /* the size it has now, or -EBADF, -EBUSY, -EPERM, -EINVAL */
