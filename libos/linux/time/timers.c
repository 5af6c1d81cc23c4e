/* SPDX-License-Identifier: MIT */
/*
 * timers.c - the interval timers and POSIX timers of a process.
 *
 * Each is a `struct tick`: a scheduler timer with a clock. On clocks of CPU time the scheduler
 * timer is set to the earliest moment at which the time could be used up (CPU time passes at most
 * as fast as real time), and set again when it is not; CPU_RECHECK_NS bounds how often. LIMIT: a
 * wall clock that is set forward does not make absolute timers on CLOCK_REALTIME come sooner.
 */
#include "libos/linux/time/clock.h"
#include <asm/signal.h>
#include <linux/time.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/sig/queue.h"
#include "libos/linux/user.h"

/* sigevent.notify; from <asm/siginfo.h> */
#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4

#define CPU_RECHECK_NS   1000000
#define POSIX_TIMERS_MAX 1024

enum tick_clock {
    TICK_MONOTONIC,
    TICK_REALTIME,
    TICK_CPU_USER,
    TICK_CPU,
    TICK_CPU_THREAD
};

struct tick {
    struct timer timer;
    struct process *process;
    enum tick_clock clock;
    int tid; /* TICK_CPU_THREAD: whose; the timer of a thread that ended never expires */
    bool armed;
    uint64_t at_ns; /* on its clock */
    uint64_t interval_ns;
    void (*fire)(struct tick *tick, uint64_t times);
};

struct posix_timer {
    struct tick tick;
    struct list node;
    int id;
    int clock;
    int notify;
    int signal;
    int tid; /* SIGEV_THREAD_ID */
    uint64_t value;
    int overrun; /* of the last delivered signal */
};

struct process_timers {
    struct tick interval[3]; /* ITIMER_REAL, _VIRTUAL, _PROF */
    struct list posix;
    int next_id;
    int posix_count;
};

/* --- struct tick
 * -------------------------------------------------------------------------------------------- */

static uint64_t tick_now(const struct tick *tick)
{
    const struct task *task;

    switch (tick->clock) {
    case TICK_REALTIME:
        return clock_realtime_ns();
    case TICK_CPU_USER:
        process_cpu_ns(tick->process); /* brings it up to date */
        return tick->process->user_ns;
    case TICK_CPU:
        return process_cpu_ns(tick->process);
    case TICK_CPU_THREAD:
        task = task_find(tick->process->pid, tick->tid);
        return task ? task_cpu_ns(task) : 0;
    case TICK_MONOTONIC:
        break;
    }
    return now_ns();
}

static void tick_schedule(struct tick *tick)
{
    uint64_t now = tick_now(tick);
    uint64_t left = tick->at_ns > now ? tick->at_ns - now : 0;

    if (tick->clock >= TICK_CPU_USER)
        left = max_of(left, (uint64_t)CPU_RECHECK_NS);
    timer_start(&tick->timer, deadline_after(left));
}

static void tick_expire(struct timer *timer)
{
    struct tick *tick = container_of(timer, struct tick, timer);
    uint64_t now = tick_now(tick);
    uint64_t times = 1;

    if (now < tick->at_ns) {
        tick_schedule(tick);
        return;
    }
    if (tick->interval_ns) {
        times += (now - tick->at_ns) / tick->interval_ns;
        tick->at_ns += times * tick->interval_ns;
        tick_schedule(tick);
    } else {
        tick->armed = false;
    }
    tick->fire(tick, times);
}

static void tick_init(struct tick *tick, struct process *process, enum tick_clock clock,
                      void (*fire)(struct tick *, uint64_t))
{
    *tick = (struct tick){.process = process, .clock = clock, .fire = fire};
    list_init(&tick->timer.node);
    tick->timer.expire = tick_expire;
}

static void tick_stop(struct tick *tick)
{
    if (tick->armed)
        timer_stop(&tick->timer);
    tick->armed = false;
}

/* at_ns on the tick's clock */
static void tick_start(struct tick *tick, uint64_t at_ns, uint64_t interval_ns)
{
    tick_stop(tick);
    tick->at_ns = at_ns;
    tick->interval_ns = interval_ns;
    tick->armed = true;
    tick_schedule(tick);
}

