/* SPDX-License-Identifier: MIT */
/*
 * elf.c - reading ELF files: every offset and count in them is checked before use.
 */
#define _GNU_SOURCE
#include "tools/elf.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ELF_SEGMENTS_MAX 512

static const char *elf_machine(uint16_t machine)
{
    switch (machine) {
    case EM_386:
        return "is a program for 32-bit x86; Lorica runs x86-64 programs";
    case EM_AARCH64:
        return "is a program for ARM64; Lorica runs x86-64 programs";
    case EM_ARM:
        return "is a program for ARM; Lorica runs x86-64 programs";
    case EM_RISCV:
        return "is a program for RISC-V; Lorica runs x86-64 programs";
    default:
        return "is a program for another processor; Lorica runs x86-64 programs";
    }
}

static const char *elf_check_header(const struct elf *elf)
{
    const Elf64_Ehdr *header = (const void *)elf->bytes;

    if (elf->length < SELFMAG || memcmp(elf->bytes, ELFMAG, SELFMAG))
        return "is neither an ELF program nor a script that starts with #!";
    if (elf->length < sizeof *header)
        return "is truncated: it ends within its ELF header";
    if (header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64)
        return elf_machine(header->e_ident[EI_DATA] == ELFDATA2LSB ? header->e_machine : EM_NONE);
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return "has the wrong class: 32-bit ELF (x32); Lorica runs ELF64 programs";
    if (header->e_type == ET_REL)
        return "is an object file, not a program; link it first";
    if (header->e_type == ET_CORE)
        return "is a core dump, not a program";
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return "has an unknown ELF type";
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 ||
        header->e_phnum > ELF_SEGMENTS_MAX)
        return "has an absurd program header table";
    if (header->e_phoff > elf->length ||
        header->e_phnum * sizeof(Elf64_Phdr) > elf->length - header->e_phoff)
        return "is truncated: its program headers lie behind its end";
    return NULL;
}

static const char *elf_check_segment(const struct elf *elf, const Elf64_Phdr *segment)
{
    if (segment->p_type != PT_LOAD && segment->p_type != PT_INTERP && segment->p_type != PT_DYNAMIC)
        return NULL;
    if (segment->p_offset > elf->length || segment->p_filesz > elf->length - segment->p_offset)
        return "is truncated: a segment lies behind its end";
    if (segment->p_type != PT_LOAD)
        return NULL;
    if (segment->p_memsz < segment->p_filesz ||
        segment->p_vaddr + segment->p_memsz < segment->p_vaddr ||
        segment->p_vaddr + segment->p_memsz > 0x7ffffffff000ull)
        return "has a segment with an absurd size or address";
    return NULL;
}

static Elf64_Phdr elf_segment(const struct elf *elf, unsigned index)
{
    const Elf64_Ehdr *header = (const void *)elf->bytes;
    Elf64_Phdr segment;

    memcpy(&segment, elf->bytes + header->e_phoff + index * sizeof segment, sizeof segment);
    return segment;
}

/* Text at an address of the image, NUL-terminated within the file; NULL otherwise. */
static const char *elf_text(const struct elf *elf, uint64_t address)
{
    unsigned count = ((const Elf64_Ehdr *)(const void *)elf->bytes)->e_phnum;

    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr segment = elf_segment(elf, i);
        uint64_t offset = address - segment.p_vaddr;

        if (segment.p_type != PT_LOAD || offset >= segment.p_filesz)
            continue;
        if (!memchr(elf->bytes + segment.p_offset + offset, 0, (size_t)(segment.p_filesz - offset)))
            return NULL;
        return elf->bytes + segment.p_offset + offset;
    }
    return NULL;
}

static const char *elf_read_dynamic(struct elf *elf, const Elf64_Phdr *segment)
{
    size_t count = segment->p_filesz / sizeof(Elf64_Dyn);
    uint64_t strings = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            Elf64_Dyn entry;
            const char *text;

            memcpy(&entry, elf->bytes + segment->p_offset + i * sizeof entry, sizeof entry);
            if (entry.d_tag == DT_NULL)
                break;
            if (entry.d_tag == DT_STRTAB)
                strings = entry.d_un.d_ptr;
            if (pass == 0 ||
                (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH))
                continue;
            text = elf_text(elf, strings + entry.d_un.d_val);
            if (!text)
                return "is damaged: a name in its dynamic section lies outside the file";
            if (entry.d_tag == DT_NEEDED)
                text_list_add(&elf->needed, (char *)(uintptr_t)text);
            else if (entry.d_tag == DT_RPATH)
                elf->rpath = text;
            else
                elf->runpath = text;
        }
    }
    return NULL;
}

static const char *elf_read(struct elf *elf)
{
    const Elf64_Ehdr *header = (const void *)elf->bytes;
    const char *wrong = elf_check_header(elf);
    int loads = 0;

    if (wrong)
        return wrong;
    elf->type = header->e_type;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment = elf_segment(elf, i);

        wrong = elf_check_segment(elf, &segment);
        if (wrong)
            return wrong;
        loads += segment.p_type == PT_LOAD;
        if (segment.p_type != PT_INTERP)
            continue;
        if (!segment.p_filesz || elf->bytes[segment.p_offset + segment.p_filesz - 1])
            return "is damaged: the name of its interpreter does not end";
        elf->interpreter = elf->bytes + segment.p_offset;
    }
    if (!loads)
        return "has nothing to load: it has no PT_LOAD segment";
    for (unsigned i = 0; i < header->e_phnum && !wrong; i++) {
        Elf64_Phdr segment = elf_segment(elf, i);

        if (segment.p_type == PT_DYNAMIC)
            wrong = elf_read_dynamic(elf, &segment);
    }
    return wrong;
}

const char *elf_open(struct elf *elf, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes;

    *elf = (struct elf){0};
    if (fd < 0)
        return text_format("cannot be read: %s", strerror(errno));
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return "is not a regular file";
    }
    if (status.st_size == 0) {
        close(fd);
        return "is empty";
    }
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return text_format("cannot be read: %s", strerror(errno));
    elf->bytes = bytes;
    elf->length = (size_t)status.st_size;
    return elf_read(elf);
}

void elf_close(struct elf *elf)
{
    if (elf->bytes)
        munmap((void *)(uintptr_t)elf->bytes, elf->length);
    free(elf->needed.item);
    *elf = (struct elf){0};
}
