/* SPDX-License-Identifier: MIT */
/*
 * core.c - core files: ELF header, program headers, notes, then the memory itself.
 *
 * Which memory: what the process has of its own, as Linux does by default: anonymous memory, and of mapped files the
 * mappings with changed pages; of others only the first page if it is an ELF header. Pages that were never touched are
 * zeros in the file and cost nothing to write out. The decision is made once (struct segment), so that headers and
 * memory agree although writing to the host sleeps.
 * Source: core(5), elf(5), System V ABI; layouts of notes: <linux/elfcore.h>, <sys/procfs.h>.
 */
#include "libos/linux/observe/core.h"
#include <asm/signal.h>
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/resource.h>
#include "libos/linux/fs/fs.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/sched.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define STACK_BYTES   32768ul /* of the crashing task's stack, for the host */
#define STACK_MAX     8       /* such images of one instance */
#define HEADERS_MAX   65000
#define PIECE_BYTES   8192u
#define AUX_BYTES_MAX 512

struct segment {
    uint64_t start, memory_bytes;
    uint64_t skip, file_bytes; /* of the memory: what the file has of it */
    uint32_t prot;
};

struct core {
    const struct regs *regs;
    const struct siginfo *info;
    struct segment *segment;
    uint32_t count;
    bool whole;     /* all memory of its own; else the stack only */
    uint8_t *notes; /* NULL: they are counted */
    uint64_t notes_bytes;
    uint64_t at;       /* bytes put so far */
    struct file *file; /* where it goes; NULL: to the host */
    uint64_t limit;
    uint8_t *page;
};

/* struct elf_prstatus, elf_prpsinfo */
struct prstatus {
    int32_t signo, code, error;
    int16_t current, pad;
    uint64_t pending, blocked;
    int32_t pid, ppid, pgrp, sid;
    uint64_t user[2], system[2], child_user[2], child_system[2];
    uint64_t reg[27];
    int32_t fp_valid, pad2;
};
static_assert(sizeof(struct prstatus) == 336, "prstatus");

struct prpsinfo {
    char state, state_name, zombie, nice;
    uint32_t pad;
    uint64_t flags;
    uint32_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char name[16];
    char arguments[80];
};
static_assert(sizeof(struct prpsinfo) == 136, "prpsinfo");

/* A thread that had to end before the core file is written. */
struct kept {
    struct list node;
    int pid;
    struct prstatus status;
    uint8_t fpu[512];
};

static struct list kept_tasks = {&kept_tasks, &kept_tasks};
static bool host_whole;
static uint32_t host_images;

bool core_signal(int signal)
{
    const uint64_t signals = 1ul << SIGQUIT | 1ul << SIGILL | 1ul << SIGTRAP | 1ul << SIGABRT |
                             1ul << SIGBUS | 1ul << SIGFPE | 1ul << SIGSEGV | 1ul << SIGXCPU |
                             1ul << SIGXFSZ | 1ul << SIGSYS;

    return signals >> signal & 1;
}

void core_to_host(void)
{
    host_whole = true;
}

/* --- Which memory
 * ---------------------------------------------------------------------------------- */

/* Has the process changed a page of a mapped file? */
static bool area_changed(const struct area *area)
{
    struct pte_walk walk = pte_walk_start(area->start, area->end);
    uint64_t entry;

    while ((entry = pte_next(&walk))) {
        uint64_t index = (walk.at - PAGE_SIZE - area->start + area->offset) / PAGE_SIZE;
        frame_t frame;

        if (area->file->ops->page(area->file, index, false, &frame))
            return true;
        frame_drop(frame);
        if (frame != pte_frame(entry))
            return true;
    }
    return false;
}

static bool area_is_elf(const struct area *area)
{
    uint32_t magic;

    return area->file && area->file->dentry && !area->offset && area->prot & PROT_READ &&
           !get_user_u32(&magic, area->start) && magic == 0x464c457f;
}

static uint64_t area_own_bytes(const struct area *area)
{
    uint64_t bytes = area->end - area->start;

    if (!(area->prot & PROT_READ))
        return 0;
    if (!area->file || !area->file->dentry)
        return bytes;
    if (area->flags & AREA_SHARED)
        return 0;
    if (area_changed(area))
        return bytes;
    return area_is_elf(area) ? PAGE_SIZE : 0;
}

