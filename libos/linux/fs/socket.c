/* SPDX-License-Identifier: MIT */
/*
 * socket.c - there are no sockets yet: none can be made, and no descriptor is one.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"

int64_t lx_socket(uint64_t family, uint64_t type, uint64_t protocol)
{
    return unimplemented(-EAFNOSUPPORT, "socket family %d type %#x protocol %d", (int)family,
                         (unsigned)type, (int)protocol);
}

int64_t lx_socketpair(uint64_t family, uint64_t type, uint64_t protocol, uint64_t pair)
{
    (void)pair;
    return unimplemented(-EAFNOSUPPORT, "socketpair family %d type %#x protocol %d", (int)family,
                         (unsigned)type, (int)protocol);
}

/* What every call on a socket answers for another descriptor. */
static int64_t no_socket(uint64_t fd)
{
    struct file *file = fd_get((int)fd);

    if (!file)
        return -EBADF;
    file_drop(file);
    return -ENOTSOCK;
}

#define REFUSE_3(name)                                                                             \
    int64_t lx_##name(uint64_t fd, uint64_t b, uint64_t c)                                         \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        return no_socket(fd);                                                                      \
    }
#define REFUSE_4(name)                                                                             \
    int64_t lx_##name(uint64_t fd, uint64_t b, uint64_t c, uint64_t d)                             \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        (void)d;                                                                                   \
        return no_socket(fd);                                                                      \
    }
#define REFUSE_5(name)                                                                             \
    int64_t lx_##name(uint64_t fd, uint64_t b, uint64_t c, uint64_t d, uint64_t e)                 \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        (void)d;                                                                                   \
        (void)e;                                                                                   \
        return no_socket(fd);                                                                      \
    }
#define REFUSE_6(name)                                                                             \
    int64_t lx_##name(uint64_t fd, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)     \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        (void)d;                                                                                   \
        (void)e;                                                                                   \
        (void)f;                                                                                   \
        return no_socket(fd);                                                                      \
    }

REFUSE_3(connect)
REFUSE_3(accept)
REFUSE_6(sendto)
REFUSE_6(recvfrom)
REFUSE_3(sendmsg)
REFUSE_3(recvmsg)
REFUSE_3(bind)
REFUSE_3(getsockname)
REFUSE_3(getpeername)
REFUSE_5(setsockopt)
REFUSE_5(getsockopt)
REFUSE_4(accept4)

int64_t lx_shutdown(uint64_t fd, uint64_t how)
{
    (void)how;
    return no_socket(fd);
}

int64_t lx_listen(uint64_t fd, uint64_t backlog)
{
    (void)backlog;
    return no_socket(fd);
}
