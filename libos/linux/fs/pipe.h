/* SPDX-License-Identifier: MIT */
/* pipe.h - what fcntl asks of pipes. */
#pragma once
#include "libos/linux/fs/fs.h"

bool is_pipe(const struct file *file);
int64_t pipe_size(const struct file *file); /* bytes it may hold, or -EBADF: not a pipe */
int64_t pipe_set_size(struct file *file,
                      uint64_t bytes); /* the size it has now, or -EBADF, -EBUSY, -EPERM, -EINVAL */

/* For splice, tee and vmsplice. All REQUIRE is_pipe(file). */
bool pipe_same(const struct file *a, const struct file *b); /* two ends of one pipe */
uint64_t pipe_room(const struct file *file);                /* bytes that fit now */
uint64_t pipe_filled(const struct file *file);              /* bytes in it */
/*
 * pipe_wait - until the pipe can be read (written): something is in it (fits), or the other side is gone.
 *
 * Returns  0; -EAGAIN: it would wait and nonblock is set; -EPIPE with SIGPIPE: nobody reads;
 *          -ERESTARTSYS
 */
int pipe_wait(struct file *file, bool write, bool nonblock);
int64_t pipe_look(struct file *file, void *to, uint64_t bytes); /* a copy; the bytes stay */
void pipe_skip(struct file *file, uint64_t bytes);              /* takes them away */
