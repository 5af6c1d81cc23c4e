/* SPDX-License-Identifier: MIT */
/*
 * sem.c - System V semaphores.
 *
 * A call's operations take effect together or not at all. Who cannot go on waits in the set's queue and
 * tries again, first come first tried, whenever a value has changed. What SEM_UNDO promises is kept with
 * the process and done when it ends.
 */
#include "libos/linux/ipc/ids.h"
#include "libos/linux/ipc/sem.h"
#include "libos/linux/call/call.h"
#include "libos/linux/call/handlers.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/task.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/user.h"
#include <linux/sem.h>

#define SETS_MAX 32000 /* SEMMNI */

struct semaphore {
    uint16_t value;
    int pid; /* of the last change */
};

struct sem_set {
    struct ipc_object object; /* first */
    uint32_t users;           /* sleepers and the table: the last frees it */
    bool removed;
    struct waitq wait;
    struct list sleepers; /* of struct sleeper, to be counted */
    uint64_t operation_time, change_time;
    uint32_t count;
    struct semaphore sem[];
};

struct sleeper {
    struct list node;
    uint16_t number; /* the semaphore that stops it */
    bool for_zero;
};

/* What a process will give back at its end, by semaphore. */
struct sem_undo {
    struct sem_undo *next;
    int id;
    uint32_t count;
    int16_t adjust[];
};

static struct ipc_ids ids = {.limit = SETS_MAX, .last_slot = -1};

static struct sem_set *set_find(uint64_t id)
{
    return (struct sem_set *)ipc_lookup(&ids, (int)id);
}

static void set_leave(struct sem_set *set)
{
    if (--set->users == 0)
        heap_free(set);
}

int64_t lx_semget(uint64_t key, uint64_t count, uint64_t flags)
{
    struct ipc_object *found;
    struct sem_set *set;
    int error;

    if ((int)count < 0 || (int)count > SEMMSL)
        return -EINVAL;
    error = ipc_get(&ids, (int32_t)key, (uint32_t)flags, &found);
    if (error)
        return error;
    if (found)
        return ((struct sem_set *)found)->count < (uint32_t)count ? -EINVAL : found->id;
    if (!count)
        return -EINVAL;
    set = heap_zalloc(sizeof *set + (uint32_t)count * sizeof set->sem[0]);
    if (!set)
        return -ENOMEM;
    set->users = 1;
    waitq_init(&set->wait);
    list_init(&set->sleepers);
    set->count = (uint32_t)count;
    set->change_time = ipc_seconds();
    int id = ipc_add(&ids, &set->object, (int32_t)key, (uint32_t)flags);

    if (id < 0)
        heap_free(set);
    return id;
}

/* --- Undo --- */

static struct sem_undo **undo_link(struct process *process, int id)
{
    struct sem_undo **link = &process->sem_undo;

    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

static struct sem_undo *undo_of(struct process *process, const struct sem_set *set)
{
    struct sem_undo **link = undo_link(process, set->object.id);

    if (!*link) {
        *link = heap_zalloc(sizeof **link + set->count * sizeof(*link)->adjust[0]);
        if (*link) {
            (*link)->id = set->object.id;
            (*link)->count = set->count;
        }
    }
    return *link;
}

/* SETVAL and SETALL: nobody gives anything back for these semaphores. */
static void undo_clear(const struct sem_set *set, uint32_t first, uint32_t end)
{
    list_for_each (node, &process_list) {
        struct sem_undo *undo = *undo_link(list_item(node, struct process, all), set->object.id);

        for (uint32_t i = first; undo && i < end; i++)
            undo->adjust[i] = 0;
    }
}

void sem_exit(struct process *process)
{
    while (process->sem_undo) {
        struct sem_undo *undo = process->sem_undo;
        struct sem_set *set = set_find((uint64_t)undo->id);

        process->sem_undo = undo->next;
        for (uint32_t i = 0; set && i < set->count; i++) {
            int value = set->sem[i].value + undo->adjust[i];

            if (!undo->adjust[i])
                continue;
            set->sem[i].value = (uint16_t)(value < 0 ? 0 : min_of(value, SEMVMX));
            set->sem[i].pid = process->pid;
            set->operation_time = ipc_seconds();
        }
        if (set)
            waitq_wake(&set->wait);
        heap_free(undo);
    }
}

/* --- semop --- */

/*
 * All operations in order, or none. 0: done; 1: would have to wait at *stop; -ERANGE. undo: NULL: none
 * asked for.
 */
static int try(struct sem_set *set, const struct sembuf *operation, uint32_t count,
               struct sem_undo *undo, uint32_t *stop)
{
    int result = 0;
    uint32_t at;

