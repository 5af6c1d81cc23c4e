/* SPDX-License-Identifier: MIT */
/*
 * load.c - checking ELF files and mapping their segments.
 *
 * Every number of a file is bounded before it is used: a program may be truncated, for another machine, or made to
 * confuse. What Linux answers to the same file is the measure.
 * Source: System V ABI, "Program Loading"; elf(5); AMD64 supplement.
 */
#include <elf.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "libos/linux/elf/elf.h"

#define HEADERS_MAX 73 /* as many as fit a page */
#define PIE_BASE    0x555555554000ul

struct headers {
    Elf64_Ehdr elf;
    Elf64_Phdr program[HEADERS_MAX];
};

static bool segment_ok(const Elf64_Phdr *p, uint16_t type)
{
    uint64_t end;

    if (p->p_filesz > p->p_memsz || __builtin_add_overflow(p->p_vaddr, p->p_memsz, &end))
        return false;
    if ((p->p_vaddr ^ p->p_offset) & (PAGE_SIZE - 1) || p->p_offset > INT64_MAX - p->p_filesz)
        return false;
    if (end > USER_END)
        return false;
    return type == ET_DYN || end <= LIBOS_START || p->p_vaddr >= LIBOS_END;
}

/* Reads and checks the headers: 0 or -ENOEXEC, -ENOMEM. heap_free(*out). */
static int headers_read(struct file *file, struct headers **out)
{
    struct headers *h = heap_alloc(sizeof *h);
    int error = -ENOEXEC;
    bool any = false;

    if (!h)
        return -ENOMEM;
    if (file_read_at(file, &h->elf, sizeof h->elf, 0) != sizeof h->elf)
        goto fail;
    if (memcmp(h->elf.e_ident, ELFMAG, 4) || h->elf.e_ident[EI_CLASS] != ELFCLASS64 ||
        h->elf.e_ident[EI_DATA] != ELFDATA2LSB || h->elf.e_machine != EM_X86_64)
        goto fail;
    if ((h->elf.e_type != ET_EXEC && h->elf.e_type != ET_DYN) ||
        h->elf.e_phentsize != sizeof(Elf64_Phdr) || !h->elf.e_phnum || h->elf.e_phnum > HEADERS_MAX)
        goto fail;
    int64_t bytes = h->elf.e_phnum * (int64_t)sizeof(Elf64_Phdr);

    if (h->elf.e_phoff > INT64_MAX ||
        file_read_at(file, h->program, (uint64_t)bytes, h->elf.e_phoff) != bytes)
        goto fail;
    for (uint32_t i = 0; i < h->elf.e_phnum; i++) {
        if (h->program[i].p_type != PT_LOAD)
            continue;
        if (!segment_ok(&h->program[i], h->elf.e_type))
            goto fail;
        any = true;
    }
    if (!any)
        goto fail;
    *out = h;
    return 0;
fail:
    heap_free(h);
    return error;
}

/* Opens the interpreter that the headers name: 0 without one too. */
static int interpreter_open(const struct headers *h, struct elf_program *out)
{
    for (uint32_t i = 0; i < h->elf.e_phnum; i++) {
        const Elf64_Phdr *p = &h->program[i];

        if (p->p_type != PT_INTERP)
            continue;
        if (p->p_filesz < 2 || p->p_filesz > sizeof out->interpreter_path)
            return -ENOEXEC;
        if (file_read_at(out->file, out->interpreter_path, p->p_filesz, p->p_offset) !=
                (int64_t)p->p_filesz ||
            out->interpreter_path[p->p_filesz - 1])
            return -ENOEXEC;
        int error = file_open(out->interpreter_path, O_RDONLY, 0, &out->interpreter);

        if (error) {
            log_line("exec: interpreter %s: error %d", out->interpreter_path, -error);
            return error;
        }
        return file_access_exec(out->interpreter) ? 0 : -EACCES;
    }
    return 0;
}

int elf_check(struct file *file, struct elf_program *out)
{
    struct headers *h = NULL;
    int error = headers_read(file, &h);

    if (error)
        return error;
    out->file = file;
    out->interpreter = NULL;
    out->interpreter_path[0] = 0;
    out->headers = h;
    out->interpreter_headers = NULL;
    error = interpreter_open(h, out);
    if (!error && out->interpreter) {
        error = headers_read(out->interpreter, &out->interpreter_headers);
        if (error == -ENOEXEC)
            error = -ELIBBAD;
    }
    file_hold(file);
    if (error)
        elf_release(out);
    return error;
}

