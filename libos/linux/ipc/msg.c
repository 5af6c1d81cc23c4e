/* SPDX-License-Identifier: MIT */
/*
 * msg.c - System V message queues.
 *
 * Messages are in a list in the order in which they were sent; receivers pick by type. Senders and
 * receivers that cannot go on wait in one queue each and look again when something changed.
 */
#include "libos/linux/ipc/ids.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include <linux/msg.h>

struct message {
    struct list node;
    int64_t type;
    uint64_t bytes;
    char body[];
};

struct msg_queue {
    struct ipc_object object; /* first */
    uint32_t users;           /* sleepers and the table: the last frees it */
    bool removed;
    struct list messages;
    struct waitq senders, receivers;
    uint64_t bytes, count, limit; /* limit: of bytes, and of messages */
    uint64_t send_time, receive_time, change_time;
    int last_sender, last_receiver;
};

static struct ipc_ids ids = {.limit = MSGMNI, .last_slot = -1};

static struct msg_queue *queue_find(uint64_t id)
{
    return (struct msg_queue *)ipc_lookup(&ids, (int)id);
}

static void queue_leave(struct msg_queue *queue)
{
    if (--queue->users == 0)
        heap_free(queue);
}

int64_t lx_msgget(uint64_t key, uint64_t flags)
{
    struct ipc_object *found;
    struct msg_queue *queue;
    int id = ipc_get(&ids, (int32_t)key, (uint32_t)flags, &found);

    if (id || found)
        return id ? id : found->id;
    queue = heap_zalloc(sizeof *queue);
    if (!queue)
        return -ENOMEM;
    queue->users = 1;
    list_init(&queue->messages);
    waitq_init(&queue->senders);
    waitq_init(&queue->receivers);
    queue->limit = MSGMNB;
    queue->change_time = ipc_seconds();
    id = ipc_add(&ids, &queue->object, (int32_t)key, (uint32_t)flags);
    if (id < 0)
        heap_free(queue);
    return id;
}

/* Sleeps once; 0, or why it is over. */
static int queue_sleep(struct msg_queue *queue, struct waitq *wait)
{
    struct waiter waiter;
    int error;

    waiter_init(&waiter);
    wait_add(wait, &waiter);
    queue->users++;
    error = task_sleep(NO_DEADLINE);
    wait_remove(&waiter);
    if (queue->removed)
        error = -EIDRM;
    else if (error)
        error = -EINTR; /* never started again, whatever SA_RESTART says */
    queue_leave(queue);
    return error;
}

static struct message *message_from_user(int64_t type, uaddr_t body, uint64_t bytes, int *error)
{
    struct message *message = heap_alloc(sizeof *message + bytes);

    *error = -ENOMEM;
    if (!message)
        return NULL;
    *error = copy_from_user(message->body, body, bytes);
    if (*error) {
        heap_free(message);
        return NULL;
    }
    message->type = type;
    message->bytes = bytes;
    list_init(&message->node);
    return message;
}

static int send(uint64_t id, struct message *message, uint64_t flags)
{
    struct msg_queue *queue = queue_find(id);
    int error = queue ? ipc_permission(&queue->object, 0222) : -EINVAL;

    while (!error &&
           (queue->bytes + message->bytes > queue->limit || queue->count + 1 > queue->limit)) {
        error = flags & IPC_NOWAIT ? -EAGAIN : queue_sleep(queue, &queue->senders);
        if (!error)
            error = ipc_permission(&queue->object, 0222);
    }
    if (error)
        return error;
    list_add_tail(&queue->messages, &message->node);
    queue->bytes += message->bytes;
    queue->count++;
    queue->last_sender = current()->process->pid;
    queue->send_time = ipc_seconds();
    waitq_wake(&queue->receivers);
    return 0;
}

int64_t lx_msgsnd(uint64_t id, uint64_t buffer, uint64_t bytes, uint64_t flags)
{
    struct message *message;
    uint64_t type;
    int error;

    if (get_user_u64(&type, buffer))
        return -EFAULT;
    if ((int64_t)bytes < 0 || bytes > MSGMAX || (int)id < 0 || (int64_t)type < 1)
        return -EINVAL;
    message = message_from_user((int64_t)type, buffer + 8, bytes, &error);
    if (!message)
        return error;
    error = send(id, message, flags);
    if (error)
        heap_free(message);
    return error;
}

static bool suits(const struct message *message, int64_t type, uint64_t flags)
{
    if (type == 0)
        return true;
    if (type > 0)
        return (message->type == type) != !!(flags & MSG_EXCEPT);
    return message->type <= -type;
}

/* The first that suits; for a negative type the first of the lowest type. NULL: none. */
static struct message *pick(struct msg_queue *queue, int64_t type, uint64_t flags)
{
    struct message *best = NULL;

    list_for_each (node, &queue->messages) {
        struct message *message = list_item(node, struct message, node);

        if (!suits(message, type, flags))
            continue;
        if (type >= 0)
            return message;
        if (!best || message->type < best->type)
            best = message;
    }
    return best;
}

