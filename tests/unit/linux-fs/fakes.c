/* SPDX-License-Identifier: MIT */
/*
 * fakes.c - the LibOS around the file system, on the host: frames, heap, user memory, tasks,
 * signals, streams.
 *
 * Program memory is the test's own memory; addresses below 4096 are bad pointers.
 */
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/ipc/ids.h"
#include "libos/linux/ipc/mqueue.h"
#include "libos/linux/net/rights.h"
#include "libos/linux/net/socket.h"
#include "libos/linux/core.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/user.h"
#include "libos/linux/call/machine.h"
#include "libos/linux/call/random.h"
#include "libos/linux/time/clock.h"
#include "libos/linux/tty/tty.h"

/* The C library, whose headers do not go together with the kernel's. */
void *malloc(size_t bytes);
void free(void *memory);
int printf(const char *fmt, ...);
int vprintf(const char *fmt, va_list arguments);
void abort(void);
int fflush(void *stream);
void *mmap(void *address, size_t bytes, int prot, int flags, int fd, long offset);
long syscall(long number, ...);

#define FRAMES 16384

static struct instance_start start_block = {.cpu_count = 1};
const struct instance_start *instance = &start_block;
struct list process_list = {&process_list, &process_list};
int64_t clock_realtime_offset_ns;
void (*host_on_sleep)(void);
int host_last_signal;
uint64_t host_heap_limit = UINT64_MAX;

static struct vcpu vcpu;
static struct task task;
static struct fs_context fs_context;
static struct process process;
static uint32_t users[FRAMES];
static uint64_t free_from = 1;
static long heap_items;
static long frames_held;
static int64_t truncations;
static int tests, failures;
static uint64_t seed = 88172645463325252ull;

void host_start(void)
{
    /* PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE */
    void *linear = mmap((void *)INSTANCE_LINEAR_ADDRESS, FRAMES * PAGE_SIZE, 3, 0x4032, -1, 0);
    void *root = mmap((void *)INSTANCE_ROOT_ADDRESS, 64 << 20, 3, 0x4032, -1, 0);
    void *machine = mmap((void *)INSTANCE_MACHINE_ADDRESS, PAGE_SIZE, 3, 0x4032, -1, 0);

    if (linear != (void *)INSTANCE_LINEAR_ADDRESS || root != (void *)INSTANCE_ROOT_ADDRESS ||
        machine != (void *)INSTANCE_MACHINE_ADDRESS)
        abort();
    start_block.archive_frame = 1u << 20;
    vcpu.self = &vcpu;
    vcpu.task = &task;
    task.process = &process;
    process.leader = &task;
    process.live = 1;
    process.cred.permitted = process.cred.effective = process.cred.bounding = CAPABILITY_ALL;
    process.fs = &fs_context;
    task.tid = process.pid = 2;
    list_init(&process.tasks);
    list_add_tail(&process.tasks, &task.peer);
    list_add_tail(&process_list, &process.all);
    for (int i = 0; i < RLIMIT_COUNT; i++)
        process.rlimit[i].soft = process.rlimit[i].hard = UINT64_MAX;
    process.rlimit[7].soft = 1024; /* RLIMIT_NOFILE */
    syscall(158, 0x1001, &vcpu); /* arch_prctl(ARCH_SET_GS): this is how current() finds the task */
}

long host_heap_items(void)
{
    return heap_items;
}

long host_frames(void)
{
    return frames_held;
}

int64_t host_truncations(void)
{
    return truncations;
}

uint32_t host_random(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 11) % below;
}

void tap(bool ok, const char *fmt, ...)
{
    va_list arguments;

    printf("%sok %d - ", ok ? "" : "not ", ++tests);
    va_start(arguments, fmt);
    vprintf(fmt, arguments);
    va_end(arguments);
    printf("\n");
    failures += !ok;
}

void note(const char *fmt, ...)
{
    va_list arguments;

    printf("#   ");
    va_start(arguments, fmt);
    vprintf(fmt, arguments);
    va_end(arguments);
    printf("\n");
}

int tap_end(void)
{
    printf("1..%d\n", tests);
    fflush(NULL);
    return failures ? 1 : 0;
}

/* --- Memory --- */

static bool heap_fails(void)
{
    if (host_heap_limit == UINT64_MAX)
        return false;
    return host_heap_limit == 0 || host_heap_limit-- == 0;
}

void *heap_alloc(size_t bytes)
{
    void *memory = heap_fails() ? NULL : malloc(bytes);
    heap_items += memory != NULL;
    return memory;
}

