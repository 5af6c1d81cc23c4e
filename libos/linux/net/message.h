/* SPDX-License-Identifier: MIT */
/*
 * message.h - one send or receive: the program's buffers, flags, name and control messages.
 *
 * A message is a cursor over buffers: what message_from and message_to move is gone from it. Families never see where the
 * bytes come from.
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/user.h"
#include <linux/uio.h>

/* <linux/socket.h> leaves these to the C library. */
#define MSG_OOB          0x1u
#define MSG_PEEK         0x2u
#define MSG_DONTROUTE    0x4u
#define MSG_CTRUNC       0x8u
#define MSG_TRUNC        0x20u
#define MSG_DONTWAIT     0x40u
#define MSG_EOR          0x80u
#define MSG_WAITALL      0x100u
#define MSG_CONFIRM      0x800u
#define MSG_ERRQUEUE     0x2000u
#define MSG_NOSIGNAL     0x4000u
#define MSG_MORE         0x8000u
#define MSG_WAITFORONE   0x10000u
#define MSG_ZEROCOPY     0x4000000u
#define MSG_FASTOPEN     0x20000000u
#define MSG_CMSG_CLOEXEC 0x40000000u
#define MSG_CMSG_COMPAT  0x80000000u

#define SOL_SOCKET      1
#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2

struct socket_address;
struct rights;

struct message {
    struct iovec *vector; /* the program's buffers that are left */
    void *here;           /* LibOS memory instead; the vector is not looked at */
    uint64_t left;        /* bytes in them */
    uint32_t flags;       /* MSG_* of the call; MSG_DONTWAIT also for O_NONBLOCK */
    uint32_t result;      /* receive: MSG_* to report */
    struct socket_address
        *name; /* send: destination; receive: filled with the source; NULL: none */
    uint32_t name_length;
    struct control *control; /* NULL: none */
};

/* Control messages: parsed before a send, written during a receive. */
struct control {
    uaddr_t buffer; /* receive: the program's, from here on */
    uint64_t room;
    struct rights *rights; /* send: descriptors; whoever takes them sets NULL */
    bool has_credentials;
    struct {
        int32_t pid;
        uint32_t uid, gid;
    } credentials;
    bool has_pktinfo, has_tos, has_ttl, has_pktinfo6, has_hoplimit, has_tclass;
    int tos, ttl, hoplimit, tclass;
    uint32_t source4;
    uint8_t source6[16];
};

/* The program's address of `length` bytes. 0, -EINVAL or -EFAULT. */
int address_from_user(struct socket_address *to, uaddr_t from, int length);
/* The other way: cut off at what *length (the program's) says; the true length goes there. */
int address_to_user(const struct socket_address *from, uint32_t bytes, uaddr_t to, uaddr_t length);

int message_move(struct message *message, void *here, uint64_t bytes, bool in); /* any of both */

/* Do the next bytes lie in one buffer of the program, and where? The cursor goes on. */
static inline bool message_simple(struct message *message, uint64_t bytes, uaddr_t *at)
{
    struct iovec *one = message->vector;

    if (message->here || !bytes || bytes > one->iov_len)
        return false;
    *at = (uaddr_t)one->iov_base;
    message->left -= bytes;
    one->iov_base = (char *)one->iov_base + bytes;
    one->iov_len -= bytes;
    if (!one->iov_len)
        message->vector++;
    return true;
}

/* message_from - copy the next bytes of a send (at most message->left). 0 or -EFAULT. */
static inline int message_from(struct message *message, void *to, uint64_t bytes)
{
    uaddr_t at;

    if (__builtin_expect(message_simple(message, bytes, &at), 1))
        return copy_from_user(to, at, bytes);
    return message_move(message, to, bytes, true);
}

/* message_to - copy to the next bytes of a receive. 0 or -EFAULT. */
static inline int message_to(struct message *message, const void *from, uint64_t bytes)
{
    uaddr_t at;

    if (__builtin_expect(message_simple(message, bytes, &at), 1))
        return copy_to_user(at, from, bytes);
    return message_move(message, (void *)(uintptr_t)from, bytes, false);
}

/* control_put - add a control message to what a receive gives; MSG_CTRUNC in message->result if it does not fit. */
void control_put(struct message *message, int level, int type, const void *content,
                 uint32_t length);
/* control_put_rights - install descriptors and report them; takes rights. */
void control_put_rights(struct message *message, struct rights *rights);
