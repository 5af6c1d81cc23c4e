/* SPDX-License-Identifier: MIT */
/*
 * socket.c - life of a socket, its file, and the calls that name one: all that is the same for every family.
 *
 * Not here: moving bytes (message.c), options (option.c), and whatever a family decides.
 */
#include "libos/linux/net/socket.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"
#include <asm/signal.h>
#include <linux/net.h>
#include <linux/poll.h>

#define AF_NETLINK 16
#define AF_MAX     46
#define SOCK_MAX   11

#define SOCK_TYPE_MASK 0xf
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC  O_CLOEXEC
#define SOCK_NONBLOCK O_NONBLOCK
#endif

/* --- Life --- */

void socket_init(struct socket *socket, const struct socket_ops *ops, uint32_t family,
                 uint32_t type, int protocol)
{
    socket->ops = ops;
    socket->family = (uint16_t)family;
    socket->type = (uint16_t)type;
    socket->protocol = protocol;
    socket->state = SOCKET_NEW;
    socket->send_limit = socket->receive_limit = SOCKET_BUFFER_DEFAULT;
    socket->receive_low = 1;
    socket->send_timeout = socket->receive_timeout = NO_DEADLINE;
    socket->peer = (struct peer_credentials){0, UINT32_MAX, UINT32_MAX};
    waitq_init(&socket->receive_wait);
    waitq_init(&socket->send_wait);
}

int socket_open(struct socket *socket, uint32_t flags, struct file **out)
{
    struct file *file = file_new(socket->ops->file, O_RDWR | (flags & O_NONBLOCK));

    if (!file)
        return -ENOMEM;
    file->inode = inode_anonymous(S_IFSOCK | 0777, 0, NULL, socket);
    if (!file->inode) {
        file->ops = NULL;
        file_drop(file);
        return -ENOMEM;
    }
    file->state = socket;
    socket->file = file;
    *out = file;
    return 0;
}

void socket_release(struct file *file)
{
    struct socket *socket = file->state;

    socket->file = NULL;
    socket->ops->release(socket);
}

struct socket *socket_of(const struct file *file)
{
    return file->inode && (file->inode->mode & S_IFMT) == S_IFSOCK ? file->state : NULL;
}

int socket_get(int fd, struct file **file, struct socket **socket)
{
    *file = fd_get(fd);
    if (!*file)
        return -EBADF;
    *socket = socket_of(*file);
    if (*socket)
        return 0;
    file_drop(*file);
    return -ENOTSOCK;
}