void *heap_zalloc(size_t bytes)
{
    void *memory = heap_alloc(bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void heap_free(void *memory)
{
    heap_items -= memory != NULL;
    free(memory);
}

frame_t frames_alloc(unsigned order)
{
    for (uint64_t tries = 0; order == 0 && tries < FRAMES; tries++) {
        uint64_t frame = free_from;
        free_from = free_from + 1 < FRAMES ? free_from + 1 : 1;
        if (!users[frame]) {
            users[frame] = 1;
            frames_held++;
            memset(frame_address(frame), 0xdb,
                   PAGE_SIZE); /* what was in it before must never show */
            return frame;
        }
    }
    return NO_FRAME;
}

void frames_hold(const frame_t *frame, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        frame_hold(frame[i]);
}

void frames_drop(const frame_t *frame, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        frame_drop(frame[i]);
}

void frame_hold(frame_t frame)
{
    if (frame < FRAMES)
        users[frame]++;
}

void frame_drop(frame_t frame)
{
    if (frame >= FRAMES)
        return;
    if (!users[frame])
        abort();
    if (!--users[frame])
        frames_held--;
}

uint32_t frame_users(frame_t frame)
{
    return frame < FRAMES ? users[frame] : UINT32_MAX;
}

uint64_t frames_total(void)
{
    return FRAMES;
}

bool frames_ask(void)
{
    return false;
}

uint64_t table_frames(void)
{
    return 0;
}

uint64_t frames_available(void)
{
    return FRAMES - (uint64_t)frames_held;
}

void rewrite_changed(struct inode *inode, uint64_t index)
{
    (void)inode;
    (void)index;
}

void rewrite_forget(struct inode *inode)
{
    (void)inode;
}

void space_truncate_notify(struct inode *inode, uint64_t first_page)
{
    (void)inode;
    (void)first_page;
    truncations++;
}

int64_t space_maps_text(struct space *space, char *buffer, size_t size, uint64_t offset)
{
    (void)space;
    (void)buffer;
    (void)size;
    (void)offset;
    return 0;
}

void space_sizes(struct space *space, struct space_sizes *out)
{
    (void)space;
    memset(out, 0, sizeof *out);
}

/* No buffer is known page by page: readers sleep as they did before there were landings. */
uint32_t user_pages_in_place(uint64_t page, uint32_t count, frame_t *frame)
{
    (void)page;
    (void)count;
    (void)frame;
    return 0;
}

uint32_t space_users(const struct space *space)
{
    (void)space;
    return 1;
}

bool user_range_ok(uaddr_t address, uint64_t bytes)
{
    return address < USER_END && bytes <= USER_END - address;
}

int user_copy(void *to, const void *from, size_t bytes)
{
    if (((uint64_t)to < PAGE_SIZE || (uint64_t)from < PAGE_SIZE) && bytes)
        return 1;
    memcpy(to, from, bytes);
    return 0;
}

int user_clear(void *to, size_t bytes)
{
    if ((uint64_t)to < PAGE_SIZE && bytes)
        return 1;
    memset(to, 0, bytes);
    return 0;
}

int copy_from_user(void *to, uaddr_t from, size_t bytes)
{
    if (from < PAGE_SIZE && bytes)
        return -EFAULT;
    memcpy(to, (const void *)from, bytes);
    return 0;
}

int copy_to_user(uaddr_t to, const void *from, size_t bytes)
{
    if (to < PAGE_SIZE && bytes)
        return -EFAULT;
    memcpy((void *)to, from, bytes);
    return 0;
}

int clear_user(uaddr_t to, size_t bytes)
{
    if (to < PAGE_SIZE && bytes)
        return -EFAULT;
    memset((void *)to, 0, bytes);
    return 0;
}

int64_t string_from_user(char *to, uaddr_t from, size_t size)
{
    if (from < PAGE_SIZE)
        return -EFAULT;
    size_t length = strnlen((const char *)from, size);
    if (length == size)
        return -ENAMETOOLONG;
    memcpy(to, (const void *)from, length + 1);
    return (int64_t)length;
}

int64_t process_peek(struct process *from, void *to, uaddr_t address, size_t bytes)
{
    (void)from;
    return copy_from_user(to, address, bytes) ? -EFAULT : (int64_t)bytes;
}

/* --- Tasks, time, signals --- */

void waitq_init(struct waitq *queue)
{
    list_init(&queue->waiters);
}

void waiter_init(struct waiter *waiter)
{
    list_init(&waiter->node);
    waiter->task = current();
    waiter->notify = NULL;
}

void wait_add(struct waitq *queue, struct waiter *waiter)
{
    if (list_empty(&waiter->node))
        list_add_tail(&queue->waiters, &waiter->node);
}

void wait_remove(struct waiter *waiter)
{
    list_remove(&waiter->node);
}

void waitq_wake(struct waitq *queue)
{
    list_for_each_safe (node, &queue->waiters) {
        struct waiter *waiter = list_item(node, struct waiter, node);
        if (waiter->notify)
            waiter->notify(waiter);
    }
}

void task_yield_to(struct task *to)
{
    (void)to;
}

void sched_account(struct process *of)
{
    (void)of;
}

int task_sleep(uint64_t deadline_ns)
{
    void (*other)(void) = host_on_sleep;

    if (other) {
        host_on_sleep = NULL;
        other();
        return 0;
    }
    return deadline_ns == NO_DEADLINE ? -ERESTARTSYS : -ETIMEDOUT;
}

uint32_t cpus_used(void)
{
    return 1;
}

struct task *task_find(int tgid, int tid)
{
    return (!tgid || tgid == process.pid) && tid == task.tid ? &task : NULL;
}

void task_set_name(struct task *to, const char *name)
{
    format(to->comm, sizeof to->comm, "%s", name);
    memcpy(to->process->comm, to->comm, sizeof to->comm);
}

uint64_t process_faults_ended;

void process_limits_default(struct process *of)
{
    memset(of->rlimit, 0xff, sizeof of->rlimit);
}

struct process *process_find(int pid)
{
    return pid == process.pid ? &process : NULL;
}

uint64_t now_ns(void)
{
    static uint64_t now;
    return now += 1000;
}

uint64_t clock_realtime_ns(void)
{
    return 1700000000000000000 + now_ns();
}

uint64_t deadline_after(uint64_t wait_ns)
{
    return now_ns() + wait_ns;
}

int duration_from_user(uint64_t *ns, uaddr_t timespec)
{
    int64_t pair[2];
    if (copy_from_user(pair, timespec, sizeof pair))
        return -EFAULT;
    if (pair[0] < 0 || pair[1] < 0 || pair[1] >= 1000000000)
        return -EINVAL;
    *ns = (uint64_t)pair[0] * 1000000000 + (uint64_t)pair[1];
    return 0;
}

int duration_to_user(uaddr_t timespec, uint64_t ns)
{
    const uint64_t pair[2] = {ns / 1000000000, ns % 1000000000};
    return copy_to_user(timespec, pair, sizeof pair);
}

int signal_send_task(struct task *to, int signal, const struct siginfo *siginfo)
{
    (void)to;
    (void)siginfo;
    host_last_signal = signal;
    return 0;
}

int signal_mask_borrow(uaddr_t mask, uint64_t bytes)
{
    return mask && bytes != 8 ? -EINVAL : 0;
}

void signal_mask_return(int64_t result)
{
    (void)result;
}

/* --- The rest --- */

int64_t unimplemented(int64_t error, const char *fmt, ...)
{
    (void)fmt;
    return error;
}

void log_line(const char *fmt, ...)
{
    (void)fmt;
}

void log_once(uint64_t key, const char *fmt, ...)
{
    (void)key;
    (void)fmt;
}

int signal_send_process(struct process *to, int signal, const struct siginfo *siginfo)
{
    (void)to;
    (void)siginfo;
    host_last_signal = signal;
    return 0;
}

int signal_send_group(int pgid, int signal, const struct siginfo *siginfo)
{
    (void)pgid;
    (void)siginfo;
    host_last_signal = signal;
    return 0;
}

bool space_maps_writable(struct inode *inode)
{
    (void)inode;
    return false;
}

int tty_start(void)
{
    return 0;
}

struct file *stream_file(int descriptor)
{
    struct file *file = NULL;
    return file_open("/dev/null", descriptor ? O_WRONLY : O_RDONLY, 0, &file) ? NULL : file;
}

const char *machine_host_name(void)
{
    return "host";
}

void random_bytes(void *to, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)to)[i] = (uint8_t)host_random(256);
}

void random_stir(const void *from, size_t bytes)
{
    (void)from;
    (void)bytes;
}

bool signal_pending(struct task *of)
{
    (void)of;
    return false;
}

/* --- ipc/ --- */

static int nothing_text(struct text *text, uint64_t key)
{
    (void)text;
    (void)key;
    return 0;
}

int shm_text(struct text *text, uint64_t key)
{
    return nothing_text(text, key);
}

int sem_text(struct text *text, uint64_t key)
{
    return nothing_text(text, key);
}

int msg_text(struct text *text, uint64_t key)
{
    return nothing_text(text, key);
}

int mqueue_start(struct dentry *point)
{
    return point ? 0 : -ENOMEM;
}

uint64_t space_locked_pages(struct space *space)
{
    (void)space;
    return 0;
}

/* --- net/ --- */

void rights_collect(void)
{
}

int procnet_start(struct dentry *root)
{
    (void)root;
    return 0;
}

int netfiles_start(struct dentry *root)
{
    (void)root;
    return 0;
}
