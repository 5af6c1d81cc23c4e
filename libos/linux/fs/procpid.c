/* SPDX-License-Identifier: MIT */
/*
 * procpid.c - /proc/PID: what programs may know of processes.
 *
 * Nothing of it is in the tree: each lookup makes the dentry and its inode, which carries the
 * number of the process in `key`, and in the upper half that of a thread (0: the process as such); below fd/ the
 * descriptor is there. A process that ended meanwhile: ESRCH, ENOENT.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/pidfd.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/user.h"
#include <linux/mount.h>

#define KEY_PID(key)     ((int)(uint32_t)(key))
#define KEY_FD(key)      ((int)((key) >> 32))
#define KEY_TID(key)     ((int)((key) >> 32))
#define KEY(pid, tid)    ((uint64_t)(uint32_t)(tid) << 32 | (uint32_t)(pid))
#define NUMBER(pid, row) (((uint64_t)(uint32_t)(pid) << 20) + 0x100000 + (row))

/* Programs expect a process 1. When the instance's first program has another number, 1 is the LibOS
 * itself. */
static struct fs_context library_fs = {.users = 1};
static struct process library = {
    .pid = 1, .pgid = 1, .sid = 1, .comm = "lorica", .fs = &library_fs};

static struct process *process_of(uint64_t key)
{
    struct process *process = process_find(KEY_PID(key));

    if (!process && KEY_PID(key) == 1) {
        library_fs.root = library_fs.cwd = root_dentry;
        if (!library.tasks.next) {
            list_init(&library.tasks);
            process_limits_default(&library); /* pam_limits gives these to those who log in */
        }
        return &library;
    }
    return process;
}

/* --- Texts --- */

/* The thread that the key names, else the leader; NULL: it is gone, or the LibOS itself. */
static const struct task *task_of(const struct process *process, uint64_t key)
{
    return KEY_TID(key) ? task_find(process->pid, KEY_TID(key)) : process->leader;
}

static char state_letter(const struct process *process, const struct task *task)
{
    if (process->zombie || (task && task->ending))
        return 'Z';
    if (task && (task->state == TASK_RUNNING || task->state == TASK_RUNNABLE))
        return 'R';
    return process->sig.stopped ? 'T' : 'S';
}

static int maps_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    uint64_t offset = 0;
    char *part;

    if (!process)
        return -ESRCH;
    if (!process->space)
        return 0;
    part = heap_alloc(PAGE_SIZE);
    if (!part)
        return -ENOMEM;
    for (;;) {
        int64_t got = space_maps_text(process->space, part, PAGE_SIZE - 1, offset);
        if (got <= 0)
            break;
        part[got] = '\0';
        text_add(text, "%s", part);
        offset += (uint64_t)got;
    }
    heap_free(part);
    return 0;
}

static unsigned long caught(const struct process *process, bool ignored)
{
    unsigned long mask = 0;

    for (int i = 0; process->sig.action && i < SIGNAL_COUNT; i++) {
        uint64_t handler = process->sig.action[i].handler;
        if (ignored ? handler == 1 : handler > 1)
            mask |= 1ul << i;
    }
    return mask;
}

static void status_signals(struct text *text, const struct process *process,
                           const struct task *task)
{
    text_add(text, "SigQ:\t0/4096\nSigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
             (unsigned long)(task ? task->sig.pending.set : 0),
             (unsigned long)process->sig.pending.set,
             (unsigned long)(task ? task->sig.blocked : 0));
    text_add(text, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", caught(process, true),
             caught(process, false));
}

/* A leader that ended counts until its process is gone. */
static unsigned thread_count(const struct process *process)
{
    return max_of(process->live + (process->leader && process->leader->ending && process->live),
                  1u);
}