static void segment_set(const struct core *core, struct segment *segment, const struct area *area)
{
    *segment = (struct segment){
        .start = area->start, .memory_bytes = area->end - area->start, .prot = area->prot};
    if (core->whole) {
        segment->file_bytes = area_own_bytes(area);
    } else if (core->regs->rsp - area->start < segment->memory_bytes) {
        segment->skip =
            page_down(core->regs->rsp - min_of(core->regs->rsp - area->start, 256ul)) - area->start;
        segment->file_bytes = min_of(segment->memory_bytes - segment->skip, STACK_BYTES);
    } else if (area_is_elf(area)) { /* which file it was */
        segment->file_bytes = PAGE_SIZE;
    }
}

static bool segments_make(struct core *core)
{
    const struct space *space = current()->process->space;

    core->count = min_of(space->count, (uint32_t)HEADERS_MAX);
    core->segment = heap_alloc(core->count * sizeof *core->segment + 1);
    for (uint32_t i = 0; core->segment && i < core->count; i++)
        segment_set(core, &core->segment[i], &space->area[i]);
    return core->segment;
}

/* --- Notes
 * ----------------------------------------------------------------------------------------- */

static void note_bytes(struct core *core, const void *bytes, uint64_t count)
{
    if (core->notes)
        memcpy(core->notes + core->notes_bytes, bytes, count);
    core->notes_bytes += count;
}

static void note_pad(struct core *core)
{
    static const uint8_t zeros[4];

    note_bytes(core, zeros, -core->notes_bytes & 3);
}

static void note_head(struct core *core, uint32_t type, uint64_t bytes)
{
    const uint32_t head[3] = {5, (uint32_t)bytes, type};

    note_bytes(core, head, sizeof head);
    note_bytes(core, "CORE\0\0\0", 8);
}

static void note(struct core *core, uint32_t type, const void *bytes, uint64_t count)
{
    note_head(core, type, count);
    note_bytes(core, bytes, count);
    note_pad(core);
}

static void time_pair(uint64_t to[2], uint64_t ns)
{
    to[0] = ns / 1000000000;
    to[1] = ns / 1000 % 1000000;
}

static void status_fill(struct prstatus *status, const struct task *task, const struct regs *r,
                        uint64_t fs)
{
    struct process *process = task->process;
    const uint64_t reg[27] = {r->r15, r->r14, r->r13, r->r12, r->rbp,      r->rbx, r->r11,
                              r->r10, r->r9,  r->r8,  r->rax, r->rcx,      r->rdx, r->rsi,
                              r->rdi, r->orig_rax,    r->rip, r->cs,       r->rflags,
                              r->rsp, r->ss,  fs,     task->gs_base_program};

    *status = (struct prstatus){.pending = task->sig.pending.set,
                                .blocked = task->sig.blocked,
                                .pid = task->tid,
                                .ppid = process->parent ? process->parent->pid : 1,
                                .pgrp = process->pgid,
                                .sid = process->sid,
                                .fp_valid = 1};
    memcpy(status->reg, reg, sizeof status->reg);
    sched_account(process);
    time_pair(status->user, process->user_ns);
    time_pair(status->system, process->system_ns);
    time_pair(status->child_user, process->child_user_ns);
    time_pair(status->child_system, process->child_system_ns);
}

static void note_status(struct core *core, struct prstatus *status)
{
    status->signo = core->info->signo;
    status->code = core->info->code;
    status->current = (int16_t)core->info->signo;
    note(core, NT_PRSTATUS, status, sizeof *status);
}

void core_keep(struct task *task)
{
    struct kept *kept = heap_alloc(sizeof *kept);

    if (!kept)
        return; /* the core file lacks this thread */
    task_copy_fpu(task);
    kept->pid = task->process->pid;
    status_fill(&kept->status, task, task->regs, fs_base_current());
    memcpy(kept->fpu, task->fpu, sizeof kept->fpu);
    list_add_tail(&kept_tasks, &kept->node);
}

static void kept_free(int pid)
{
    list_for_each_safe (node, &kept_tasks) {
        struct kept *kept = list_item(node, struct kept, node);

        if (kept->pid != pid)
            continue;
        list_remove(node);
        heap_free(kept);
    }
}

