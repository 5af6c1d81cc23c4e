/* SPDX-License-Identifier: MIT */
/* mqueue.h - the file system of POSIX message queues (ipc/mqueue.c). */
#pragma once
#include "libos/linux/core.h"

struct dentry;

/* mqueue_start - mount it on /dev/mqueue. 0 or -ENOMEM. */
int mqueue_start(struct dentry *point);
