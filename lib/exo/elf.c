/* SPDX-License-Identifier: MIT */
/* elf.c - strict ELF64 reader; see elf.h. No pointer is made from the file before its range is
 * checked. */
#include "lib/exo/elf.h"
#include "lib/exo/string.h"

#define PAGE            4096ull
#define HEADERS_MAX     64
#define SECTIONS_MAX    256
#define TYPE_EXECUTABLE 2
#define MACHINE_X86_64  62
#define SEGMENT_LOAD    1
#define SEGMENT_INTERP  3
#define SECTION_SYMBOLS 2
#define FLAG_EXECUTE    1
#define FLAG_WRITE      2
#define FLAG_READ       4

struct file_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_bytes, program_entry_bytes, program_count, section_entry_bytes, section_count,
        names;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};

struct section_header {
    uint32_t name, type;
    uint64_t flags, address, offset, bytes;
    uint32_t link, information;
    uint64_t alignment, entry_bytes;
};

struct symbol {
    uint32_t name;
    uint8_t information, other;
    uint16_t section;
    uint64_t value, bytes;
};

/* Is [offset, offset + bytes) inside the file? */
static bool inside(const struct exo_elf *elf, uint64_t offset, uint64_t bytes)
{
    return offset <= elf->bytes && bytes <= elf->bytes - offset;
}

static const char *read_segment(struct exo_elf *elf, const struct program_header *ph, uint64_t low,
                                uint64_t high)
{
    if (ph->type == SEGMENT_INTERP)
        return "it wants an interpreter: link it statically";
    if (ph->type != SEGMENT_LOAD || !ph->memory_bytes)
        return NULL;
    if (elf->segment_count == EXO_ELF_SEGMENTS_MAX)
        return "too many loadable segments";
    if (!inside(elf, ph->offset, ph->file_bytes))
        return "a segment lies outside the file: it is truncated";
    if (ph->file_bytes > ph->memory_bytes)
        return "a segment is larger in the file than in memory";
    if (ph->address < low || ph->address >= high || ph->memory_bytes > high - ph->address)
        return "a segment lies outside the addresses for images";
    if ((ph->address ^ ph->offset) & (PAGE - 1))
        return "a segment's address and file offset differ within the page";
    if (ph->flags & FLAG_WRITE && ph->flags & FLAG_EXECUTE)
        return "a segment is writable and executable";
    if (elf->segment_count) {
        const struct exo_elf_segment *last = &elf->segment[elf->segment_count - 1];
        uint64_t end = (last->address + last->memory_bytes + PAGE - 1) & ~(PAGE - 1);

        if ((ph->address & ~(PAGE - 1)) < end)
            return "segments overlap or are not in ascending order";
    }
    elf->segment[elf->segment_count++] = (struct exo_elf_segment){
        .offset = ph->offset,
        .file_bytes = ph->file_bytes,
        .address = ph->address,
        .memory_bytes = ph->memory_bytes,
        .write = ph->flags & FLAG_WRITE,
        .execute = ph->flags & FLAG_EXECUTE,
    };
    return NULL;
}

static bool executable(const struct exo_elf *elf, uint64_t address)
{
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct exo_elf_segment *segment = &elf->segment[i];

        if (segment->execute && address >= segment->address &&
            address - segment->address < segment->file_bytes)
            return true;
    }
    return false;
}

/* The symbol table is a convenience: whatever is odd about it makes it absent. */
static void find_symbols(struct exo_elf *elf, const struct file_header *header)
{
    struct section_header section;
    struct section_header strings;
    uint64_t table = header->section_offset;

    if (header->section_entry_bytes != sizeof section || header->section_count > SECTIONS_MAX ||
        !inside(elf, table, (uint64_t)header->section_count * sizeof section))
        return;
    for (uint32_t i = 0; i < header->section_count; i++) {
        memcpy(&section, elf->image + table + i * sizeof section, sizeof section);
        if (section.type != SECTION_SYMBOLS || section.link >= header->section_count)
            continue;
        memcpy(&strings, elf->image + table + section.link * sizeof strings, sizeof strings);
        if (!inside(elf, section.offset, section.bytes) ||
            !inside(elf, strings.offset, strings.bytes) || !strings.bytes ||
            elf->image[strings.offset + strings.bytes - 1])
            continue;
        elf->symbols_offset = section.offset;
        elf->symbol_count = section.bytes / sizeof(struct symbol);
        elf->strings_offset = strings.offset;
        elf->strings_bytes = strings.bytes;
        return;
    }
}

const char *exo_elf_read(struct exo_elf *elf, const void *image, uint64_t bytes, uint64_t low,
                         uint64_t high)
{
    static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F',
                                     2,    1,   1}; /* 64 bits, little endian, version 1 */
    struct file_header header;
    struct program_header ph;
    const char *wrong = NULL;

    *elf = (struct exo_elf){.image = image, .bytes = bytes};
    if (bytes < sizeof header)
        return "it is too short for an ELF file";
    memcpy(&header, image, sizeof header);
    if (memcmp(header.identification, magic, sizeof magic) != 0)
        return "it is no 64-bit little-endian ELF file";
    if (header.machine != MACHINE_X86_64)
        return "it is for another processor than x86-64";
    if (header.type != TYPE_EXECUTABLE)
        return "it is no executable linked at a fixed address";
    if (header.program_entry_bytes != sizeof ph || !header.program_count ||
        header.program_count > HEADERS_MAX ||
        !inside(elf, header.program_offset, (uint64_t)header.program_count * sizeof ph))
        return "its program headers are missing or outside the file";
    for (uint32_t i = 0; i < header.program_count && !wrong; i++) {
        memcpy(&ph, elf->image + header.program_offset + i * sizeof ph, sizeof ph);
        wrong = read_segment(elf, &ph, low, high);
    }
    if (wrong)
        return wrong;
    if (!executable(elf, header.entry))
        return "its entry point is not in an executable segment";
    elf->entry = header.entry;
    find_symbols(elf, &header);
    return NULL;
}

uint64_t exo_elf_symbol(const struct exo_elf *elf, const char *name)
{
    struct symbol symbol;

    for (uint64_t i = 0; i < elf->symbol_count; i++) {
        memcpy(&symbol, elf->image + elf->symbols_offset + i * sizeof symbol, sizeof symbol);
        if (symbol.name >= elf->strings_bytes || !symbol.section)
            continue;
        if (!strcmp((const char *)elf->image + elf->strings_offset + symbol.name, name))
            return executable(elf, symbol.value) ? symbol.value : 0;
    }
    return 0;
}
