/* SPDX-License-Identifier: MIT */
/*
 * message.c - the calls that send and receive, from write(2) to recvmmsg(2), and what comes with the bytes.
 */
#include "libos/linux/net/inet.h"
#include "libos/linux/net/rights.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/time/clock.h"

#define VECTOR_LIMIT 1024
#define VECTOR_FEW   8
#define CONTROL_LIMIT                                                                              \
    20480u /* bytes of control messages of one send, as net.core.optmem_max of 6.1 */

struct user_message { /* struct msghdr of the ABI */
    uaddr_t name;
    int32_t name_length, pad;
    uaddr_t vector;
    uint64_t count;
    uaddr_t control;
    uint64_t control_length;
    uint32_t flags, pad2;
};
#define BATCH_STRIDE 64 /* struct mmsghdr */

struct control_header { /* struct cmsghdr */
    uint64_t length;
    int32_t level, type;
};
#define CONTROL_ALIGN(n) (((n) + 7) & ~7ul)

/* --- The cursor --- */

int message_move(struct message *message, void *here, uint64_t bytes, bool in)
{
    message->left -= bytes;
    if (message->here) {
        if (in)
            memcpy(here, message->here, bytes);
        else
            memcpy(message->here, here, bytes);
        message->here = (char *)message->here + bytes;
        return 0;
    }
    while (bytes) {
        struct iovec *vector = message->vector;
        uint64_t part = min_of(bytes, vector->iov_len);
        uaddr_t user = (uaddr_t)vector->iov_base;
        if (part && (in ? copy_from_user(here, user, part) : copy_to_user(user, here, part)))
            return -EFAULT;
        vector->iov_base = (char *)vector->iov_base + part;
        vector->iov_len -= part;
        if (!vector->iov_len)
            message->vector++;
        here = (char *)here + part;
        bytes -= part;
    }
    return 0;
}

/* --- Names --- */

int address_from_user(struct socket_address *to, uaddr_t from, int length)
{
    if (length < 0 || length > (int)sizeof *to)
        return -EINVAL;
    if (length < 2)
        to->family = 0;
    return length ? copy_from_user(to, from, (uint32_t)length) : 0;
}

int address_to_user(const struct socket_address *from, uint32_t bytes, uaddr_t to, uaddr_t length)
{
    uint32_t room;
    int error = get_user_u32(&room, length);

    if (error)
        return error;
    if ((int32_t)room < 0)
        return -EINVAL;
    room = min_of(room, bytes);
    if (room && copy_to_user(to, from, room))
        return -EFAULT;
    return put_user_u32(length, bytes);
}

/* --- Control messages --- */

void control_put(struct message *message, int level, int type, const void *content, uint32_t length)
{
    struct control *control = message->control;
    struct control_header header = {sizeof header + length, level, type};
    uint64_t space;

    if (!control || control->room < sizeof header) {
        message->result |= MSG_CTRUNC;
        return;
    }
    if (control->room < header.length) {
        message->result |= MSG_CTRUNC;
        header.length = control->room;
    }
    if (copy_to_user(control->buffer, &header, sizeof header) ||
        copy_to_user(control->buffer + sizeof header, content, header.length - sizeof header))
        return;
    space = min_of(CONTROL_ALIGN(sizeof header + length), control->room);
    control->buffer += space;
    control->room -= space;
}

void control_put_rights(struct message *message, struct rights *rights)
{
    struct control *control = message->control;
    struct control_header header = {0, SOL_SOCKET, SCM_RIGHTS};
    uint64_t room = control ? control->room : 0;
    uint32_t fit =
        room < sizeof header ? 0 : (uint32_t)min_of((room - sizeof header) / 4, rights->count);
    uint32_t done = 0;

    while (done < fit) {
        int fd;
        file_hold(rights->file[done]);
        fd = fd_install(rights->file[done], message->flags & MSG_CMSG_CLOEXEC, 0);
        if (fd < 0) {
            file_drop(rights->file[done]);
            break;
        }
        if (put_user_u32(control->buffer + sizeof header + done * 4, (uint32_t)fd)) {
            fd_close(current()->process->files, fd);
            break;
        }
        done++;
    }
    if (done) {
        uint64_t space = min_of(CONTROL_ALIGN(sizeof header + done * 4), room);
        header.length = sizeof header + done * 4;
        if (!copy_to_user(control->buffer, &header, sizeof header)) {
            control->buffer += space;
            control->room -= space;
        }
    }
    if (done < rights->count)
        message->result |= MSG_CTRUNC;
    rights_drop(rights);
}

