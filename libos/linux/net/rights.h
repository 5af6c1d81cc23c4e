/* SPDX-License-Identifier: MIT */
/*
 * rights.h - descriptors on their way in AF_UNIX messages, and the sockets among them that only each other hold.
 */
#pragma once
#include "libos/linux/core.h"

#define RIGHTS_LIMIT 253 /* descriptors of one message, as on Linux */

struct file;
struct unix_socket;

struct rights {
    uint32_t count;
    bool flying;         /* counted in the sockets' in_flight */
    struct list dropped; /* in the list of those that wait to be freed */
    struct file *file[]; /* held */
};

/* rights_from_user - hold the files of `count` descriptors at `fds`; adds to *rights (NULL: a new one). -EBADF, -EINVAL,
 * -ENOMEM, -EFAULT; then *rights is as before. */
int rights_from_user(struct rights **rights, uaddr_t fds, uint32_t count);
/* rights_fly - they are in a queue now. 0, or -ETOOMANYREFS. */
int rights_fly(struct rights *rights);
/* rights_land - they are out of the queue and belong to the caller. */
void rights_land(struct rights *rights);
/* rights_copy - for MSG_PEEK; NULL: no memory. The copy does not fly. */
struct rights *rights_copy(const struct rights *rights);
/* rights_drop - let the files go; may be called while files are being closed, however deep. NULL: nothing. */
void rights_drop(struct rights *rights);

/* rights_collect - free the sockets that are reachable only from messages in each other's queues. A closed socket calls it. */
void rights_collect(void);
/* Calls visit for each rights in the queues of a socket, those of connections that wait for accept included (unix.c). */
void unix_each_rights(struct unix_socket *socket, void (*visit)(struct rights *rights));
/* Takes all rights out of a socket's queues and drops them; the messages stay. */
void unix_drop_rights(struct unix_socket *socket);
