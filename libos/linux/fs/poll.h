/* SPDX-License-Identifier: MIT */
/* poll.h - how a file's poll tells which queues to sleep on. */
#pragma once
#include "libos/linux/fs/fs.h"

struct poll_wait {
    void (*add)(struct poll_wait *wait,
                struct waitq *queue); /* for each queue that the file's poll names */
};