static int status_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    const struct task *task = process ? task_of(process, key) : NULL;
    struct space_sizes sizes = {0};
    const struct credentials *cred;
    char letter;

    if (!process || (!task && KEY_TID(key)))
        return -ESRCH;
    cred = &process->cred;
    letter = state_letter(process, task);
    text_add(text, "Name:\t%s\n", task ? task->comm : process->comm);
    if (process->fs)
        text_add(text, "Umask:\t%04o\n", process->fs->umask);
    text_add(text, "State:\t%c (%s)\n", letter,
             letter == 'R'   ? "running"
             : letter == 'Z' ? "zombie"
             : letter == 'T' ? "stopped"
                             : "sleeping");
    text_add(text, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", process->pid,
             task ? task->tid : process->pid, process->parent ? process->parent->pid : 0);
    text_add(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", cred->uid,
             cred->euid, cred->suid, cred->fsuid, cred->gid, cred->egid, cred->sgid, cred->fsgid,
             process->files ? process->files->size : 0);
    for (uint32_t i = 0; i < cred->group_count; i++)
        text_add(text, "%u ", cred->groups[i]);
    text_add(text, "\n");
    if (process->space) {
        space_sizes(process->space, &sizes);
        text_add(text,
                 "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmHWM:\t%8lu "
                 "kB\nVmRSS:\t%8lu kB\n",
                 (unsigned long)sizes.total * 4, (unsigned long)sizes.total * 4,
                 (unsigned long)space_locked_pages(process->space) * 4,
                 (unsigned long)sizes.resident * 4, (unsigned long)sizes.resident * 4);
        text_add(text, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmSwap:\t%8u kB\n",
                 (unsigned long)sizes.data * 4, (unsigned long)sizes.stack * 4,
                 (unsigned long)sizes.text * 4, 0u);
    }
    text_add(text, "Threads:\t%u\n", thread_count(process));
    status_signals(text, process, task);
    text_add(
        text,
        "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
        cred->inheritable, cred->permitted, cred->effective, cred->bounding, cred->ambient);
    text_add(text, "NoNewPrivs:\t%u\nSeccomp:\t0\nCpus_allowed:\t%x\nCpus_allowed_list:\t0-%u\n",
             process->sig.no_new_privileges, (1u << min_of(cpus_used(), 31u)) - 1,
             max_of(cpus_used(), 1u) - 1);
    return 0;
}

static int stat_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    const struct task *task = process ? task_of(process, key) : NULL;
    struct space_sizes sizes = {0};

    if (!process || (!task && KEY_TID(key)))
        return -ESRCH;
    if (process->space)
        space_sizes(process->space, &sizes);
    sched_account(process);
    text_add(text, "%d (%s) %c %d %d %d %d %d 4194304 %lu 0 0 0 ", task ? task->tid : process->pid,
             task ? task->comm : process->comm, state_letter(process, task),
             process->parent ? process->parent->pid : 0, process->pgid, process->sid,
             process->tty ? 0x501 : 0, process->tty ? process->pgid : -1,
             (unsigned long)process->faults);
    text_add(text, "%lu %lu %lu %lu 20 0 %u 0 %lu %lu %lu ",
             (unsigned long)(KEY_TID(key) ? task->cpu_ns : process->user_ns) / 10000000,
             (unsigned long)(KEY_TID(key) ? 0 : process->system_ns) / 10000000,
             (unsigned long)process->child_user_ns / 10000000,
             (unsigned long)process->child_system_ns / 10000000, thread_count(process),
             (unsigned long)process->start_ns / 10000000, (unsigned long)sizes.total * PAGE_SIZE,
             (unsigned long)sizes.resident);
    text_add(text,
             "18446744073709551615 0 0 0 0 0 %lu %lu %lu %lu 0 0 0 %d 0 0 0 0 0 0 0 0 %lu %lu %lu "
             "%lu %d\n",
             (unsigned long)process->sig.pending.set & 0x7fffffff, 0ul,
             caught(process, true) & 0x7fffffff, caught(process, false) & 0x7fffffff,
             process->exit_signal, (unsigned long)process->arg_start,
             (unsigned long)process->arg_end, (unsigned long)process->env_start,
             (unsigned long)process->env_end, process->exit_status);
    return 0;
}

static int statm_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    struct space_sizes sizes = {0};

    if (!process)
        return -ESRCH;
    if (process->space)
        space_sizes(process->space, &sizes);
    text_add(text, "%lu %lu %lu %lu 0 %lu 0\n", (unsigned long)sizes.total,
             (unsigned long)sizes.resident, (unsigned long)sizes.shared, (unsigned long)sizes.text,
             (unsigned long)(sizes.data + sizes.stack));
    return 0;
}

/* Bytes of the process's memory, NULs included. */
static int memory_text(struct text *text, struct process *process, uint64_t start, uint64_t end)
{
    uint64_t bytes = end > start ? min_of(end - start, 1ul << 20) : 0;
    int64_t got;

    if (!process->space || !bytes)
        return 0;
    if (text->size < bytes + 1) {
        char *buffer = heap_alloc(bytes + 1);
        if (!buffer)
            return -ENOMEM;
        heap_free(text->buffer);
        text->buffer = buffer;
        text->size = bytes + 1;
    }
    got = process_peek(process, text->buffer, start, bytes);
    text->length = got > 0 ? (size_t)got : 0;
    return 0;
}