/* Time to the next expiry; 0: not armed. */
static uint64_t tick_left(const struct tick *tick)
{
    uint64_t now = tick_now(tick);

    if (!tick->armed)
        return 0;
    return tick->at_ns > now ? tick->at_ns - now : 1;
}

/* --- Interval timers
 * ----------------------------------------------------------------------------------------- */

static void interval_fire(struct tick *tick, uint64_t times)
{
    const struct process_timers *timers = tick->process->timers;
    const int signals[3] = {SIGALRM, SIGVTALRM, SIGPROF};
    int signal = signals[tick - timers->interval];
    struct siginfo info = {.signo = signal, .code = SI_KERNEL};

    (void)times; /* standard signals do not count */
    signal_send_process(tick->process, signal, &info);
}

static struct process_timers *timers_of(struct process *process)
{
    struct process_timers *timers = process->timers;

    if (timers)
        return timers;
    timers = heap_zalloc(sizeof *timers);
    if (!timers)
        return NULL;
    tick_init(&timers->interval[ITIMER_REAL], process, TICK_MONOTONIC, interval_fire);
    tick_init(&timers->interval[ITIMER_VIRTUAL], process, TICK_CPU_USER, interval_fire);
    tick_init(&timers->interval[ITIMER_PROF], process, TICK_CPU, interval_fire);
    list_init(&timers->posix);
    process->timers = timers;
    return timers;
}

struct itimer_user {
    int64_t interval_seconds, interval_microseconds;
    int64_t seconds, microseconds;
};

static void itimer_show(const struct tick *tick, struct itimer_user *out)
{
    uint64_t left_us = (tick_left(tick) + 999) / 1000;
    uint64_t interval_us = tick->armed ? tick->interval_ns / 1000 : 0;

    out->seconds = (int64_t)(left_us / 1000000);
    out->microseconds = (int64_t)(left_us % 1000000);
    out->interval_seconds = (int64_t)(interval_us / 1000000);
    out->interval_microseconds = (int64_t)(interval_us % 1000000);
}

static bool timeval_valid(int64_t seconds, int64_t microseconds)
{
    return seconds >= 0 && microseconds >= 0 && microseconds < 1000000;
}

static uint64_t timeval_ns(int64_t seconds, int64_t microseconds)
{
    return min_of((uint64_t)seconds, 9000000000ul) * NS_PER_SECOND + (uint64_t)microseconds * 1000;
}

int64_t lx_getitimer(uint64_t which, uint64_t value)
{
    struct itimer_user out = {0};
    const struct process_timers *timers = current()->process->timers;

    if (which > ITIMER_PROF)
        return -EINVAL;
    if (timers)
        itimer_show(&timers->interval[which], &out);
    return copy_to_user(value, &out, sizeof out);
}

int64_t lx_setitimer(uint64_t which, uint64_t new, uint64_t old)
{
    struct itimer_user in = {0}; /* NULL turns it off, as Linux still allows */
    struct itimer_user out;

    if (new &&copy_from_user(&in, new, sizeof in))
        return -EFAULT;
    if (which > ITIMER_PROF || !timeval_valid(in.seconds, in.microseconds) ||
        !timeval_valid(in.interval_seconds, in.interval_microseconds))
        return -EINVAL;
    struct process_timers *timers = timers_of(current()->process);

    if (!timers)
        return -ENOMEM;
    struct tick *tick = &timers->interval[which];
    uint64_t value = timeval_ns(in.seconds, in.microseconds);

    itimer_show(tick, &out);
    if (value)
        tick_start(tick, tick_now(tick) + value,
                   timeval_ns(in.interval_seconds, in.interval_microseconds));
    else
        tick_stop(tick);
    return old ? copy_to_user(old, &out, sizeof out) : 0;
}

uint64_t timers_alarm(struct process *process, uint64_t seconds)
{
    struct process_timers *timers = seconds ? timers_of(process) : process->timers;

    if (!timers)
        return 0;
    struct tick *tick = &timers->interval[ITIMER_REAL];
    uint64_t left = tick_left(tick);

    if (seconds)
        tick_start(tick, now_ns() + seconds * NS_PER_SECOND, 0);
    else
        tick_stop(tick);
    if (left && left < NS_PER_SECOND)
        return 1; /* 0 would say that none was set */
    return (left + NS_PER_SECOND / 2) / NS_PER_SECOND;
}