/* One message of SOL_SOCKET in what a program sends; `at`: its content. */
static int control_socket(struct control *control, int type, uaddr_t at, uint64_t length)
{
    const struct credentials *cred = &current()->process->cred;
    int pid = current()->process->pid;

    switch (type) {
    case SCM_RIGHTS:
        return rights_from_user(&control->rights, at,
                                (uint32_t)min_of(length / 4, RIGHTS_LIMIT + 1ul));
    case SCM_CREDENTIALS:
        if (length != sizeof control->credentials)
            return -EINVAL;
        if (copy_from_user(&control->credentials, at, sizeof control->credentials))
            return -EFAULT;
        control->has_credentials = true;
        if (control->credentials.pid != pid && capable(CAP_SYS_ADMIN) &&
            !process_find(control->credentials.pid))
            return -ESRCH;
        if ((control->credentials.pid != pid && !capable(CAP_SYS_ADMIN)) ||
            (control->credentials.uid != cred->uid && control->credentials.uid != cred->euid &&
             control->credentials.uid != cred->suid && !capable(CAP_SETUID)) ||
            (control->credentials.gid != cred->gid && control->credentials.gid != cred->egid &&
             control->credentials.gid != cred->sgid && !capable(CAP_SETGID)))
            return -EPERM;
        return 0;
    default:
        return (int)unimplemented(-EINVAL, "sendmsg: control message of SOL_SOCKET, type %d", type);
    }
}

static int control_parse(struct socket *socket, struct control *control, uaddr_t at, uint64_t left)
{
    struct control_header header;
    int error = 0;

    if (left > CONTROL_LIMIT)
        return -ENOBUFS;
    while (!error && left >= sizeof header) {
        if (copy_from_user(&header, at, sizeof header))
            return -EFAULT;
        if (header.length < sizeof header || header.length > left)
            return -EINVAL;
        uint64_t length = header.length - sizeof header;
        if (header.level == SOL_SOCKET)
            error = control_socket(control, header.type, at + sizeof header, length);
        else if (socket->ops->control)
            error = socket->ops->control(socket, control, header.level, header.type,
                                         at + sizeof header, length);
        uint64_t step = min_of(CONTROL_ALIGN(header.length), left);
        at += step;
        left -= step;
    }
    return error;
}

/* --- One message --- */

static int64_t send_one(struct socket *socket, const struct file *file, struct message *message)
{
    if (file->flags & O_NONBLOCK)
        message->flags |= MSG_DONTWAIT;
    return socket->ops->send ? socket->ops->send(socket, message) : -EOPNOTSUPP;
}

static int64_t receive_one(struct socket *socket, const struct file *file, struct message *message)
{
    if (file->flags & O_NONBLOCK)
        message->flags |= MSG_DONTWAIT;
    return socket->ops->receive ? socket->ops->receive(socket, message) : -EOPNOTSUPP;
}

int64_t socket_vector(struct file *file, struct iovec *vector, uint64_t count, bool write)
{
    struct message message = {.vector = vector};

    for (uint64_t i = 0; i < count; i++)
        message.left += vector[i].iov_len;
    if (!write && !message.left) /* read(2) of nothing does not even look */
        return 0;
    return write ? send_one(file->state, file, &message) : receive_one(file->state, file, &message);
}

int64_t socket_read(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct iovec vector = {(void *)buffer, bytes};

    (void)offset;
    return socket_vector(file, &vector, 1, false);
}

int64_t socket_write(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset)
{
    struct iovec vector = {(void *)buffer, bytes};

    (void)offset;
    return socket_vector(file, &vector, 1, true);
}

int64_t socket_read_here(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset)
{
    struct message message = {.here = buffer, .left = bytes};

    (void)offset;
    return receive_one(file->state, file, &message);
}

int64_t socket_write_here(struct file *file, const void *buffer, uint64_t bytes, uint64_t *offset)
{
    struct message message = {.here = (void *)(uintptr_t)buffer, .left = bytes};

    (void)offset;
    return send_one(file->state, file, &message);
}

/* --- send, recv --- */

static __attribute__((noinline)) int64_t send_to(uint64_t fd, uint64_t buffer, uint64_t bytes,
                                                 uint64_t flags, uint64_t address, uint64_t length)
{
    struct iovec vector = {(void *)buffer, min_of(bytes, IO_LIMIT)};
    struct message message = {.vector = &vector, .left = vector.iov_len, .flags = (uint32_t)flags};
    struct socket_address name;
    struct file *file;
    struct socket *socket;
    int64_t done;

    if (!user_range_ok(buffer, vector.iov_len))
        return -EFAULT;
    done = socket_get((int)fd, &file, &socket);
    if (done)
        return done;
    if (address) {
        done = address_from_user(&name, address, (int)length);
        message.name = &name;
        message.name_length = (uint32_t)length;
    }
    if (!done)
        done = send_one(socket, file, &message);
    file_drop(file);
    return done;
}