static int command_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    return process ? memory_text(text, process, process->arg_start, process->arg_end) : -ESRCH;
}

static int environment_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    return process ? memory_text(text, process, process->env_start, process->env_end) : -ESRCH;
}

static int comm_text(struct text *text, uint64_t key)
{
    struct process *process = process_of(key);
    const struct task *task = process ? task_of(process, key) : NULL;

    if (!process || (!task && KEY_TID(key)))
        return -ESRCH;
    text_add(text, "%s\n", task ? task->comm : process->comm);
    return 0;
}

static int comm_take(uint64_t key, const char *name, size_t length)
{
    struct process *process = process_of(key);
    struct task *task;
    char text[sizeof task->comm];

    if (!process)
        return -ESRCH;
    if (process != current()->process)
        return -EINVAL;
    task = KEY_TID(key) ? task_find(process->pid, KEY_TID(key)) : process->leader;
    if (!task)
        return -ESRCH;
    length = min_of(length, sizeof text - 1);
    memcpy(text, name, length);
    text[length] = '\0';
    task_set_name(task, text);
    return 0;
}

static int limits_text(struct text *text, uint64_t key)
{
    static const struct {
        const char *name, *unit;
    } row[RLIMIT_COUNT] = {{"Max cpu time", "seconds"},     {"Max file size", "bytes"},
                           {"Max data size", "bytes"},      {"Max stack size", "bytes"},
                           {"Max core file size", "bytes"}, {"Max resident set", "bytes"},
                           {"Max processes", "processes"},  {"Max open files", "files"},
                           {"Max locked memory", "bytes"},  {"Max address space", "bytes"},
                           {"Max file locks", "locks"},     {"Max pending signals", "signals"},
                           {"Max msgqueue size", "bytes"},  {"Max nice priority", ""},
                           {"Max realtime priority", ""},   {"Max realtime timeout", "us"}};
    struct process *process = process_of(key);

    if (!process)
        return -ESRCH;
    text_add(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (int i = 0; i < RLIMIT_COUNT; i++) {
        char value[2][24];
        const uint64_t limit[2] = {process->rlimit[i].soft, process->rlimit[i].hard};
        for (int k = 0; k < 2; k++)
            format(value[k], sizeof value[k], limit[k] == UINT64_MAX ? "unlimited" : "%lu",
                   (unsigned long)limit[k]);
        text_add(text, "%-25s %-20s %-20s %-10s\n", row[i].name, value[0], value[1], row[i].unit);
    }
    return 0;
}

/* One line a mount; info: the longer form of mountinfo. */
static int mounts_any(struct text *text, bool info)
{
    char *path = heap_alloc(PATH_LIMIT);
    int id = 20;

    if (!path)
        return -ENOMEM;
    list_for_each (node, &mount_list) {
        struct mount *mount = list_item(node, struct mount, node);
        char options[64];

        format(options, sizeof options, "%s%s%s%s,relatime", mount->flags & MS_RDONLY ? "ro" : "rw",
               mount->flags & MS_NOSUID ? ",nosuid" : "", mount->flags & MS_NODEV ? ",nodev" : "",
               mount->flags & MS_NOEXEC ? ",noexec" : "");
        if (!mount->point || dentry_path_below(mount->point, root_dentry, path, PATH_LIMIT) < 0)
            memcpy(path, "/", 2);
        if (info)
            text_add(text, "%d %d 0:%u / %s %s - %s %s rw\n", id, mount->point ? 20 : 1,
                     mount->device, path, options, mount->type, mount->source);
        else
            text_add(text, "%s %s %s %s 0 0\n", mount->source, path, mount->type, options);
        id++;
    }
    heap_free(path);
    return 0;
}

int mounts_text(struct text *text, uint64_t pid)
{
    (void)pid;
    return mounts_any(text, false);
}

int mountinfo_text(struct text *text, uint64_t pid)
{
    (void)pid;
    return mounts_any(text, true);
}

static int cgroup_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "0::/\n");
    return 0;
}

static int zero_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "0\n");
    return 0;
}

/* --- Links that lead to things --- */

/* May current look into the process? As ptrace would say: the same user, or root. */
static int may_look(const struct process *process)
{
    return capable(CAP_SYS_PTRACE) || current()->process->cred.euid == process->cred.uid ? 0
                                                                                         : -EACCES;
}

