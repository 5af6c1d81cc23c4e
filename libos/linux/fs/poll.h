/* SPDX-License-Identifier: MIT */
/* poll.h - how a file's poll tells which queues to sleep on. */
#pragma once
#include "libos/linux/fs/fs.h"

struct poll_wait {
    /* for each queue that the file's poll names; events: POLL* that it is woken for */
    void (*add)(struct poll_wait *wait, struct waitq *queue, uint32_t events);
};