    for (at = 0; at < count && !result; at++) {
        const struct sembuf *o = &operation[at];
        int value = set->sem[o->sem_num].value + o->sem_op;
        int adjust = undo ? undo->adjust[o->sem_num] - o->sem_op : 0;

        if ((!o->sem_op && set->sem[o->sem_num].value) || value < 0)
            result = 1;
        else if (value > SEMVMX ||
                 ((o->sem_flg & SEM_UNDO) && (adjust < -SEMAEM - 1 || adjust > SEMAEM)))
            result = -ERANGE;
        if (result)
            break;
        set->sem[o->sem_num].value = (uint16_t)value;
        if (o->sem_flg & SEM_UNDO)
            undo->adjust[o->sem_num] = (int16_t)adjust;
    }
    if (!result) {
        for (uint32_t i = 0; i < count; i++)
            set->sem[operation[i].sem_num].pid = current()->process->pid;
        return 0;
    }
    *stop = at;
    while (at--) {
        const struct sembuf *o = &operation[at];

        set->sem[o->sem_num].value = (uint16_t)(set->sem[o->sem_num].value - o->sem_op);
        if (o->sem_flg & SEM_UNDO)
            undo->adjust[o->sem_num] = (int16_t)(undo->adjust[o->sem_num] + o->sem_op);
    }
    return result;
}

/* Sleeps once; 0, or why it is over. */
static int semop_sleep(struct sem_set *set, const struct sembuf *stop, uint64_t deadline)
{
    struct sleeper sleeper = {.number = stop->sem_num, .for_zero = !stop->sem_op};
    struct waiter waiter;
    int error;

    waiter_init(&waiter);
    wait_add(&set->wait, &waiter);
    list_add_tail(&set->sleepers, &sleeper.node);
    set->users++;
    error = task_sleep(deadline);
    wait_remove(&waiter);
    list_remove(&sleeper.node);
    if (set->removed)
        error = -EIDRM;
    else if (error == -ETIMEDOUT)
        error = -EAGAIN;
    else if (error)
        error = -EINTR; /* never started again, whatever SA_RESTART says */
    set_leave(set);
    return error;
}

static int64_t operate(uint64_t id, const struct sembuf *operation, uint32_t count,
                       uint64_t deadline)
{
    struct sem_set *set = set_find(id);
    struct sem_undo *undo = NULL;
    bool changes = false;
    bool undoes = false;
    bool touches = false;
    uint32_t stop;
    int error;

    if (!set)
        return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        if (operation[i].sem_num >= set->count)
            return -EFBIG;
        changes |= operation[i].sem_op != 0;
        undoes |= operation[i].sem_flg & SEM_UNDO;
        touches |= operation[i].sem_op > 0 || operation[i].sem_op < 0;
    }
    error = ipc_permission(&set->object, changes ? 0222 : 0444);
    if (error)
        return error;
    if (undoes) {
        undo = undo_of(current()->process, set);
        if (!undo)
            return -ENOMEM;
    }
    for (;;) {
        error = try(set, operation, count, undo, &stop);
        if (error <= 0)
            break;
        if (operation[stop].sem_flg & IPC_NOWAIT)
            return -EAGAIN;
        error = semop_sleep(set, &operation[stop], deadline);
        if (error)
            return error;
    }
    if (!error) {
        set->operation_time = ipc_seconds();
        if (touches)
            waitq_wake(&set->wait);
    }
    return error;
}

static int64_t semop(uint64_t id, uaddr_t operations, uint64_t count, uint64_t deadline)
{
    struct sembuf few[8];
    struct sembuf *operation = few;
    int64_t result;

    if (!count || (int)id < 0)
        return -EINVAL;
    if (count > SEMOPM)
        return -E2BIG;
    if (count > ARRAY_SIZE(few))
        operation = heap_alloc(count * sizeof *operation);
    if (!operation)
        return -ENOMEM;
    result = copy_from_user(operation, operations, count * sizeof *operation);
    if (!result)
        result = operate(id, operation, (uint32_t)count, deadline);
    if (operation != few)
        heap_free(operation);
    return result;
}

int64_t lx_semop(uint64_t id, uint64_t operations, uint64_t count)
{
    return semop(id, operations, count, NO_DEADLINE);
}

int64_t lx_semtimedop(uint64_t id, uint64_t operations, uint64_t count, uint64_t timeout)
{
    uint64_t ns = 0;
    int error = timeout ? duration_from_user(&ns, timeout) : 0;

    if (error)
        return error;
    return semop(id, operations, count, timeout ? deadline_after(ns) : NO_DEADLINE);
}

/* --- semctl --- */

static int64_t sem_stat(struct sem_set *set, uaddr_t to, int64_t result)
{
    struct semid64_ds out = {0};

    ipc_fill(&set->object, &out.sem_perm);
    out.sem_otime = (__kernel_long_t)set->operation_time;
    out.sem_ctime = (__kernel_long_t)set->change_time;
    out.sem_nsems = set->count;
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : result;
}

static int64_t sem_info(uaddr_t to, bool usage)
{
    struct seminfo out = {.semmap = SEMMNS,
                          .semmni = SEMMNI,
                          .semmns = SEMMNS,
                          .semmnu = SEMMNU,
                          .semmsl = SEMMSL,
                          .semopm = SEMOPM,
                          .semume = SEMUME,
                          .semusz = SEMUSZ,
                          .semvmx = SEMVMX,
                          .semaem = SEMAEM};

    if (usage) {
        out.semusz = (int)ids.used;
        out.semaem = 0;
        for (uint32_t i = 0; i < ids.size; i++)
            if (ids.slot[i])
                out.semaem += (int)((struct sem_set *)ids.slot[i])->count;
    }
    return copy_to_user(to, &out, sizeof out) ? -EFAULT : max_of(ids.last_slot, 0);
}