static int lead_to(struct dentry *to, struct dentry **out)
{
    if (!to)
        return -ENOENT;
    dentry_hold(to);
    *out = to;
    return 0;
}

static int exe_follow(struct inode *inode, struct dentry **out)
{
    struct process *process = process_of(inode->key);
    int error = process ? may_look(process) : -ENOENT;
    return error ? error : lead_to(process->exe, out);
}

static int cwd_follow(struct inode *inode, struct dentry **out)
{
    struct process *process = process_of(inode->key);
    int error = process ? may_look(process) : -ENOENT;
    return error ? error : lead_to(process->zombie ? NULL : process->fs->cwd, out);
}

static int root_follow(struct inode *inode, struct dentry **out)
{
    struct process *process = process_of(inode->key);
    int error = process ? may_look(process) : -ENOENT;
    return error ? error : lead_to(process->zombie ? NULL : process->fs->root, out);
}

static int fd_follow(struct inode *inode, struct dentry **out)
{
    struct process *process = process_of(inode->key);
    struct file *file;
    int error = process ? may_look(process) : -ENOENT;

    if (error)
        return error;
    file =
        process->files && !process->zombie ? files_get(process->files, KEY_FD(inode->key)) : NULL;
    *out = file ? file_dentry(file) : NULL;
    return *out ? 0 : -ENOENT;
}

/* The text is the path of what the link leads to. */
static int64_t path_text(struct inode *inode, char *buffer, size_t size)
{
    struct dentry *to;
    int64_t length = inode->ops->follow(inode, &to);

    if (length)
        return length;
    length = dentry_path(to, buffer, size);
    dentry_drop(to);
    return length;
}

static void nothing_to_free(struct inode *inode)
{
    (void)inode;
}

#define LEADS_BY(name)                                                                             \
    {                                                                                              \
        .follow = name, .readlink = path_text, .destroy = nothing_to_free                          \
    }
static const struct inode_ops exe_ops = LEADS_BY(exe_follow);
static const struct inode_ops cwd_ops = LEADS_BY(cwd_follow);
static const struct inode_ops root_ops = LEADS_BY(root_follow);
static const struct inode_ops fd_link_ops = LEADS_BY(fd_follow);

/* --- Directories --- */

static bool number_of(const char *name, uint32_t length, int *out)
{
    int value = 0;

    if (!length || length > 9 || (name[0] == '0' && length > 1))
        return false;
    for (uint32_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        value = value * 10 + (name[i] - '0');
    }
    *out = value;
    return true;
}

/* A dentry that lives as long as its users, with an inode of the process's. */
static int make(struct dentry *directory, const char *name, uint32_t length,
                struct process *process, uint32_t mode, const struct inode_ops *ops, uint64_t key,
                uint64_t number, struct dentry **out)
{
    struct inode *inode = inode_new(directory->inode->mount, mode);

    if (!inode)
        return -ENOMEM;
    inode->uid = process->cred.euid;
    inode->gid = process->cred.egid;
    inode->ops = ops;
    inode->key = key;
    inode->number = number;
    if (!is_directory(inode))
        inode->links = 1;
    *out = dentry_new(directory, name, length, inode);
    return *out ? 0 : -ENOMEM;
}

static int fd_lookup(struct dentry *directory, const char *name, uint32_t length,
                     struct dentry **out)
{
    uint64_t key = directory->inode->key;
    struct process *process = process_of(key);
    struct file *file;
    uint32_t mode = S_IFLNK;
    int fd;

    if (!process || process->zombie || !process->files || !number_of(name, length, &fd))
        return -ENOENT;
    file = files_get(process->files, fd);
    if (!file)
        return -ENOENT;
    mode |= (readable(file) ? 0500 : 0) | (writable(file) ? 0300 : 0);
    return make(directory, name, length, process, mode, &fd_link_ops,
                (uint64_t)fd << 32 | (uint32_t)key, NUMBER(KEY_PID(key), 0x1000 + (uint32_t)fd),
                out);
}

static void name_number(struct pseudo_name *out, uint64_t number, uint8_t type,
                        uint64_t inode_number)
{
    format(out->name, sizeof out->name, "%lu", (unsigned long)number);
    out->next = number + 1;
    out->number = inode_number;
    out->type = type;
}

