/* SPDX-License-Identifier: MIT */
/*
 * option.c - options of SOL_SOCKET, and ioctl on sockets.
 */
#include "libos/linux/net/interface.h"
#include "libos/linux/net/socket.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include <asm/socket.h>
#include <linux/capability.h>
#include <linux/net.h>

#define SEND_LIMIT_MIN    4608u
#define RECEIVE_LIMIT_MIN 2304u

/* Options that are one bit of socket->flags, and no more. */
static uint32_t flag_of(int name)
{
    switch (name) {
    case SO_REUSEADDR:
        return SOCKET_REUSEADDR;
    case SO_REUSEPORT:
        return SOCKET_REUSEPORT;
    case SO_KEEPALIVE:
        return SOCKET_KEEPALIVE;
    case SO_BROADCAST:
        return SOCKET_BROADCAST;
    case SO_DONTROUTE:
        return SOCKET_DONTROUTE;
    case SO_OOBINLINE:
        return SOCKET_OOBINLINE;
    case SO_PASSCRED:
        return SOCKET_PASSCRED;
    case SO_NO_CHECK:
        return SOCKET_NO_CHECK;
    case SO_TIMESTAMP_OLD:
        return SOCKET_TIMESTAMP;
    case SO_TIMESTAMPNS_OLD:
        return SOCKET_TIMESTAMPNS;
    default:
        return 0;
    }
}

static void changed(struct socket *socket)
{
    if (socket->ops->options_changed)
        socket->ops->options_changed(socket);
}

static uint32_t buffer_limit(int32_t value, uint32_t least)
{
    uint32_t asked = min_of((uint32_t)max_of(value, 0), SOCKET_BUFFER_MAX);

    return max_of(asked * 2, least);
}

static int set_timeout(uint64_t *timeout, uaddr_t value, uint32_t length)
{
    int64_t time[2];

    if (length < sizeof time)
        return -EINVAL;
    if (copy_from_user(time, value, sizeof time))
        return -EFAULT;
    if (time[1] < 0 || time[1] >= 1000000)
        return -EDOM;
    *timeout = NO_DEADLINE;
    if (time[0] < 0)
        *timeout = 0;
    else if ((time[0] || time[1]) && time[0] < INT64_MAX / (int64_t)NS_PER_SECOND)
        *timeout = (uint64_t)time[0] * NS_PER_SECOND + (uint64_t)time[1] * 1000;
    return 0;
}

static int set_linger(struct socket *socket, uaddr_t value, uint32_t length)
{
    uint32_t linger[2];

    if (length < sizeof linger)
        return -EINVAL;
    if (copy_from_user(linger, value, sizeof linger))
        return -EFAULT;
    if (linger[0])
        socket->flags |= SOCKET_LINGER;
    else
        socket->flags &= ~SOCKET_LINGER;
    if (linger[0])
        socket->linger_seconds = linger[1];
    changed(socket);
    return 0;
}

static int set_number(struct socket *socket, int name, int32_t value)
{
    uint32_t flag = flag_of(name);

    if (flag) {
        if (flag == SOCKET_PASSCRED && socket->family != AF_UNIX)
            return -EOPNOTSUPP;
        socket->flags = value ? socket->flags | flag : socket->flags & ~flag;
        changed(socket);
        return 0;
    }
    switch (name) {
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
        if (name == SO_SNDBUFFORCE && !capable(CAP_NET_ADMIN))
            return -EPERM;
        socket->send_limit = buffer_limit(value, SEND_LIMIT_MIN);
        changed(socket);
        return 0;
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
        if (name == SO_RCVBUFFORCE && !capable(CAP_NET_ADMIN))
            return -EPERM;
        socket->receive_limit = buffer_limit(value, RECEIVE_LIMIT_MIN);
        changed(socket);
        return 0;
    case SO_RCVLOWAT:
        socket->receive_low = value < 0 ? INT32_MAX : value ? (uint32_t)value : 1;
        return 0;
    case SO_PRIORITY:
        if ((value < 0 || value > 6) && !capable(CAP_NET_ADMIN))
            return -EPERM;
        socket->priority = (uint32_t)value;
        return 0;
    case SO_MARK:
        if (!capable(CAP_NET_ADMIN))
            return -EPERM;
        socket->mark = (uint32_t)value;
        return 0;
    case SO_DEBUG: /* no-one looks at it */
        return value && !capable(CAP_NET_ADMIN) ? -EACCES : 0;
    case SO_TYPE:
    case SO_PROTOCOL:
    case SO_DOMAIN:
    case SO_ERROR:
    case SO_ACCEPTCONN:
    case SO_SNDLOWAT:
        return -ENOPROTOOPT;
    default:
        return (int)unimplemented(-ENOPROTOOPT, "setsockopt SOL_SOCKET option %d", name);
    }
}

/* LIMIT: to no interface at all, which is what a socket begins with. */
static int set_interface(uaddr_t value, uint32_t length)
{
    char name[INTERFACE_NAME_BYTES] = {0};
    struct interface interface;

    if (copy_from_user(name, value, min_of(length, (uint32_t)sizeof name - 1)))
        return -EFAULT;
    if (!name[0])
        return 0;
    return interface_find(0, name, &interface)
               ? (int)unimplemented(-ENOPROTOOPT, "SO_BINDTODEVICE to %s", name)
               : -ENODEV;
}

