/* SPDX-License-Identifier: MIT */
/*
 * unwind.c - the call stack of the process that a core file shows, by libdw.
 *
 * libdw gets the modules from us, because their files lie in the instance's root and not at the paths that the core
 * file names. A file counts as the one that was mapped if its first page is what the core file has of it.
 */
#define _GNU_SOURCE
#include "tools/why/unwind.h"
#include "tools/process.h"
#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAMES_MAX  64u
#define MODULES_MAX 512u
#define PAGE        4096u

struct core {
    const uint8_t *bytes;
    size_t length;
    Elf64_Phdr *load;
    size_t loads;
    struct elf_prstatus status;
    int has_status;
    struct unwind *unwind;
    struct node *root;
};

static const void *core_range(const struct core *core, uint64_t offset, uint64_t bytes)
{
    return offset <= core->length && bytes <= core->length - offset ? core->bytes + offset : NULL;
}

/* Memory of the process that the file has; NULL: not all of it. */
static const void *core_memory(const struct core *core, uint64_t address, uint64_t bytes)
{
    for (size_t i = 0; i < core->loads; i++) {
        uint64_t skip = address - core->load[i].p_vaddr;

        if (address >= core->load[i].p_vaddr && skip <= core->load[i].p_filesz &&
            bytes <= core->load[i].p_filesz - skip)
            return core_range(core, core->load[i].p_offset + skip, bytes);
    }
    return NULL;
}

/* --- Modules
 * --------------------------------------------------------------------------------------- */

/* A descriptor of the file that was mapped; -1: it is not to be found. */
static int module_check(const struct core *core, int fd, uint64_t start)
{
    uint8_t first[PAGE];
    const void *mapped = core_memory(core, start, PAGE);
    ssize_t got = fd < 0 ? -1 : pread(fd, first, sizeof first, 0);

    if (got > 0 && (!mapped || !memcmp(first, mapped, (size_t)got)))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int module_open(const struct core *core, const char *path, uint64_t start)
{
    struct node *node = core->root ? tree_find(core->root, core->root, path, 1) : NULL;
    int fd = -1;

    if (node && S_ISREG(node->mode) && node->bytes) {
        fd = process_memory_file("lorica-module");
        if (write(fd, node->bytes, node->size) != (ssize_t)node->size) {
            close(fd);
            fd = -1;
        }
    } else if (node && S_ISREG(node->mode) && node->host_path) {
        fd = open(node->host_path, O_RDONLY | O_CLOEXEC);
    }
    fd = module_check(core, fd, start);
    return fd >= 0 ? fd : module_check(core, open(path, O_RDONLY | O_CLOEXEC), start);
}

static int module_is_dynamic(int fd)
{
    Elf64_Ehdr head;

    return pread(fd, &head, sizeof head, 0) == sizeof head && head.e_type == ET_DYN;
}

/* The files of an NT_FILE note; each once, where it begins. */
static void modules_report(Dwfl *dwfl, const struct core *core, const uint8_t *note, size_t length)
{
    uint64_t head[2], row[3];
    const char *name;

    if (length < sizeof head)
        return;
    memcpy(head, note, sizeof head);
    if (head[0] > MODULES_MAX * 8 || head[0] * sizeof row > length - sizeof head)
        return;
    name = (const char *)note + sizeof head + head[0] * sizeof row;
    for (uint64_t i = 0; i < head[0]; i++) {
        size_t left = length - (size_t)(name - (const char *)note), size = strnlen(name, left);
        int fd;

        if (size == left)
            return;
        memcpy(row, note + sizeof head + i * sizeof row, sizeof row);
        fd = row[2] ? -1 : module_open(core, name, row[0]);
        if (fd >= 0 &&
            !dwfl_report_elf(dwfl, name, name, fd, module_is_dynamic(fd) ? row[0] : 0, true))
            close(fd);
        name += size + 1;
    }
}

/* --- Notes
 * ----------------------------------------------------------------------------------------- */

static void note_take(struct core *core, Dwfl *dwfl, uint32_t type, const uint8_t *bytes,
                      size_t length)
{
    siginfo_t info;
    prpsinfo_t process;

    if (type == NT_PRSTATUS && length >= sizeof core->status && !core->has_status) {
        memcpy(&core->status, bytes, sizeof core->status);
        core->has_status = 1;
        core->unwind->pid = core->status.pr_pid;
    } else if (type == NT_PRPSINFO && length >= sizeof process) {
        memcpy(&process, bytes, sizeof process);
        memcpy(core->unwind->program, process.pr_fname, 16);
    } else if (type == NT_SIGINFO && length >= sizeof info) {
        memcpy(&info, bytes, sizeof info);
        core->unwind->signal = info.si_signo;
        core->unwind->code = info.si_code;
        core->unwind->fault = (uint64_t)(uintptr_t)info.si_addr;
    } else if (type == NT_FILE) {
        modules_report(dwfl, core, bytes, length);
    }
}

static void notes_take(struct core *core, Dwfl *dwfl, const uint8_t *bytes, size_t length)
{
    while (length >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr head;
        size_t name, description;

        memcpy(&head, bytes, sizeof head);
        name = ((size_t)head.n_namesz + 3) & ~(size_t)3;
        description = ((size_t)head.n_descsz + 3) & ~(size_t)3;
        if (name > length - sizeof head || description > length - sizeof head - name)
            return;
        note_take(core, dwfl, head.n_type, bytes + sizeof head + name, head.n_descsz);
        bytes += sizeof head + name + description;
        length -= sizeof head + name + description;
    }
}

/* --- Unwinding
 * ------------------------------------------------------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread)
{
    struct core *core = argument;

    (void)dwfl;
    if (*thread)
        return 0;
    *thread = core;
    return core->status.pr_pid;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *argument)
{
    const void *at = core_memory(argument, address, sizeof *result);

    (void)dwfl;
    if (!at)
        return false;
    memcpy(result, at, sizeof *result);
    return true;
}

/* In the order of DWARF's numbers. */
static bool set_registers(Dwfl_Thread *thread, void *argument)
{
    struct core *core = argument;
    enum {
        R15,
        R14,
        R13,
        R12,
        RBP,
        RBX,
        R11,
        R10,
        R9,
        R8,
        RAX,
        RCX,
        RDX,
        RSI,
        RDI,
        ORIG,
        RIP,
        CS,
        FLAGS,
        RSP
    };
    static const uint8_t order[17] = {RAX, RDX, RCX, RBX, RSI, RDI, RBP, RSP, R8,
                                      R9,  R10, R11, R12, R13, R14, R15, RIP};
    Dwarf_Word registers[17];

    for (unsigned i = 0; i < 17; i++)
        registers[i] = core->status.pr_reg[order[i]];
    return dwfl_thread_state_registers(thread, 0, 17, registers);
}

static void frame_name(Dwfl *dwfl, struct unwind_frame *frame, uint64_t address)
{
    Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
    Dwfl_Line *line;
    GElf_Off offset;
    GElf_Sym symbol;

    if (!module)
        return;
    frame->module = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    frame->function = dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);
    frame->offset = offset + (frame->address - address);
    line = dwfl_module_getsrc(module, address);
    if (line)
        frame->source = dwfl_lineinfo(line, NULL, &frame->line, NULL, NULL, NULL);
}