static bool fd_name(struct dentry *directory, uint64_t index, struct pseudo_name *out)
{
    struct process *process = process_of(directory->inode->key);

    if (!process || process->zombie || !process->files)
        return false;
    while (index < process->files->size && !process->files->file[index])
        index++;
    if (index >= process->files->size)
        return false;
    name_number(out, index, DT_OF(S_IFLNK), NUMBER(process->pid, 0x1000 + (uint32_t)index));
    return true;
}

static const struct inode_ops fd_directory_ops = {.lookup = fd_lookup, .name = fd_name};

static int pid_lookup(struct dentry *directory, const char *name, uint32_t length,
                      struct dentry **out);
static bool pid_name(struct dentry *directory, uint64_t index, struct pseudo_name *out);
static const struct inode_ops pid_ops = {.lookup = pid_lookup, .name = pid_name};

struct process *procpid_process(const struct file *file, int *error)
{
    struct process *process;

    *error = -EBADF;
    if (!file->inode || file->inode->ops != &pid_ops || KEY_TID(file->inode->key))
        return NULL;
    process = process_find(KEY_PID(file->inode->key));
    *error = process ? 0 : -ESRCH;
    return process;
}

static int oom_adjust_text(struct text *text, uint64_t key)
{
    const struct process *process = process_of(key);

    if (!process)
        return -ESRCH;
    text_add(text, "%d\n", process->oom_adjust);
    return 0;
}

static int oom_adjust_take(uint64_t key, const char *text, size_t length)
{
    struct process *process = process_of(key);
    bool negative = length && *text == '-';
    size_t at = negative;
    int value = 0;

    while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    if (at == length)
        return -EINVAL;
    for (; at < length; at++) {
        if (text[at] < '0' || text[at] > '9' || value > 1000)
            return -EINVAL;
        value = value * 10 + text[at] - '0';
    }
    if (value > 1000)
        return -EINVAL;
    value = negative ? -value : value;
    if (!process)
        return -ESRCH;
    if (value < process->oom_adjust_min && !capable(CAP_SYS_RESOURCE))
        return -EACCES;
    process->oom_adjust = (int16_t)value;
    if (capable(CAP_SYS_RESOURCE))
        process->oom_adjust_min = (int16_t)value;
    return 0;
}

static int task_lookup(struct dentry *directory, const char *name, uint32_t length,
                       struct dentry **out)
{
    struct process *process = process_of(directory->inode->key);
    int tid;

    if (!process || !number_of(name, length, &tid))
        return -ENOENT;
    list_for_each (node, &process->tasks)
        if (list_item(node, struct task, peer)->tid == tid)
            return make(directory, name, length, process, S_IFDIR | 0555, &pid_ops,
                        KEY(process->pid, tid), NUMBER(tid, 0x800), out);
    return -ENOENT;
}

static bool task_name(struct dentry *directory, uint64_t index, struct pseudo_name *out)
{
    struct process *process = process_of(directory->inode->key);
    uint64_t best = UINT64_MAX;

    if (!process)
        return false;
    list_for_each (node, &process->tasks) {
        uint64_t tid = (uint64_t)list_item(node, struct task, peer)->tid;
        if (tid >= index && tid < best)
            best = tid;
    }
    if (best == UINT64_MAX)
        return false;
    name_number(out, best, DT_OF(S_IFDIR), NUMBER(best, 0x800));
    return true;
}

static const struct inode_ops task_directory_ops = {.lookup = task_lookup, .name = task_name};

static const struct row {
    const char *name;
    uint32_t mode;
    text_maker make;             /* of regular files */
    const struct inode_ops *ops; /* of the others */
} row[] = {
    {"cgroup", S_IFREG | 0444, cgroup_text, NULL},
    {"cmdline", S_IFREG | 0444, command_text, NULL},
    {"comm", S_IFREG | 0644, comm_text, NULL},
    {"cwd", S_IFLNK | 0777, NULL, &cwd_ops},
    {"environ", S_IFREG | 0400, environment_text, NULL},
    {"exe", S_IFLNK | 0777, NULL, &exe_ops},
    {"fd", S_IFDIR | 0500, NULL, &fd_directory_ops},
    {"limits", S_IFREG | 0444, limits_text, NULL},
    {"maps", S_IFREG | 0444, maps_text, NULL},
    {"mountinfo", S_IFREG | 0444, mountinfo_text, NULL},
    {"mounts", S_IFREG | 0444, mounts_text, NULL},
    {"oom_score", S_IFREG | 0444, zero_text, NULL},
    {"oom_score_adj", S_IFREG | 0644, oom_adjust_text, NULL},
    {"root", S_IFLNK | 0777, NULL, &root_ops},
    {"stat", S_IFREG | 0444, stat_text, NULL},
    {"statm", S_IFREG | 0444, statm_text, NULL},
    {"status", S_IFREG | 0444, status_text, NULL},
    {"task", S_IFDIR | 0555, NULL, &task_directory_ops},
};