static int set_socket_option(struct socket *socket, int name, uaddr_t value, uint32_t length)
{
    uint32_t number;

    if (name == SO_BINDTODEVICE)
        return set_interface(value, length);
    if (length < sizeof number)
        return -EINVAL;
    if (get_user_u32(&number, value))
        return -EFAULT;
    switch (name) {
    case SO_LINGER:
        return set_linger(socket, value, length);
    case SO_RCVTIMEO_OLD:
    case SO_RCVTIMEO_NEW:
        return set_timeout(&socket->receive_timeout, value, length);
    case SO_SNDTIMEO_OLD:
    case SO_SNDTIMEO_NEW:
        return set_timeout(&socket->send_timeout, value, length);
    default:
        return set_number(socket, name, (int32_t)number);
    }
}

int64_t lx_setsockopt(uint64_t fd, uint64_t level, uint64_t name, uint64_t value, uint64_t length)
{
    struct file *file;
    struct socket *socket;
    int error = (int)length < 0 ? -EINVAL : socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    if ((int)level == SOL_SOCKET)
        error = set_socket_option(socket, (int)name, value, (uint32_t)length);
    else if (socket->ops->set_option)
        error = socket->ops->set_option(socket, (int)level, (int)name, value, (uint32_t)length);
    else
        error = -EOPNOTSUPP;
    file_drop(file);
    return error;
}

/* --- getsockopt --- */

#define OPTION_MAX 256 /* bytes of the largest value */

static int give_number(void *value, uint32_t *length, uint32_t number)
{
    *length = min_of(*length, (uint32_t)sizeof number);
    memcpy(value, &number, *length);
    return 0;
}

static int give_timeout(void *value, uint32_t *length, uint64_t timeout)
{
    int64_t time[2] = {0, 0};

    if (timeout != NO_DEADLINE) {
        time[0] = (int64_t)(timeout / NS_PER_SECOND);
        time[1] = (int64_t)(timeout % NS_PER_SECOND / 1000);
    }
    *length = min_of(*length, (uint32_t)sizeof time);
    memcpy(value, time, *length);
    return 0;
}

static int get_socket_option(struct socket *socket, int name, void *value, uint32_t *length)
{
    uint32_t flag = flag_of(name);
    uint32_t linger[2] = {!!(socket->flags & SOCKET_LINGER), socket->linger_seconds};
    struct socket_address address;
    int bytes;

    if (flag)
        return give_number(value, length, !!(socket->flags & flag));
    switch (name) {
    case SO_TYPE:
        return give_number(value, length, socket->type);
    case SO_DOMAIN:
        return give_number(value, length, socket->family);
    case SO_PROTOCOL:
        return give_number(value, length, (uint32_t)socket->protocol);
    case SO_ERROR:
        return give_number(value, length, (uint32_t)-socket_error(socket));
    case SO_ACCEPTCONN:
        return give_number(value, length, socket->state == SOCKET_LISTENING);
    case SO_SNDBUF:
        return give_number(value, length, socket->send_limit);
    case SO_RCVBUF:
        return give_number(value, length, socket->receive_limit);
    case SO_RCVLOWAT:
        return give_number(value, length, socket->receive_low);
    case SO_SNDLOWAT:
        return give_number(value, length, 1);
    case SO_PRIORITY:
        return give_number(value, length, socket->priority);
    case SO_MARK:
        return give_number(value, length, socket->mark);
    case SO_DEBUG:
        return give_number(value, length, 0);
    case SO_LINGER:
        *length = min_of(*length, (uint32_t)sizeof linger);
        memcpy(value, linger, *length);
        return 0;
    case SO_RCVTIMEO_OLD:
    case SO_RCVTIMEO_NEW:
        return give_timeout(value, length, socket->receive_timeout);
    case SO_SNDTIMEO_OLD:
    case SO_SNDTIMEO_NEW:
        return give_timeout(value, length, socket->send_timeout);
    case SO_PEERCRED:
        *length = min_of(*length, (uint32_t)sizeof socket->peer);
        memcpy(value, &socket->peer, *length);
        return 0;
    case SO_PEERNAME:
        memset(&address, 0, sizeof address);
        bytes = socket->ops->name(socket, true, &address);
        if (bytes < 0)
            return -ENOTCONN;
        if ((uint32_t)bytes < *length)
            return -EINVAL;
        memcpy(value, &address, min_of(*length, (uint32_t)sizeof address));
        return 0;
    case SO_BINDTODEVICE:
        *length = 0; /* to none */
        return 0;
    case SO_PEERSEC:
        return -ENOPROTOOPT; /* as without a security module */
    default:
        return (int)unimplemented(-ENOPROTOOPT, "getsockopt SOL_SOCKET option %d", name);
    }
}

int64_t lx_getsockopt(uint64_t fd, uint64_t level, uint64_t name, uint64_t address,
                      uint64_t length_address)
{
    uint8_t value[OPTION_MAX];
    uint32_t length;
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    error = get_user_u32(&length, length_address);
    if (!error && (int32_t)length < 0)
        error = -EINVAL;
    length = min_of(length, (uint32_t)sizeof value);
    if (!error && (int)level == SOL_SOCKET)
        error = get_socket_option(socket, (int)name, value, &length);
    else if (!error)
        error = socket->ops->get_option
                    ? socket->ops->get_option(socket, (int)level, (int)name, value, &length)
                    : -EOPNOTSUPP;
    file_drop(file);
    if (error)
        return error;
    if (copy_to_user(address, value, length))
        return -EFAULT;
    return put_user_u32(length_address, length);
}

int64_t socket_ioctl(struct file *file, uint32_t request, uaddr_t argument)
{
    struct socket *socket = file->state;

    return socket->ops->ioctl ? socket->ops->ioctl(socket, request, argument) : -ENOTTY;
}
