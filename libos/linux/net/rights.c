/* SPDX-License-Identifier: MIT */
/*
 * rights.c - descriptors in flight (SCM_RIGHTS).
 *
 * A descriptor in a queue holds its file, so two sockets can hold each other by messages in their queues although no
 * process can reach either. rights_collect finds them: a socket all of whose holds are in flight is a candidate; flights
 * that start in queues of candidates do not count; what is still held, and what it reaches, lives; the rest is garbage.
 *
 * Invariant: socket->in_flight is the number of flying rights that name its file; it is in `flyers` while that is not 0.
 */
#include "libos/linux/net/rights.h"
#include "libos/linux/net/unix.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include <linux/resource.h>

#define COLLECT_FROM 1024u /* flights at which a send looks for garbage */

static struct list flyers = {&flyers, &flyers};
static struct list dropping = {&dropping, &dropping};
static bool drop_busy;
static uint32_t flights;
static uint32_t collect_at = COLLECT_FROM;
static struct list *live; /* sockets that rights_collect has to look into */

static struct unix_socket *unix_of(const struct file *file)
{
    struct socket *socket = socket_of(file);

    return socket && socket->family == AF_UNIX ? (struct unix_socket *)socket : NULL;
}

int rights_from_user(struct rights **out, uaddr_t fds, uint32_t count)
{
    struct rights *rights = *out;
    int error = 0;

    if (!count)
        return 0;
    if (count > RIGHTS_LIMIT - (rights ? rights->count : 0))
        return -EINVAL;
    if (!rights) {
        rights = heap_zalloc(sizeof *rights + RIGHTS_LIMIT * sizeof rights->file[0]);
        if (!rights)
            return -ENOMEM;
        list_init(&rights->dropped);
    }
    for (uint32_t i = 0; i < count && !error; i++) {
        uint32_t fd;
        error = get_user_u32(&fd, fds + i * 4ul);
        rights->file[rights->count] = error ? NULL : fd_get_any((int)fd);
        if (rights->file[rights->count])
            rights->count++;
        else
            error = error ? error : -EBADF;
    }
    *out = rights; /* the caller drops them all on failure */
    return error;
}

static void count_flight(struct rights *rights, int step)
{
    for (uint32_t i = 0; i < rights->count; i++) {
        struct unix_socket *socket = unix_of(rights->file[i]);
        if (!socket)
            continue;
        flights += (uint32_t)step;
        socket->in_flight += (uint32_t)step;
        if (step > 0 && socket->in_flight == 1)
            list_add_tail(&flyers, &socket->flyer);
        else if (!socket->in_flight)
            list_remove(&socket->flyer);
    }
}

int rights_fly(struct rights *rights)
{
    if (flights > current()->process->rlimit[RLIMIT_NOFILE].soft && !capable(CAP_SYS_RESOURCE))
        return -ETOOMANYREFS;
    if (flights >= collect_at) {
        rights_collect();
        collect_at = max_of(COLLECT_FROM, flights * 2);
    }
    rights->flying = true;
    count_flight(rights, 1);
    return 0;
}

void rights_land(struct rights *rights)
{
    if (rights->flying)
        count_flight(rights, -1);
    rights->flying = false;
}

struct rights *rights_copy(const struct rights *rights)
{
    struct rights *copy = heap_zalloc(sizeof *copy + RIGHTS_LIMIT * sizeof copy->file[0]);

    if (!copy)
        return NULL;
    list_init(&copy->dropped);
    copy->count = rights->count;
    for (uint32_t i = 0; i < rights->count; i++) {
        copy->file[i] = rights->file[i];
        file_hold(copy->file[i]);
    }
    return copy;
}

/* Closing a file may drop the rights in its queue, and so on: they wait in a list, not on the stack. */
void rights_drop(struct rights *rights)
{
    if (!rights)
        return;
    rights_land(rights);
    list_add_tail(&dropping, &rights->dropped);
    if (drop_busy)
        return;
    drop_busy = true;
    while (!list_empty(&dropping)) {
        struct rights *next = list_item(dropping.next, struct rights, dropped);
        list_remove(&next->dropped);
        for (uint32_t i = 0; i < next->count; i++)
            file_drop(next->file[i]);
        heap_free(next);
    }
    drop_busy = false;
}

/* --- Garbage --- */

static void discount(struct rights *rights)
{
    for (uint32_t i = 0; i < rights->count; i++) {
        struct unix_socket *socket = unix_of(rights->file[i]);
        if (socket && socket->collect == COLLECT_CANDIDATE)
            socket->outside--;
    }
}

static void revive(struct unix_socket *socket)
{
    socket->collect = COLLECT_LIVE;
    list_remove(&socket->candidate);
    list_add_tail(live, &socket->candidate);
}

static void revive_named(struct rights *rights)
{
    for (uint32_t i = 0; i < rights->count; i++) {
        struct unix_socket *socket = unix_of(rights->file[i]);
        if (socket && socket->collect == COLLECT_CANDIDATE)
            revive(socket);
    }
}

/* Bound: in the sum of flying rights and candidates' queues. */
void rights_collect(void)
{
    struct list candidates = {&candidates, &candidates};
    struct list living = {&living, &living};
    bool outermost = !drop_busy;

    if (list_empty(&flyers))
        return;
    list_for_each (node, &flyers) {
        struct unix_socket *socket = list_item(node, struct unix_socket, flyer);
        if (!socket->socket.file || socket->socket.file->count != socket->in_flight)
            continue;
        socket->collect = COLLECT_CANDIDATE;
        socket->outside = socket->in_flight;
        list_add_tail(&candidates, &socket->candidate);
    }
    list_for_each (node, &candidates)
        unix_each_rights(list_item(node, struct unix_socket, candidate), discount);
    live = &living;
    list_for_each_safe (node, &candidates) {
        struct unix_socket *socket = list_item(node, struct unix_socket, candidate);
        if (socket->outside)
            revive(socket);
    }
    while (!list_empty(&living)) {
        struct unix_socket *socket = list_item(living.next, struct unix_socket, candidate);
        list_remove(&socket->candidate);
        socket->collect = COLLECT_NONE;
        unix_each_rights(socket, revive_named);
    }
    live = NULL;
    drop_busy = true; /* no socket ends before each is out of the list */
    while (!list_empty(&candidates)) {
        struct unix_socket *socket = list_item(candidates.next, struct unix_socket, candidate);
        list_remove(&socket->candidate);
        socket->collect = COLLECT_NONE;
        unix_drop_rights(socket);
    }
    if (!outermost)
        return;
    drop_busy = false;
    if (!list_empty(&dropping)) {
        struct rights *first = list_item(dropping.next, struct rights, dropped);
        list_remove(&first->dropped);
        rights_drop(first);
    }
}
