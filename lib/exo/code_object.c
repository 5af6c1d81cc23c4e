/* SPDX-License-Identifier: MIT */
/* code_object.c - the reader of object files; see code_object.h. Linking is in code_link.c. */
#include "lib/exo/code_object.h"
#include "lib/exo/string.h"
#include <stddef.h>

#define MACHINE_BPF      247
#define TYPE_RELOCATABLE 1
#define SECTION_PROGRAM  1
#define SECTION_SYMBOLS  2
#define SECTION_NOBITS   8
#define SECTION_REL      9
#define FLAG_WRITE       1
#define FLAG_ALLOC       2
#define FLAG_EXECUTE     4
#define SYMBOL_FUNCTION  2
#define BTF_MAGIC        0xeb9f

struct file_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_bytes, program_entry_bytes, program_count, section_entry_bytes, section_count,
        names;
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

static bool inside(uint64_t total, uint64_t offset, uint64_t bytes)
{
    return offset <= total && bytes <= total - offset;
}

static uint32_t word(const uint8_t *at)
{
    uint32_t x;

    memcpy(&x, at, sizeof x);
    return x;
}

/* A string that ends within its table; "" if it does not. */
static const char *string_at(const char *table, uint64_t bytes, uint64_t offset)
{
    return offset < bytes ? table + offset : "";
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool header_at(const struct exo_code_object *object, const struct file_header *file,
                      uint32_t index, struct section_header *header)
{
    if (index >= file->section_count)
        return false;
    memcpy(header, object->image + file->section_offset + index * sizeof *header, sizeof *header);
    return header->type == SECTION_NOBITS || inside(object->bytes, header->offset, header->bytes);
}

/* The string table in section `index`: it must end with 0. */
static const char *strings_of(const struct exo_code_object *object, const struct file_header *file,
                              uint32_t index, uint64_t *bytes)
{
    struct section_header header;

    if (!header_at(object, file, index, &header) || header.type == SECTION_NOBITS ||
        !header.bytes || object->image[header.offset + header.bytes - 1])
        return NULL;
    *bytes = header.bytes;
    return (const char *)object->image + header.offset;
}

/* Constants and variables get their places in the regions, in the order of sections. */
static const char *place_data(struct exo_code_object *object, struct exo_code_section *section,
                              uint64_t flags, bool bss)
{
    bool rodata = starts(section->name, ".rodata");
    uint32_t *used = rodata ? &object->rodata_bytes : &object->memory_bytes;

    if (!(flags & FLAG_ALLOC) || section->code || !section->size)
        return NULL;
    if (!rodata && !starts(section->name, ".data") && !starts(section->name, ".bss"))
        return NULL;
    *used = (*used + 15) & ~15u;
    if (section->size > EXO_CODE_RODATA_MAX ||
        (rodata && *used + section->size > EXO_CODE_RODATA_MAX))
        return "it has more constants or variables than fit";
    section->region = rodata ? EXO_CODE_RODATA : EXO_CODE_MEMORY;
    section->offset = *used;
    *used += (uint32_t)section->size;
    if (!rodata && !bss)
        object->data_bytes = *used;
    return NULL;
}

static const char *read_section(struct exo_code_object *object, const struct file_header *file,
                                uint32_t index, const char *names, uint64_t names_bytes)
{
    struct section_header header;
    struct exo_code_section *section = &object->section[index];

    if (!header_at(object, file, index, &header))
        return "a section lies outside the file: it is truncated";
    *section = (struct exo_code_section){
        .name = string_at(names, names_bytes, header.name),
        .bytes = header.type == SECTION_NOBITS ? NULL : object->image + header.offset,
        .size = header.bytes,
        .type = header.type,
        .code = header.type == SECTION_PROGRAM && header.flags & FLAG_EXECUTE,
    };
    if (section->code && header.bytes % 8)
        return "a section of instructions is no multiple of 8 bytes";
    if (section->code && header.bytes / 8 > EXO_CODE_INSNS_MAX)
        return "a section has more instructions than a program may have";
    if (header.type == SECTION_SYMBOLS) {
        object->names = strings_of(object, file, header.link, &object->names_bytes);
        if (!object->names)
            return "its symbols have no names";
        object->symbols = section->bytes;
        object->symbol_count = (uint32_t)(header.bytes / sizeof(struct symbol));
    }
    return place_data(object, section, header.flags, header.type == SECTION_NOBITS);
}

/* Sections of relocations name the one that they are for; they may come before it. */
static void find_relocations(struct exo_code_object *object, const struct file_header *file)
{
    struct section_header header;

    for (uint32_t i = 1; i < object->section_count; i++)
        if (header_at(object, file, i, &header) && header.type == SECTION_REL &&
            header.information < object->section_count)
            object->section[header.information].relocations = i;
}

/* Line information is a convenience: whatever is odd about it makes it absent. */
static void find_lines(struct exo_code_object *object)
{
    for (uint32_t i = 1; i < object->section_count; i++) {
        const struct exo_code_section *s = &object->section[i];
        bool types = s->name[0] && !strcmp(s->name, ".BTF");

        if ((!types && strcmp(s->name, ".BTF.ext") != 0) || !s->bytes || s->size < 24 ||
            (word(s->bytes) & 0xffff) != BTF_MAGIC)
            continue;
        uint64_t header = word(s->bytes + 4);
        uint64_t offset = header + word(s->bytes + 16), bytes = word(s->bytes + 20);

        if (!inside(s->size, offset, bytes))
            continue;
        if (types && bytes && !s->bytes[offset + bytes - 1]) {
            object->strings = (const char *)s->bytes + offset;
            object->string_bytes = bytes;
        } else if (!types) {
            object->lines = s->bytes + offset;
            object->line_bytes = bytes;
        }
    }
}

const char *exo_code_object_read(struct exo_code_object *object, const void *image, uint64_t bytes)
{
    static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    struct file_header file;
    uint64_t names_bytes = 0;
    const char *wrong = NULL;

    memset(object, 0, sizeof *object);
    object->image = image;
    object->bytes = bytes;
    if (bytes < sizeof file)
        return "it is too short for an object file";
    memcpy(&file, image, sizeof file);
    if (memcmp(file.identification, magic, sizeof magic) != 0)
        return "it is no 64-bit little-endian ELF file";
    if (file.machine != MACHINE_BPF || file.type != TYPE_RELOCATABLE)
        return "it is no object file of clang -target bpf";
    if (file.section_entry_bytes != sizeof(struct section_header) ||
        file.section_count > EXO_CODE_SECTIONS_MAX ||
        !inside(bytes, file.section_offset,
                (uint64_t)file.section_count * sizeof(struct section_header)))
        return "its sections are missing, too many, or outside the file";
    const char *names = strings_of(object, &file, file.names, &names_bytes);

    if (!names)
        return "its sections have no names";
    object->section_count = file.section_count;
    if (object->section_count)
        object->section[0].name = "";
    for (uint32_t i = 1; i < object->section_count && !wrong; i++)
        wrong = read_section(object, &file, i, names, names_bytes);
    if (wrong)
        return wrong;
    if (!object->symbols)
        return "it has no symbols";
    find_relocations(object, &file);
    find_lines(object);
    return NULL;
}

bool exo_code_object_symbol(const struct exo_code_object *object, uint32_t index,
                            struct exo_code_symbol *out)
{
    struct symbol symbol;

    if (index >= object->symbol_count)
        return false;
    memcpy(&symbol, object->symbols + index * sizeof symbol, sizeof symbol);
    *out = (struct exo_code_symbol){
        .name = string_at(object->names, object->names_bytes, symbol.name),
        .section = symbol.section,
        .value = symbol.value,
        .bytes = symbol.bytes,
        .function = (symbol.information & 15) == SYMBOL_FUNCTION,
    };
    return symbol.section && symbol.section < object->section_count;
}

static uint32_t type_of(const char *section)
{
    if (starts(section, "packet"))
        return EXO_CODE_PACKET;
    if (starts(section, "predicate"))
        return EXO_CODE_PREDICATE;
    return starts(section, "ownership") ? EXO_CODE_OWNERSHIP : 0;
}

bool exo_code_object_program(const struct exo_code_object *object, uint32_t index,
                             struct exo_code_entry *entry)
{
    struct exo_code_symbol symbol;

    for (uint32_t i = 0; i < object->symbol_count; i++) {
        if (!exo_code_object_symbol(object, i, &symbol) || !symbol.function ||
            !object->section[symbol.section].code ||
            !type_of(object->section[symbol.section].name) || index--)
            continue;
        *entry = (struct exo_code_entry){.name = symbol.name,
                                         .type = type_of(object->section[symbol.section].name),
                                         .symbol = i};
        return true;
    }
    return false;
}

/* One section's lines: 16 bytes each or more, in the order of instructions. The last at or before `offset` is it. */
static bool line_in(const struct exo_code_object *object, const uint8_t *records, uint32_t count,
                    uint32_t each, uint32_t offset, struct exo_code_line *line)
{
    bool found = false;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *record = records + (uint64_t)i * each;

        if (word(record) > offset || !(word(record + 12) >> 10))
            continue; /* line 0 is the compiler's own: what comes before it is nearer */
        *line = (struct exo_code_line){
            .file = string_at(object->strings, object->string_bytes, word(record + 4)),
            .text = string_at(object->strings, object->string_bytes, word(record + 8)),
            .line = word(record + 12) >> 10,
            .column = word(record + 12) & 1023};
        found = true;
    }
    return found;
}

bool exo_code_object_line(const struct exo_code_object *object, uint32_t origin,
                          struct exo_code_line *line)
{
    const uint8_t *at = object->lines;
    uint64_t left = object->line_bytes;
    uint32_t section = origin >> 24;
    uint32_t each;

    if (!at || !object->strings || left < 4 || section >= object->section_count)
        return false;
    each = word(at);
    at += 4;
    left -= 4;
    while (each >= 16 && each <= 4096 && left >= 8) {
        const char *name = string_at(object->strings, object->string_bytes, word(at));
        uint64_t count = word(at + 4);

        at += 8;
        left -= 8;
        if (count * each > left)
            return false;
        if (!strcmp(name, object->section[section].name))
            return line_in(object, at, (uint32_t)count, each, (origin & 0xffffff) * 8, line);
        at += count * each;
        left -= count * each;
    }
    return false;
}