static __attribute__((noinline)) int64_t receive_from(uint64_t fd, uint64_t buffer, uint64_t bytes,
                                                      uint64_t flags, uint64_t address,
                                                      uint64_t length)
{
    struct iovec vector = {(void *)buffer, min_of(bytes, IO_LIMIT)};
    struct message message = {.vector = &vector, .left = vector.iov_len, .flags = (uint32_t)flags};
    struct socket_address name;
    struct file *file;
    struct socket *socket;
    int64_t done;

    if (!user_range_ok(buffer, vector.iov_len))
        return -EFAULT;
    done = socket_get((int)fd, &file, &socket);
    if (done)
        return done;
    if (address) {
        name.family = 0;
        message.name = &name;
    }
    done = receive_one(socket, file, &message);
    if (done >= 0 && address) {
        int error = address_to_user(&name, message.name_length, address, length);
        done = error ? error : done;
    }
    file_drop(file);
    return done;
}

/* The socket of a descriptor, borrowed, if it is one of UDP's. NULL: something else, or nothing. */
static inline struct inet_socket *datagram_socket(uint64_t fd)
{
    const struct file *file = files_get(current()->process->files, (int)fd);

    return file && file->ops == &inet_file_ops ? file->state : NULL;
}

int64_t lx_sendto(uint64_t fd, uint64_t buffer, uint64_t bytes, uint64_t flags, uint64_t address,
                  uint64_t length)
{
    struct inet_socket *udp = datagram_socket(fd);
    int64_t done =
        udp ? udp_send_plain(udp, buffer, bytes, (uint32_t)flags, address, (uint32_t)length)
            : UDP_NOT_PLAIN;

    return done != UDP_NOT_PLAIN ? done : send_to(fd, buffer, bytes, flags, address, length);
}

int64_t lx_recvfrom(uint64_t fd, uint64_t buffer, uint64_t bytes, uint64_t flags, uint64_t address,
                    uint64_t length)
{
    struct inet_socket *udp = datagram_socket(fd);
    int64_t done = udp ? udp_receive_plain(udp, buffer, bytes, (uint32_t)flags, address, length)
                       : UDP_NOT_PLAIN;

    return done != UDP_NOT_PLAIN ? done : receive_from(fd, buffer, bytes, flags, address, length);
}

/* --- sendmsg, recvmsg --- */

/* The program's header and vector; *vector is few or the heap's. */
static int header_from_user(struct user_message *header, uaddr_t address, struct iovec *few,
                            struct iovec **vector, uint64_t *total)
{
    uint64_t sum = 0;

    *vector = few;
    if (copy_from_user(header, address, sizeof *header))
        return -EFAULT;
    if (header->name_length < 0)
        return -EINVAL;
    if (!header->name)
        header->name_length = 0;
    header->name_length = min_of(header->name_length, (int)sizeof(struct socket_address));
    if (header->count > VECTOR_LIMIT)
        return -EMSGSIZE;
    if (header->control_length > INT32_MAX)
        return -ENOBUFS;
    if (header->count > VECTOR_FEW) {
        *vector = heap_alloc(header->count * sizeof **vector);
        if (!*vector) {
            *vector = few;
            return -ENOMEM;
        }
    }
    if (copy_from_user(*vector, header->vector, header->count * sizeof **vector))
        return -EFAULT;
    for (uint64_t i = 0; i < header->count; i++) {
        struct iovec *entry = &(*vector)[i];
        if ((int64_t)entry->iov_len < 0)
            return -EINVAL;
        if (!user_range_ok((uaddr_t)entry->iov_base, entry->iov_len))
            return -EFAULT;
        entry->iov_len = min_of(entry->iov_len, IO_LIMIT - sum);
        sum += entry->iov_len;
    }
    *total = sum;
    return 0;
}

static int64_t send_message(struct socket *socket, struct file *file, uaddr_t address,
                            uint32_t flags)
{
    struct iovec few[VECTOR_FEW];
    struct iovec *vector;
    struct user_message header;
    struct socket_address name;
    struct control control;
    struct message message = {.flags = flags};
    int64_t done = header_from_user(&header, address, few, &vector, &message.left);

    message.vector = vector;
    if (!done && header.name_length) {
        message.name = &name;
        message.name_length = (uint32_t)header.name_length;
        done = address_from_user(&name, header.name, header.name_length);
    }
    if (!done && header.control_length) {
        memset(&control, 0, sizeof control);
        message.control = &control;
        done = control_parse(socket, &control, header.control, header.control_length);
    }
    if (!done)
        done = send_one(socket, file, &message);
    if (message.control && control.rights)
        rights_drop(control.rights);
    if (vector != few)
        heap_free(vector);
    return done;
}

