/* SPDX-License-Identifier: MIT */
/*
 * queue.c - pending signals: a set of bits, and siginfo for those that came with one.
 *
 * Invariant: a bit is set while the signal is pending; items of a signal exist only while its bit
 * is set. A standard signal has at most one item, a real-time signal one for each time it was
 * queued.
 */
#include "libos/linux/sig/queue.h"
#include <asm/resource.h>
#include "libos/linux/time/clock.h"

void queue_init(struct signal_queue *queue)
{
    queue->set = 0;
    list_init(&queue->items);
}

int queue_add(struct process *owner, struct signal_queue *queue, int signal,
              const struct siginfo *info, bool must)
{
    struct signal_item *item = NULL;

    if (info && !owner->sig.spare_used) {
        item = &owner->sig.spare;
        owner->sig.spare_used = true;
    } else if (info && owner->sig.queued < owner->rlimit[RLIMIT_SIGPENDING].soft)
        item = heap_alloc(sizeof *item);
    if (item) {
        item->info = *info;
        owner->sig.queued++;
        list_add_tail(&queue->items, &item->node);
    } else if (must) {
        return -EAGAIN;
    }
    queue->set |= SIGNAL_BIT(signal);
    return 0;
}

static struct signal_item *item_find(struct signal_queue *queue, int signal)
{
    list_for_each (node, &queue->items) {
        struct signal_item *item = list_item(node, struct signal_item, node);

        if (item->info.signo == signal)
            return item;
    }
    return NULL;
}

static void item_free(struct process *owner, struct signal_item *item)
{
    list_remove(&item->node);
    owner->sig.queued--;
    if (item == &owner->sig.spare)
        owner->sig.spare_used = false;
    else
        heap_free(item);
}

void queue_take(struct process *owner, struct signal_queue *queue, int signal, struct siginfo *info)
{
    struct signal_item *item = list_empty(&queue->items) ? NULL : item_find(queue, signal);

    if (item) {
        *info = item->info;
        item_free(owner, item);
    } else {
        *info = (struct siginfo){.signo = signal};
    }
    if (signal < SIGRTMIN || !item_find(queue, signal))
        queue->set &= ~SIGNAL_BIT(signal);
}

void queue_flush(struct process *owner, struct signal_queue *queue, sigmask_t set)
{
    if (!(queue->set & set))
        return;
    queue->set &= ~set;
    list_for_each_safe (node, &queue->items) {
        struct signal_item *item = list_item(node, struct signal_item, node);

        if (SIGNAL_BIT(item->info.signo) & set)
            item_free(owner, item);
    }
}

bool queue_timer_overrun(struct signal_queue *queue, int signal, int timer_id, int times)
{
    if (!(queue->set & SIGNAL_BIT(signal)))
        return false;
    list_for_each (node, &queue->items) {
        struct signal_item *item = list_item(node, struct signal_item, node);

        if (item->info.signo != signal || item->info.code != SI_TIMER ||
            item->info.u.timer.id != timer_id)
            continue;
        item->info.u.timer.overrun =
            (int)min_of((int64_t)item->info.u.timer.overrun + times, (int64_t)INT32_MAX);
        return true;
    }
    return false;
}

int signal_take(struct task *task, sigmask_t set, struct siginfo *info)
{
    struct process *process = task->process;
    sigmask_t own = task->sig.pending.set & set;
    sigmask_t shared = process->sig.pending.set & set;
    int signal;

    if (task->sig.forced && (own & SIGNAL_BIT(task->sig.forced))) {
        signal = task->sig.forced;
        *info = task->sig.forced_info;
        task->sig.forced = 0;
        task->sig.pending.set &= ~SIGNAL_BIT(signal);
    } else if (own) {
        signal = signal_first(own);
        queue_take(process, &task->sig.pending, signal, info);
    } else if (shared) {
        signal = signal_first(shared);
        queue_take(process, &process->sig.pending, signal, info);
    } else {
        return 0;
    }
    if (info->code == SI_TIMER)
        timers_delivered(process, info);
    signal_update(task);
    return signal;
}

bool signal_pending(struct task *task)
{
    return task->sig.attention & ATTENTION_SIGNAL;
}

bool signal_ignored(struct process *process, int signal)
{
    uint64_t handler = process->sig.action[signal - 1].handler;

    if (handler == HANDLER_IGNORE)
        return true;
    return handler == HANDLER_DEFAULT && (SIGNAL_BIT(signal) & SIGNALS_DEFAULT_IGNORE);
}