static int64_t sleepers_of(const struct sem_set *set, uint32_t number, bool for_zero)
{
    int64_t count = 0;

    list_for_each (node, &set->sleepers) {
        const struct sleeper *sleeper = list_item(node, struct sleeper, node);

        count += sleeper->number == number && sleeper->for_zero == for_zero;
    }
    return count;
}

static int64_t all_get(const struct sem_set *set, uaddr_t to)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (copy_to_user(to + i * 2, &set->sem[i].value, 2))
            return -EFAULT;
    return 0;
}

static int64_t all_set(struct sem_set *set, uaddr_t from)
{
    uint16_t *value = heap_alloc(set->count * sizeof *value);
    int error = value ? copy_from_user(value, from, set->count * sizeof *value) : -ENOMEM;

    for (uint32_t i = 0; !error && i < set->count; i++)
        error = value[i] > SEMVMX ? -ERANGE : 0;
    for (uint32_t i = 0; !error && i < set->count; i++) {
        set->sem[i].value = value[i];
        set->sem[i].pid = current()->process->pid;
    }
    heap_free(value);
    if (error)
        return error;
    undo_clear(set, 0, set->count);
    set->change_time = ipc_seconds();
    waitq_wake(&set->wait);
    return 0;
}

static int64_t one_set(struct sem_set *set, uint32_t number, int value)
{
    if (value < 0 || value > SEMVMX)
        return -ERANGE;
    set->sem[number].value = (uint16_t)value;
    set->sem[number].pid = current()->process->pid;
    undo_clear(set, number, number + 1);
    set->change_time = ipc_seconds();
    waitq_wake(&set->wait);
    return 0;
}

static int64_t sem_change(struct sem_set *set, int command, uaddr_t argument)
{
    struct semid64_ds wanted;
    int error = command == IPC_SET ? copy_from_user(&wanted, argument, sizeof wanted) : 0;

    if (!error)
        error = ipc_owner(&set->object);
    if (error)
        return error;
    if (command == IPC_SET) {
        ipc_change(&set->object, &wanted.sem_perm);
        set->change_time = ipc_seconds();
        return 0;
    }
    ipc_remove(&ids, &set->object);
    list_for_each (node, &process_list) {
        struct sem_undo **link = undo_link(list_item(node, struct process, all), set->object.id);
        struct sem_undo *undo = *link;

        if (undo)
            *link = undo->next;
        heap_free(undo);
    }
    set->removed = true;
    waitq_wake(&set->wait);
    set_leave(set);
    return 0;
}

int64_t lx_semctl(uint64_t id, uint64_t number, uint64_t command64, uint64_t argument)
{
    int command = (int)command64;
    struct sem_set *set;
    bool writes = command == SETVAL || command == SETALL;

    if ((int)id < 0)
        return -EINVAL;
    if (command == IPC_INFO || command == SEM_INFO)
        return sem_info(argument, command == SEM_INFO);
    if (command == SEM_STAT || command == SEM_STAT_ANY)
        set = (struct sem_set *)ipc_by_slot(&ids, (uint32_t)id);
    else
        set = set_find(id);
    if (!set || command < 0 || (command > SEM_STAT_ANY))
        return -EINVAL;
    if (command == IPC_SET || command == IPC_RMID)
        return sem_change(set, command, argument);
    if (command != SEM_STAT_ANY && ipc_permission(&set->object, writes ? 0222 : 0444))
        return -EACCES;
    if (command >= GETPID && command != GETALL && command <= SETVAL &&
        (uint32_t)number >= set->count)
        return -EINVAL;
    switch (command) {
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
        return sem_stat(set, argument, command == IPC_STAT ? 0 : set->object.id);
    case GETPID:
        return set->sem[number].pid;
    case GETVAL:
        return set->sem[number].value;
    case GETNCNT:
    case GETZCNT:
        return sleepers_of(set, (uint32_t)number, command == GETZCNT);
    case GETALL:
        return all_get(set, argument);
    case SETVAL:
        return one_set(set, (uint32_t)number, (int)argument);
    case SETALL:
        return all_set(set, argument);
    default:
        return -EINVAL;
    }
}

int sem_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime"
                   "      ctime\n");
    for (uint32_t i = 0; i < ids.size; i++) {
        const struct sem_set *set = (const struct sem_set *)ids.slot[i];

        if (set)
            text_add(text, "%10d %10d  %4o %10u %5u %5u %5u %5u %10lu %10lu\n", set->object.key,
                     set->object.id, set->object.mode, set->count, set->object.uid, set->object.gid,
                     set->object.cuid, set->object.cgid, (unsigned long)set->operation_time,
                     (unsigned long)set->change_time);
    }
    return 0;
}