static void note_process(struct core *core)
{
    const struct process *process = current()->process;
    struct prpsinfo info = {.state_name = 'R',
                            .nice = (char)process->nice,
                            .uid = process->cred.uid,
                            .gid = process->cred.gid,
                            .pid = process->pid,
                            .ppid = process->parent ? process->parent->pid : 1,
                            .pgrp = process->pgid,
                            .sid = process->sid};
    uint64_t bytes = min_of(process->arg_end - process->arg_start, sizeof info.arguments - 1);

    memcpy(info.name, process->comm, sizeof info.name);
    if (copy_from_user(info.arguments, process->arg_start, bytes))
        bytes = 0;
    for (uint64_t i = 0; i < bytes; i++)
        if (!info.arguments[i])
            info.arguments[i] = ' ';
    info.arguments[bytes] = 0;
    note(core, NT_PRPSINFO, &info, sizeof info);
}

static void note_auxiliary(struct core *core)
{
    uint64_t vector[AUX_BYTES_MAX / 8];
    uint64_t bytes = current()->process->aux_bytes;

    if (bytes && bytes <= sizeof vector &&
        !copy_from_user(vector, current()->process->aux_start, bytes))
        note(core, NT_AUXV, vector, bytes);
}

/* The mapped files: a table, then their names in the same order. */
static void note_files(struct core *core, char *path, size_t size)
{
    const struct space *space = current()->process->space;
    uint64_t table[3] = {0, PAGE_SIZE, 0};
    uint64_t bytes = 16;

    for (int pass = 0; pass < 3; pass++) { /* measured, the table, the names */
        for (uint32_t i = 0; i < space->count; i++) {
            const struct area *area = &space->area[i];

            if (!area->file || !area->file->dentry)
                continue;
            if (dentry_path(area->file->dentry, path, size) < 0)
                format(path, size, "?");
            if (pass == 0) {
                table[0]++;
                bytes += 24 + strlen(path) + 1;
            } else if (pass == 1) {
                const uint64_t row[3] = {area->start, area->end, area->offset / PAGE_SIZE};

                note_bytes(core, row, sizeof row);
            } else {
                note_bytes(core, path, strlen(path) + 1);
            }
        }
        if (pass == 0) {
            note_head(core, NT_FILE, bytes);
            note_bytes(core, table, 16);
        }
    }
    note_pad(core);
}

static void notes_write(struct core *core, char *path, size_t size)
{
    uint8_t information[SIGINFO_USER_BYTES] = {0};
    struct task *self = current();
    struct prstatus status;

    memcpy(information, core->info, sizeof *core->info);
    core->notes_bytes = 0;
    status_fill(&status, self, core->regs, fs_base_current());
    note_status(core, &status);
    note_process(core);
    note(core, NT_SIGINFO, information, sizeof information);
    note_auxiliary(core);
    note_files(core, path, size);
    note(core, NT_PRFPREG, self->fpu, 512);
    list_for_each (node, &kept_tasks) {
        struct kept *kept = list_item(node, struct kept, node);

        if (kept->pid != self->process->pid)
            continue;
        note_status(core, &kept->status);
        note(core, NT_PRFPREG, kept->fpu, sizeof kept->fpu);
    }
}

static bool notes_make(struct core *core)
{
    char *path = heap_alloc(4096);

    if (!path)
        return false;
    task_copy_fpu(current());
    notes_write(core, path, 4096);
    core->notes = heap_alloc(core->notes_bytes);
    if (core->notes)
        notes_write(core, path, 4096);
    heap_free(path);
    return core->notes;
}

/* --- Writing
 * --------------------------------------------------------------------------------------- */

static bool put_file(struct core *core, const uint8_t *bytes, uint64_t count)
{
    uint64_t room = core->limit > core->at ? core->limit - core->at : 0;
    uint64_t part = min_of(count, room);

    if (part && pages_write(core->file->inode, bytes, 0, part, core->at) != (int64_t)part)
        return false;
    return part == count;
}

static void put_host(const struct core *core, const uint8_t *bytes, uint64_t count)
{
    for (uint64_t done = 0; done < count;) {
        struct record_core piece = {.offset = core->at + done, .signal = core->info->signo};
        uint32_t part = (uint32_t)min_of(count - done, (uint64_t)PIECE_BYTES);

        piece.bytes = part;
        record_begin(RECORD_CORE);
        record_add(&piece, sizeof piece);
        record_add(bytes + done, part);
        record_end();
        done += part;
    }
}