void elf_release(struct elf_program *program)
{
    if (program->interpreter)
        file_drop(program->interpreter);
    heap_free(program->headers);
    heap_free(program->interpreter_headers);
    file_drop(program->file);
}

struct image {
    uint64_t bias;
    uint64_t first,
        last; /* of all segments, biased: page_down of the first byte, end of the last */
    uint64_t zero_start, zero_bytes;
};

/* Where the image goes: fixed, at PIE_BASE, or wherever there is room. Reserves the whole span for the latter two. */
static int image_place(const struct headers *h, struct space *space, uint64_t wish,
                       struct image *image)
{
    uint64_t low = UINT64_MAX, high = 0;

    for (uint32_t i = 0; i < h->elf.e_phnum; i++) {
        const Elf64_Phdr *p = &h->program[i];

        if (p->p_type != PT_LOAD)
            continue;
        low = min_of(low, page_down(p->p_vaddr));
        high = max_of(high, p->p_vaddr + p->p_memsz);
    }
    image->bias = 0;
    if (h->elf.e_type == ET_DYN) {
        int64_t at = space_map(space, wish, page_up(high) - low, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

        if (at < 0)
            return (int)at;
        image->bias = (uint64_t)at - low;
    }
    image->first = low + image->bias;
    image->last = high + image->bias;
    return 0;
}

static int segment_map(const Elf64_Phdr *p, struct file *file, struct space *space,
                       struct image *image)
{
    uint32_t prot = (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) |
                    (p->p_flags & PF_X ? PROT_EXEC : 0);
    uint64_t start = page_down(p->p_vaddr + image->bias);
    uint64_t file_end = p->p_vaddr + image->bias + p->p_filesz;
    uint64_t end = page_up(p->p_vaddr + image->bias + p->p_memsz);
    int64_t at = 0;

    if (p->p_filesz)
        at = space_map(space, start, page_up(file_end) - start, prot, MAP_PRIVATE | MAP_FIXED, file,
                       page_down(p->p_offset));
    uint64_t zero = p->p_filesz ? page_up(file_end) : start;

    if (at >= 0 && end > zero)
        at = space_map(space, zero, end - zero, prot, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL,
                       0);
    if (at < 0)
        return (int)at;
    if (p->p_filesz && p->p_memsz > p->p_filesz && p->p_flags & PF_W) {
        image->zero_start = file_end;
        image->zero_bytes = page_up(file_end) - file_end;
    }
    return 0;
}

static int image_map(struct file *file, const struct headers *h, struct space *space, uint64_t wish,
                     struct image *image)
{
    memset(image, 0, sizeof *image);
    int error = image_place(h, space, wish, image);

    for (uint32_t i = 0; !error && i < h->elf.e_phnum; i++)
        if (h->program[i].p_type == PT_LOAD && h->program[i].p_memsz)
            error = segment_map(&h->program[i], file, space, image);
    return error;
}

/* Address of the program headers in memory: the segment that holds them. */
static uint64_t headers_address(const struct headers *h, uint64_t bias)
{
    for (uint32_t i = 0; i < h->elf.e_phnum; i++) {
        const Elf64_Phdr *p = &h->program[i];

        if (p->p_type == PT_PHDR)
            return p->p_vaddr + bias;
        if (p->p_type == PT_LOAD && h->elf.e_phoff >= p->p_offset &&
            h->elf.e_phoff - p->p_offset < p->p_filesz)
            return p->p_vaddr + bias + h->elf.e_phoff - p->p_offset;
    }
    return 0;
}

int elf_map(struct elf_program *program, struct space *space, struct elf_loaded *out)
{
    const struct headers *h = program->headers;
    struct image image;
    int error = image_map(program->file, h, space, program->interpreter ? PIE_BASE : 0, &image);

    if (error)
        return error;
    memset(out, 0, sizeof *out);
    out->program_entry = h->elf.e_entry + image.bias;
    out->entry = out->program_entry;
    out->headers = headers_address(h, image.bias);
    out->header_count = h->elf.e_phnum;
    out->brk = page_up(image.last);
    out->zero_start = image.zero_start;
    out->zero_bytes = image.zero_bytes;
    if (program->interpreter) {
        h = program->interpreter_headers;
        error = image_map(program->interpreter, h, space, 0, &image);
        if (error)
            return error;
        out->entry = h->elf.e_entry + image.bias;
        out->base = image.first;
        out->interpreter_zero_start = image.zero_start;
        out->interpreter_zero_bytes = image.zero_bytes;
    }
    return out->entry < USER_END ? 0 : -ENOEXEC;
}