static int pid_lookup(struct dentry *directory, const char *name, uint32_t length,
                      struct dentry **out)
{
    uint64_t key = directory->inode->key;
    struct process *process = process_of(key);

    int number = KEY_TID(key) ? KEY_TID(key) : KEY_PID(key);

    if (!process)
        return -ENOENT;
    for (uint32_t i = 0; i < ARRAY_SIZE(row); i++) {
        if (strlen(row[i].name) != length || memcmp(row[i].name, name, length) != 0)
            continue;
        if (!row[i].make)
            return make(directory, name, length, process, row[i].mode, row[i].ops, key,
                        NUMBER(number, i + 1), out);
        struct inode *inode =
            pseudo_inode(directory->inode->mount, row[i].mode & 0777, row[i].make, key);
        if (!inode)
            return -ENOMEM;
        if (row[i].make == comm_text)
            pseudo_writable(inode, comm_take);
        if (row[i].make == oom_adjust_text)
            pseudo_writable(inode, oom_adjust_take);
        inode->uid = process->cred.euid;
        inode->gid = process->cred.egid;
        inode->number = NUMBER(number, i + 1);
        *out = dentry_new(directory, name, length, inode);
        return *out ? 0 : -ENOMEM;
    }
    return -ENOENT;
}

static bool pid_name(struct dentry *directory, uint64_t index, struct pseudo_name *out)
{
    uint64_t key = directory->inode->key;
    struct process *process = process_of(key);

    if (!process || index >= ARRAY_SIZE(row))
        return false;
    format(out->name, sizeof out->name, "%s", row[index].name);
    out->next = index + 1;
    out->number = NUMBER(KEY_TID(key) ? KEY_TID(key) : process->pid, index + 1);
    out->type = DT_OF(row[index].mode);
    return true;
}

/* --- The root --- */

static int root_lookup(struct dentry *directory, const char *name, uint32_t length,
                       struct dentry **out)
{
    struct process *process;
    int pid;

    if (!number_of(name, length, &pid))
        return -ENOENT;
    process = process_of((uint32_t)pid);
    if (!process) { /* the numbers of threads work, too, but are not listed */
        struct task *task = task_find(0, pid);

        if (!task)
            return -ENOENT;
        return make(directory, name, length, task->process, S_IFDIR | 0555, &pid_ops,
                    KEY(task->process->pid, pid), NUMBER(pid, 0), out);
    }
    return make(directory, name, length, process, S_IFDIR | 0555, &pid_ops, (uint32_t)pid,
                NUMBER(pid, 0), out);
}

static bool root_name(struct dentry *directory, uint64_t index, struct pseudo_name *out)
{
    uint64_t best = index <= 1 ? 1 : UINT64_MAX;

    (void)directory;
    list_for_each (node, &process_list) {
        uint64_t pid = (uint64_t)list_item(node, struct process, all)->pid;
        if (pid >= index && pid < best)
            best = pid;
    }
    if (best == UINT64_MAX)
        return false;
    name_number(out, best, DT_OF(S_IFDIR), NUMBER(best, 0));
    return true;
}

static int64_t self_text(struct inode *inode, char *buffer, size_t size)
{
    (void)inode;
    return format(buffer, size, "%d", current()->process->pid);
}

static int64_t thread_self_text(struct inode *inode, char *buffer, size_t size)
{
    (void)inode;
    return format(buffer, size, "%d/task/%d", current()->process->pid, current()->tid);
}

static const struct inode_ops procfs_root_ops = {.lookup = root_lookup, .name = root_name};
static const struct inode_ops self_ops = {.readlink = self_text, .destroy = nothing_to_free};
static const struct inode_ops thread_self_ops = {.readlink = thread_self_text,
                                                 .destroy = nothing_to_free};

int procfs_processes(struct dentry *root)
{
    int error = pseudo_link(root, "self", "");

    error = error ? error : pseudo_link(root, "thread-self", "");
    if (error)
        return error;
    dentry_child(root, "self", 4)->inode->ops = &self_ops;
    dentry_child(root, "thread-self", 11)->inode->ops = &thread_self_ops;
    root->inode->ops = &procfs_root_ops;
    return 0;
}