static int frame_take(Dwfl_Frame *state, void *argument)
{
    struct core *core = argument;
    struct unwind *unwind = core->unwind;
    struct unwind_frame *frame;
    Dwarf_Addr pc;
    bool exact;

    if (unwind->count == FRAMES_MAX || !dwfl_frame_pc(state, &pc, &exact))
        return DWARF_CB_ABORT;
    frame = &unwind->frame[unwind->count++];
    *frame = (struct unwind_frame){.address = pc};
    frame_name(dwfl_thread_dwfl(dwfl_frame_thread(state)), frame, exact ? pc : pc - 1);
    return DWARF_CB_OK;
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = memory_read,
    .set_initial_registers = set_registers,
};

static void unwind_frames(Dwfl *dwfl, struct core *core)
{
    struct unwind *unwind = core->unwind;
    const void *back;

    /* A call to nowhere: the caller's address is on top of the stack. */
    if (!dwfl_addrmodule(dwfl, core->status.pr_reg[16])) {
        unwind->frame[unwind->count++] = (struct unwind_frame){.address = core->status.pr_reg[16]};
        back = core_memory(core, core->status.pr_reg[19], 8);
        if (!back)
            return;
        memcpy(&core->status.pr_reg[16], back, 8);
        core->status.pr_reg[16]--; /* within the call, as frames further out are looked up */
        core->status.pr_reg[19] += 8;
    }
    if (dwfl_attach_state(dwfl, NULL, core->status.pr_pid, &thread_callbacks, core))
        (void)dwfl_getthread_frames(dwfl, core->status.pr_pid, frame_take, core);
}

static const char *core_open(struct core *core, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    void *bytes;

    if (fd < 0 || fstat(fd, &stat) < 0)
        return strerror(errno);
    bytes = mmap(NULL, (size_t)stat.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return strerror(errno);
    core->bytes = bytes;
    core->length = (size_t)stat.st_size;
    return NULL;
}

const char *unwind_core(const char *path, struct node *root, struct unwind *unwind)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                             .find_debuginfo = dwfl_standard_find_debuginfo,
                                             .section_address = dwfl_offline_section_address};
    struct core *core = allocate(sizeof *core);
    const Elf64_Ehdr *head;
    const Elf64_Phdr *rows;
    const char *wrong = core_open(core, path);
    Dwfl *dwfl;

    *unwind = (struct unwind){.frame = allocate(FRAMES_MAX * sizeof *unwind->frame)};
    core->unwind = unwind;
    core->root = root;
    if (wrong)
        return wrong;
    head = core_range(core, 0, sizeof *head);
    if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_type != ET_CORE ||
        head->e_machine != EM_X86_64 || head->e_phentsize != sizeof *rows)
        return "it is no core file of an x86-64 program";
    rows = core_range(core, head->e_phoff, (uint64_t)head->e_phnum * sizeof *rows);
    if (!rows || head->e_phoff % 8)
        return "it is truncated";
    core->load = allocate(((size_t)head->e_phnum + 1) * sizeof *core->load);
    for (unsigned i = 0; i < head->e_phnum; i++)
        if (rows[i].p_type == PT_LOAD)
            core->load[core->loads++] = rows[i];
    dwfl = dwfl_begin(&callbacks);
    if (!dwfl)
        return "libdw cannot start";
    dwfl_report_begin(dwfl);
    for (unsigned i = 0; i < head->e_phnum; i++) {
        const uint8_t *notes =
            rows[i].p_type == PT_NOTE ? core_range(core, rows[i].p_offset, rows[i].p_filesz) : NULL;

        if (notes)
            notes_take(core, dwfl, notes, rows[i].p_filesz);
    }
    dwfl_report_end(dwfl, NULL, NULL);
    if (!core->has_status)
        return "it has no registers";
    unwind_frames(dwfl, core);
    return NULL; /* dwfl stays: the frames' names are its */
}