int64_t lx_alarm(uint64_t seconds)
{
    return (int64_t)timers_alarm(current()->process, (uint32_t)seconds);
}

/* --- POSIX timers
 * ------------------------------------------------------------------------------------------- */

struct sigevent_user {
    uint64_t value;
    int32_t signal, notify;
    int32_t tid;
    uint8_t pad[44];
};
static_assert(sizeof(struct sigevent_user) == 64, "sigevent");

static struct posix_timer *posix_find(uint64_t id)
{
    struct process_timers *timers = current()->process->timers;

    if (!timers)
        return NULL;
    list_for_each (node, &timers->posix) {
        struct posix_timer *timer = list_item(node, struct posix_timer, node);

        if (timer->id == (int)id)
            return timer;
    }
    return NULL;
}

static struct task *posix_target(const struct posix_timer *timer)
{
    list_for_each (node, &timer->tick.process->tasks) {
        struct task *task = list_item(node, struct task, peer);

        if (task->tid == timer->tid)
            return task;
    }
    return NULL;
}

static void posix_fire(struct tick *tick, uint64_t times)
{
    struct posix_timer *timer = container_of(tick, struct posix_timer, tick);
    struct siginfo info = {.signo = timer->signal, .code = SI_TIMER};
    struct process *process = tick->process;
    struct task *target = timer->notify & SIGEV_THREAD_ID ? posix_target(timer) : NULL;
    struct signal_queue *queue = target ? &target->sig.pending : &process->sig.pending;

    if (timer->notify == SIGEV_NONE || (timer->notify & SIGEV_THREAD_ID && !target))
        return;
    if (queue_timer_overrun(queue, timer->signal, timer->id, (int)min_of(times, 1000000ul)))
        return; /* still pending from the last time: only counted */
    info.u.timer.id = timer->id;
    info.u.timer.overrun = (int)min_of(times - 1, 1000000ul);
    info.u.timer.value = timer->value;
    if (target)
        signal_send_task(target, timer->signal, &info);
    else
        signal_send_process(process, timer->signal, &info);
}

void timers_delivered(struct process *process, const struct siginfo *info)
{
    struct process_timers *timers = process->timers;

    if (!timers)
        return;
    list_for_each (node, &timers->posix) {
        struct posix_timer *timer = list_item(node, struct posix_timer, node);

        if (timer->id == info->u.timer.id)
            timer->overrun = info->u.timer.overrun;
    }
}

static int tick_clock_of(int clock, enum tick_clock *out)
{
    uint64_t ns;

    if (clock_read(clock, &ns))
        return -EINVAL;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_TAI:
    case CLOCK_REALTIME_ALARM:
        *out = TICK_REALTIME;
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *out = TICK_MONOTONIC;
        return 0;
    default:
        break;
    }
    if (clock_task(clock))
        *out = TICK_CPU_THREAD;
    else if (clock_process(clock) == current()->process)
        *out = TICK_CPU;
    else
        return clock < 0 ? unimplemented(-EOPNOTSUPP, "timer_create on clock %d", clock)
                         : -EOPNOTSUPP;
    return 0;
}

static int notify_valid(const struct sigevent_user *event)
{
    int kind = event->notify & ~SIGEV_THREAD_ID;

    if (event->notify == SIGEV_NONE)
        return 0;
    if (kind != SIGEV_SIGNAL && kind != SIGEV_THREAD)
        return -EINVAL;
    return event->signal >= 1 && event->signal <= SIGNAL_COUNT ? 0 : -EINVAL;
}