static bool put(struct core *core, const void *bytes, uint64_t count)
{
    bool ok = true;

    if (core->file)
        ok = put_file(core, bytes, count);
    else
        put_host(core, bytes, count);
    core->at += count;
    return ok;
}

static bool put_headers(struct core *core)
{
    uint64_t offset = sizeof(struct elf64_hdr) + (core->count + 1ul) * sizeof(struct elf64_phdr);
    struct elf64_hdr head = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_CORE,
                             .e_machine = EM_X86_64,
                             .e_version = EV_CURRENT,
                             .e_phoff = sizeof head,
                             .e_ehsize = sizeof head,
                             .e_phentsize = sizeof(struct elf64_phdr),
                             .e_phnum = (uint16_t)(core->count + 1)};
    struct elf64_phdr row = {
        .p_type = PT_NOTE, .p_offset = offset, .p_filesz = core->notes_bytes, .p_align = 4};
    bool ok = put(core, &head, sizeof head) && put(core, &row, sizeof row);

    offset = page_up(offset + core->notes_bytes);
    for (uint32_t i = 0; ok && i < core->count; i++) {
        const struct segment *s = &core->segment[i];

        /* An image of the stack has only that part of the area. */
        row = (struct elf64_phdr){.p_type = PT_LOAD,
                                  .p_flags = (s->prot & PROT_READ ? PF_R : 0u) |
                                             (s->prot & PROT_WRITE ? PF_W : 0u) |
                                             (s->prot & PROT_EXEC ? PF_X : 0u),
                                  .p_offset = offset,
                                  .p_vaddr = s->start + s->skip,
                                  .p_filesz = s->file_bytes,
                                  .p_memsz = s->memory_bytes - s->skip,
                                  .p_align = PAGE_SIZE};
        offset += s->file_bytes;
        ok = put(core, &row, sizeof row);
    }
    return ok;
}

/* One page. Memory that was never touched is zeros, and stays untouched. */
static bool put_page(struct core *core, uint64_t address)
{
    const struct area *area = area_find(current()->process->space, address);
    bool there = area && (area->file || pte_read(address) & EXO_PTE_PRESENT);

    if (!there || copy_from_user(core->page, address, PAGE_SIZE))
        memset(core->page, 0, PAGE_SIZE);
    return put(core, core->page, PAGE_SIZE);
}

static bool put_memory(struct core *core)
{
    bool ok = true;

    memset(core->page, 0, PAGE_SIZE);
    ok = put(core, core->page, -core->at & (PAGE_SIZE - 1));
    for (uint32_t i = 0; ok && i < core->count; i++) {
        const struct segment *s = &core->segment[i];

        for (uint64_t at = 0; ok && at < s->file_bytes; at += PAGE_SIZE)
            ok = put_page(core, s->start + s->skip + at);
    }
    return ok;
}

/* True: all of it went out. */
static bool write_image(struct core *core)
{
    bool ok = false;

    core->page = heap_alloc(PAGE_SIZE);
    if (core->page && segments_make(core) && notes_make(core)) {
        ok = put_headers(core) && put(core, core->notes, core->notes_bytes) && put_memory(core);
        if (!core->file) {
            struct record_core last = {.offset = core->at, .signal = core->info->signo};

            record_begin(RECORD_CORE);
            record_add(&last, sizeof last);
            record_end();
        }
    }
    heap_free(core->notes);
    heap_free(core->segment);
    heap_free(core->page);
    return ok;
}

static bool dump_to_file(const struct regs *regs, const struct siginfo *info)
{
    struct process *process = current()->process;
    struct core core = {
        .regs = regs, .info = info, .whole = true, .limit = process->rlimit[RLIMIT_CORE].soft};
    int error;

    if (core.limit < PAGE_SIZE || !process->dumpable)
        return false;
    error = file_open("core", O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0600, &core.file);
    if (error)
        return false;
    if ((core.file->inode->mode & S_IFMT) == S_IFREG && !core.file->inode->ops)
        (void)write_image(&core); /* one that the limit cuts short counts, as on Linux */
    else
        error = -EACCES;
    file_drop(core.file);
    return !error;
}

bool core_dump(const struct regs *regs, const struct siginfo *info)
{
    struct core core = {.regs = regs, .info = info, .whole = host_whole};
    bool written = dump_to_file(regs, info);

    if (host_whole || host_images++ < STACK_MAX)
        (void)write_image(&core);
    kept_free(current()->process->pid);
    return written;
}