static int64_t receive_message(struct socket *socket, struct file *file, uaddr_t address,
                               uint32_t flags)
{
    struct iovec few[VECTOR_FEW];
    struct iovec *vector;
    struct user_message header;
    struct socket_address name;
    struct control control;
    struct message message = {.flags = flags};
    int64_t done = header_from_user(&header, address, few, &vector, &message.left);

    message.vector = vector;
    if (!done) {
        memset(&control, 0, sizeof control);
        control.buffer = header.control;
        control.room = header.control ? header.control_length : 0;
        message.control = &control;
        name.family = 0;
        message.name = header.name ? &name : NULL;
        done = receive_one(socket, file, &message);
    }
    if (done >= 0) {
        uint64_t used = control.buffer - header.control;
        uint32_t part = min_of(message.name_length, (uint32_t)header.name_length);
        message.result |= flags & MSG_CMSG_CLOEXEC;
        if ((message.name && part && copy_to_user(header.name, &name, part)) ||
            (header.name && put_user_u32(address + offsetof(struct user_message, name_length),
                                         message.name_length)) ||
            put_user_u32(address + offsetof(struct user_message, flags), message.result) ||
            put_user_u64(address + offsetof(struct user_message, control_length), used))
            done = -EFAULT;
    }
    if (vector != few)
        heap_free(vector);
    return done;
}

int64_t lx_sendmsg(uint64_t fd, uint64_t address, uint64_t flags)
{
    struct file *file;
    struct socket *socket;
    int64_t done =
        (uint32_t)flags & MSG_CMSG_COMPAT ? -EINVAL : socket_get((int)fd, &file, &socket);

    if (done)
        return done;
    done = send_message(socket, file, address, (uint32_t)flags);
    file_drop(file);
    return done;
}

int64_t lx_recvmsg(uint64_t fd, uint64_t address, uint64_t flags)
{
    struct file *file;
    struct socket *socket;
    int64_t done =
        (uint32_t)flags & MSG_CMSG_COMPAT ? -EINVAL : socket_get((int)fd, &file, &socket);

    if (done)
        return done;
    done = receive_message(socket, file, address, (uint32_t)flags);
    file_drop(file);
    return done;
}

/* --- sendmmsg, recvmmsg --- */

int64_t lx_sendmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags)
{
    struct file *file;
    struct socket *socket;
    int64_t sent = 0;
    int64_t done =
        (uint32_t)flags & MSG_CMSG_COMPAT ? -EINVAL : socket_get((int)fd, &file, &socket);

    if (done)
        return done;
    count = min_of((uint64_t)(uint32_t)count, (uint64_t)VECTOR_LIMIT);
    while ((uint64_t)sent < count) {
        uaddr_t at = messages + (uint64_t)sent * BATCH_STRIDE;
        done = send_message(socket, file, at, (uint32_t)flags);
        if (done >= 0 && put_user_u32(at + sizeof(struct user_message), (uint32_t)done))
            done = -EFAULT;
        if (done < 0)
            break;
        sent++;
    }
    file_drop(file);
    return sent ? sent : done;
}

static int64_t receive_many(struct socket *socket, struct file *file, uaddr_t messages,
                            uint64_t count, uint32_t flags, uint64_t deadline)
{
    int64_t got = 0;
    int64_t done = 0;

    while ((uint64_t)got < count) {
        uaddr_t at = messages + (uint64_t)got * BATCH_STRIDE;
        done = receive_message(socket, file, at, flags & ~MSG_WAITFORONE);
        if (done >= 0 && put_user_u32(at + sizeof(struct user_message), (uint32_t)done))
            done = -EFAULT;
        if (done < 0)
            break;
        got++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (deadline != NO_DEADLINE && now_ns() >= deadline)
            break;
    }
    if (got && done < 0 && done != -EAGAIN && done > -ERESTARTSYS)
        socket->error = (int)-done; /* for the next call */
    return got ? got : done;
}

/* As on Linux the time is looked at after each message only. */
int64_t lx_recvmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags,
                    uint64_t timeout)
{
    uint64_t deadline = NO_DEADLINE;
    uint64_t ns;
    struct file *file;
    struct socket *socket;
    int64_t done = 0;

    if ((uint32_t)flags & MSG_CMSG_COMPAT)
        return -EINVAL;
    if (timeout) {
        done = duration_from_user(&ns, timeout);
        deadline = done ? 0 : deadline_after(ns);
    }
    if (!done)
        done = socket_get((int)fd, &file, &socket);
    if (done)
        return done;
    done = socket_error(socket);
    if (!done)
        done = receive_many(socket, file, messages,
                            min_of((uint64_t)(uint32_t)count, (uint64_t)VECTOR_LIMIT),
                            (uint32_t)flags, deadline);
    file_drop(file);
    if (done > 0 && timeout) {
        uint64_t now = now_ns();
        if (duration_to_user(timeout, deadline > now ? deadline - now : 0))
            done = -EFAULT;
    }
    return done;
}