/* A descriptor for a new socket, whose end this is when that fails. */
static int install(struct socket *socket, uint32_t flags)
{
    struct file *file;
    int fd = socket_open(socket, flags, &file);

    if (fd) {
        socket->ops->release(socket);
        return fd;
    }
    fd = fd_install(file, flags & SOCK_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

/* --- For the families --- */

int socket_sleep(struct waitq *queue, uint64_t deadline)
{
    struct waiter waiter;
    int error;

    waiter_init(&waiter);
    wait_add(queue, &waiter);
    error = task_sleep(deadline);
    wait_remove(&waiter);
    if (error == -ETIMEDOUT)
        return -EAGAIN;
    return error == -ERESTARTSYS && deadline != NO_DEADLINE ? -EINTR : error;
}

uint64_t socket_deadline(uint64_t timeout)
{
    return timeout == NO_DEADLINE ? NO_DEADLINE : deadline_after(timeout);
}

int socket_error(struct socket *socket)
{
    int error = socket->error;

    socket->error = 0;
    return -error;
}

struct peer_credentials socket_credentials(void)
{
    const struct process *process = current()->process;

    return (struct peer_credentials){process->pid, process->cred.euid, process->cred.egid};
}

void socket_wake_all(struct socket *socket)
{
    socket_wake(&socket->receive_wait);
    socket_wake(&socket->send_wait);
}

int64_t socket_broken_pipe(const struct message *message)
{
    if (!(message->flags & MSG_NOSIGNAL))
        signal_send_task(current(), SIGPIPE, NULL);
    return -EPIPE;
}

static __attribute__((noinline)) void name_queues(struct socket *socket, struct poll_wait *wait)
{
    poll_wait_add_for(wait, &socket->receive_wait, (uint32_t) ~(POLLOUT | POLLWRNORM));
    poll_wait_add_for(wait, &socket->send_wait, POLLOUT | POLLWRNORM);
}

uint32_t socket_poll(struct file *file, struct poll_wait *wait)
{
    struct socket *socket = file->state;

    if (wait)
        name_queues(socket, wait);
    return socket->ops->poll(socket);
}

/* --- Making sockets --- */

/* 0 with the plain type in *type, or the error of Linux. */
static int check_kind(uint32_t family, uint64_t *type)
{
    if (*type & ~(uint64_t)(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    *type &= SOCK_TYPE_MASK;
    if (family >= AF_MAX)
        return -EAFNOSUPPORT;
    return *type >= SOCK_MAX ? -EINVAL : 0;
}

static int create(uint32_t family, uint32_t type, int protocol, struct socket **out)
{
    switch (family) {
    case AF_UNIX:
        return unix_create(type, protocol, out);
    case AF_INET:
    case AF_INET6:
        return inet_create(family, type, protocol, out);
    case AF_NETLINK:
        return netlink_create(type, protocol, out);
    case AF_UNSPEC:
        return -EAFNOSUPPORT;
    default:
        return (int)unimplemented(-EAFNOSUPPORT, "socket family %u type %u protocol %d", family,
                                  type, protocol);
    }
}

int64_t lx_socket(uint64_t family, uint64_t type, uint64_t protocol)
{
    uint64_t plain = (uint32_t)type;
    struct socket *socket;
    int error = check_kind((uint32_t)family, &plain);

    if (!error)
        error = create((uint32_t)family, (uint32_t)plain, (int)protocol, &socket);
    return error ? error : install(socket, (uint32_t)type);
}

static int pair_create(uint32_t family, uint32_t type, int protocol, struct socket *pair[2])
{
    int error = create(family, type, protocol, &pair[0]);

    if (error)
        return error;
    error = create(family, type, protocol, &pair[1]);
    if (error) {
        pair[0]->ops->release(pair[0]);
        return error;
    }
    error = pair[0]->ops->pair ? pair[0]->ops->pair(pair[0], pair[1]) : -EOPNOTSUPP;
    if (error) {
        pair[0]->ops->release(pair[0]);
        pair[1]->ops->release(pair[1]);
    }
    return error;
}

int64_t lx_socketpair(uint64_t family, uint64_t type, uint64_t protocol, uint64_t address)
{
    struct files *files = current()->process->files;
    uint64_t plain = (uint32_t)type;
    struct socket *pair[2];
    int32_t fd[2];
    int error = check_kind((uint32_t)family, &plain);

    if (!error)
        error = pair_create((uint32_t)family, (uint32_t)plain, (int)protocol, pair);
    if (error)
        return error;
    fd[0] = install(pair[0], (uint32_t)type);
    if (fd[0] < 0) {
        pair[1]->ops->release(pair[1]);
        return fd[0];
    }
    fd[1] = install(pair[1], (uint32_t)type);
    if (fd[1] >= 0 && !copy_to_user(address, fd, sizeof fd))
        return 0;
    fd_close(files, fd[0]);
    if (fd[1] < 0)
        return fd[1];
    fd_close(files, fd[1]);
    return -EFAULT;
}

/* --- Names --- */

int64_t lx_bind(uint64_t fd, uint64_t address, uint64_t length)
{
    struct socket_address name;
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    error = address_from_user(&name, address, (int)length);
    if (!error)
        error =
            socket->ops->bind ? socket->ops->bind(socket, &name, (uint32_t)length) : -EOPNOTSUPP;
    file_drop(file);
    return error;
}

int64_t lx_connect(uint64_t fd, uint64_t address, uint64_t length)
{
    struct socket_address name;
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    error = address_from_user(&name, address, (int)length);
    if (!error)
        error = socket->ops->connect ? socket->ops->connect(socket, &name, (uint32_t)length,
                                                            !(file->flags & O_NONBLOCK))
                                     : -EOPNOTSUPP;
    file_drop(file);
    return error;
}

static int64_t get_name(uint64_t fd, uaddr_t address, uaddr_t length, bool peer)
{
    struct socket_address name;
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    memset(&name, 0, sizeof name);
    error = socket->ops->name(socket, peer, &name);
    if (error >= 0)
        error = address_to_user(&name, (uint32_t)error, address, length);
    file_drop(file);
    return error;
}

int64_t lx_getsockname(uint64_t fd, uint64_t address, uint64_t length)
{
    return get_name(fd, address, length, false);
}

int64_t lx_getpeername(uint64_t fd, uint64_t address, uint64_t length)
{
    return get_name(fd, address, length, true);
}

/* --- Connections --- */

int64_t lx_listen(uint64_t fd, uint64_t backlog)
{
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    /* A negative backlog is a large one, as on Linux. */
    error = socket->ops->listen
                ? socket->ops->listen(socket, min_of((uint32_t)backlog, SOCKET_BACKLOG_MAX))
                : -EOPNOTSUPP;
    file_drop(file);
    return error;
}

/* A descriptor for a connection that was accepted; its peer's name goes to the program. */
static int64_t hand_over(struct socket *socket, uint32_t flags, uaddr_t address, uaddr_t length)
{
    struct socket_address name;
    struct file *file;
    int bytes = 0;
    int64_t fd;

    fd = socket_open(socket, flags, &file);
    if (fd) {
        socket->ops->release(socket);
        return fd;
    }
    if (address) {
        memset(&name, 0, sizeof name);
        bytes = socket->ops->name(socket, true, &name);
        fd = bytes < 0 ? -ECONNABORTED : address_to_user(&name, (uint32_t)bytes, address, length);
    }
    if (fd >= 0)
        fd = fd_install(file, flags & SOCK_CLOEXEC, 0);
    if (fd < 0)
        file_drop(file);
    return fd;
}

static bool descriptor_free(void)
{
    struct files *files = current()->process->files;
    uint32_t limit = (uint32_t)files_limit(files);
    uint32_t fd = files->lowest;

    while (fd < files->size && files->file[fd])
        fd++;
    return fd < limit;
}

int64_t lx_accept4(uint64_t fd, uint64_t address, uint64_t length, uint64_t flags)
{
    struct file *file;
    struct socket *socket;
    struct socket *made;
    int64_t error;

    if (flags & ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    error = socket_get((int)fd, &file, &socket);
    if (error)
        return error;
    if (!descriptor_free())
        error = -EMFILE; /* before a connection is taken: it stays for the next accept */
    else if (!socket->ops->accept)
        error = -EOPNOTSUPP;
    else
        error = socket->ops->accept(socket, !(file->flags & O_NONBLOCK), &made);
    if (!error)
        error = hand_over(made, (uint32_t)flags, address, length);
    file_drop(file);
    return error;
}

int64_t lx_accept(uint64_t fd, uint64_t address, uint64_t length)
{
    return lx_accept4(fd, address, length, 0);
}

int64_t lx_shutdown(uint64_t fd, uint64_t how)
{
    struct file *file;
    struct socket *socket;
    int error = socket_get((int)fd, &file, &socket);

    if (error)
        return error;
    if ((int)how < 0 || (int)how > 2)
        error = -EINVAL;
    else
        error =
            socket->ops->shutdown ? socket->ops->shutdown(socket, (uint32_t)how + 1) : -EOPNOTSUPP;
    file_drop(file);
    return error;
}