int64_t lx_timer_create(uint64_t clock, uint64_t event, uint64_t id)
{
    struct process *process = current()->process;
    struct sigevent_user notify = {.signal = SIGALRM, .notify = SIGEV_SIGNAL};
    enum tick_clock tick_clock = TICK_MONOTONIC;
    int error = tick_clock_of((int)clock, &tick_clock);

    if (error)
        return error;
    if (event && copy_from_user(&notify, event, sizeof notify))
        return -EFAULT;
    error = event ? notify_valid(&notify) : 0;
    if (error)
        return error;
    struct process_timers *timers = timers_of(process);
    struct posix_timer *timer = timers ? heap_zalloc(sizeof *timer) : NULL;

    if (!timer || timers->posix_count == POSIX_TIMERS_MAX) {
        heap_free(timer);
        return -EAGAIN;
    }
    tick_init(&timer->tick, process, tick_clock, posix_fire);
    if (tick_clock == TICK_CPU_THREAD)
        timer->tick.tid = clock_task((int)clock)->tid;
    timer->id = timers->next_id++;
    timer->clock = (int)clock;
    timer->notify = notify.notify;
    timer->signal = notify.signal;
    timer->tid = notify.tid;
    timer->value = event ? notify.value : (uint64_t)timer->id;
    if (((timer->notify & SIGEV_THREAD_ID) && !posix_target(timer)) ||
        put_user_u32(id, (uint32_t)timer->id)) {
        error = (timer->notify & SIGEV_THREAD_ID) && !posix_target(timer) ? -EINVAL : -EFAULT;
        heap_free(timer);
        return error;
    }
    list_add_tail(&timers->posix, &timer->node);
    timers->posix_count++;
    return 0;
}

struct itimerspec_user {
    uint64_t interval[2];
    uint64_t value[2];
};

static void posix_show(const struct posix_timer *timer, struct itimerspec_user *out)
{
    uint64_t left = tick_left(&timer->tick);

    if (left == 1 && timer->notify == SIGEV_NONE && !timer->tick.interval_ns)
        left = 0; /* over; of one that has yet to signal a nanosecond is left */
    out->interval[0] = timer->tick.interval_ns / NS_PER_SECOND;
    out->interval[1] = timer->tick.interval_ns % NS_PER_SECOND;
    out->value[0] = left / NS_PER_SECOND;
    out->value[1] = left % NS_PER_SECOND;
}

int64_t lx_timer_settime(uint64_t id, uint64_t flags, uint64_t new, uint64_t old)
{
    struct posix_timer *timer;
    struct itimerspec_user out;
    uint64_t interval;
    uint64_t value;

    if (!new)
        return -EINVAL;
    int error = duration_from_user(&interval, new);

    if (!error)
        error = duration_from_user(&value, new + offsetof(struct itimerspec_user, value));
    if (error)
        return error;
    timer = posix_find(id);
    if (!timer)
        return -EINVAL;
    posix_show(timer, &out);
    if (value)
        tick_start(&timer->tick, flags & TIMER_ABSTIME ? value : tick_now(&timer->tick) + value,
                   interval);
    else
        tick_stop(&timer->tick);
    return old ? copy_to_user(old, &out, sizeof out) : 0;
}

int64_t lx_timer_gettime(uint64_t id, uint64_t value)
{
    struct posix_timer *timer = posix_find(id);
    struct itimerspec_user out;

    if (!timer)
        return -EINVAL;
    posix_show(timer, &out);
    return copy_to_user(value, &out, sizeof out);
}

int64_t lx_timer_getoverrun(uint64_t id)
{
    struct posix_timer *timer = posix_find(id);

    return timer ? timer->overrun : -EINVAL;
}

static void posix_delete(struct process_timers *timers, struct posix_timer *timer)
{
    tick_stop(&timer->tick);
    list_remove(&timer->node);
    timers->posix_count--;
    heap_free(timer);
}

int64_t lx_timer_delete(uint64_t id)
{
    struct posix_timer *timer = posix_find(id);

    if (!timer)
        return -EINVAL;
    posix_delete(current()->process->timers, timer);
    return 0;
}

void timers_exec(struct process *process)
{
    struct process_timers *timers = process->timers;

    if (!timers)
        return;
    list_for_each_safe (node, &timers->posix)
        posix_delete(timers, list_item(node, struct posix_timer, node));
}

void timers_exit(struct process *process)
{
    struct process_timers *timers = process->timers;

    if (!timers)
        return;
    timers_exec(process);
    for (int i = 0; i < 3; i++)
        tick_stop(&timers->interval[i]);
    heap_free(timers);
    process->timers = NULL;
}