int64_t lx_msgrcv(uint64_t id, uint64_t buffer, uint64_t room, uint64_t type, uint64_t flags)
{
    struct msg_queue *queue;
    struct message *message;
    int error;

    if ((int)id < 0 || (int64_t)room < 0)
        return -EINVAL;
    if (flags & MSG_COPY)
        return flags & MSG_EXCEPT || !(flags & IPC_NOWAIT)
                   ? -EINVAL
                   : unimplemented(-ENOSYS, "msgrcv flag MSG_COPY");
    queue = queue_find(id);
    error = queue ? ipc_permission(&queue->object, 0444) : -EINVAL;
    if ((int64_t)type == INT64_MIN)
        type++;
    for (;;) {
        if (error)
            return error;
        message = pick(queue, (int64_t)type, flags);
        if (message)
            break;
        error = flags & IPC_NOWAIT ? -ENOMSG : queue_sleep(queue, &queue->receivers);
        if (!error)
            error = ipc_permission(&queue->object, 0444);
    }
    if (message->bytes > room && !(flags & MSG_NOERROR))
        return -E2BIG;
    list_remove(&message->node);
    queue->bytes -= message->bytes;
    queue->count--;
    queue->last_receiver = current()->process->pid;
    queue->receive_time = ipc_seconds();
    waitq_wake(&queue->senders);
    room = min_of(room, message->bytes);
    error = put_user_u64(buffer, (uint64_t)message->type);
    if (!error)
        error = copy_to_user(buffer + 8, message->body, room);
    heap_free(message);
    return error ? error : (int64_t)room;
}

/* --- msgctl --- */

static int64_t msg_stat(struct msg_queue *queue, uaddr_t to, int64_t result)
{
    struct msqid64_ds out = {0};

    ipc_fill(&queue->object, &out.msg_perm);
    out.msg_stime = (long)queue->send_time;
    out.msg_rtime = (long)queue->receive_time;
    out.msg_ctime = (long)queue->change_time;
    out.msg_cbytes = queue->bytes;
    out.msg_qnum = queue->count;
    out.msg_qbytes = queue->limit;
    out.msg_lspid = queue->last_sender;
    out.msg_lrpid = queue->last_receiver;
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : result;
}

static int64_t msg_info(uaddr_t to, bool usage)
{
    struct msginfo out = {.msgpool = MSGMNI * MSGMNB / 1024,
                          .msgmap = MSGMNB,
                          .msgmax = MSGMAX,
                          .msgmnb = MSGMNB,
                          .msgmni = MSGMNI,
                          .msgssz = 16,
                          .msgtql = MSGMNB,
                          .msgseg = 0xffff};

    if (usage) {
        out.msgpool = (int)ids.used;
        out.msgmap = out.msgtql = 0;
        for (uint32_t i = 0; i < ids.size; i++) {
            const struct msg_queue *queue = (const struct msg_queue *)ids.slot[i];

            out.msgmap += queue ? (int)queue->count : 0;
            out.msgtql += queue ? (int)queue->bytes : 0;
        }
    }
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : max_of(ids.last_slot, 0);
}

static int64_t msg_set(struct msg_queue *queue, uaddr_t from)
{
    struct msqid64_ds wanted;
    int error = copy_from_user(&wanted, from, sizeof wanted);

    if (!error)
        error = ipc_owner(&queue->object);
    if (!error && wanted.msg_qbytes > MSGMNB && !capable(CAP_SYS_RESOURCE))
        error = -EPERM;
    if (error)
        return error;
    ipc_change(&queue->object, &wanted.msg_perm);
    queue->limit = wanted.msg_qbytes;
    queue->change_time = ipc_seconds();
    waitq_wake(&queue->senders);
    waitq_wake(&queue->receivers);
    return 0;
}

static int64_t msg_remove(struct msg_queue *queue)
{
    int error = ipc_owner(&queue->object);

    if (error)
        return error;
    ipc_remove(&ids, &queue->object);
    list_for_each_safe (node, &queue->messages)
        heap_free(list_item(node, struct message, node));
    list_init(&queue->messages);
    queue->removed = true;
    waitq_wake(&queue->senders);
    waitq_wake(&queue->receivers);
    queue_leave(queue);
    return 0;
}

int64_t lx_msgctl(uint64_t id, uint64_t command64, uint64_t buffer)
{
    int command = (int)command64;
    struct msg_queue *queue;

    if ((int)id < 0 || command < 0)
        return -EINVAL;
    if (command == IPC_INFO || command == MSG_INFO)
        return msg_info(buffer, command == MSG_INFO);
    if (command == MSG_STAT || command == MSG_STAT_ANY)
        queue = (struct msg_queue *)ipc_by_slot(&ids, (uint32_t)id);
    else
        queue = queue_find(id);
    switch (command) {
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY:
        if (!queue)
            return -EINVAL;
        if (command != MSG_STAT_ANY && ipc_permission(&queue->object, 0444))
            return -EACCES;
        return msg_stat(queue, buffer, command == IPC_STAT ? 0 : queue->object.id);
    case IPC_SET:
        return queue ? msg_set(queue, buffer) : -EINVAL;
    case IPC_RMID:
        return queue ? msg_remove(queue) : -EINVAL;
    default:
        return -EINVAL;
    }
}

int msg_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid"
                   "  cuid  cgid      stime      rtime      ctime\n");
    for (uint32_t i = 0; i < ids.size; i++) {
        const struct msg_queue *queue = (const struct msg_queue *)ids.slot[i];

        if (queue)
            text_add(text,
                     "%10d %10d  %4o  %10lu %10lu %5d %5d %5u %5u %5u %5u %10lu %10lu %10lu\n",
                     queue->object.key, queue->object.id, queue->object.mode,
                     (unsigned long)queue->bytes, (unsigned long)queue->count, queue->last_sender,
                     queue->last_receiver, queue->object.uid, queue->object.gid, queue->object.cuid,
                     queue->object.cgid, (unsigned long)queue->send_time,
                     (unsigned long)queue->receive_time, (unsigned long)queue->change_time);
    }
    return 0;
}
