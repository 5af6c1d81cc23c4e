/* SPDX-License-Identifier: MIT */
/* code.c - loading downloaded programs; see code.h. */
#include "lib/exo/code.h"
#include "lib/exo/string.h"
#include "exo_stubs.h"

#define WINDOW_BITS (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)
#define STATE_BYTES 1280 /* of the verifier, for each place that a jump leads to */
#define INSN_BYTES  36   /* of the verifier and the copy, for each instruction */

static struct exo_code_object object;
static struct exo_code_linked linked;

/* Frames with which checking and compiling the linked program will not run out of memory. */
static uint32_t frames_wanted(void)
{
    uint64_t bytes = linked.count * (uint64_t)INSN_BYTES;

    for (uint32_t i = 0; i < linked.count; i++) {
        uint8_t class = (uint8_t)linked.insns[i] & 7;

        bytes += class == 5 || class == 6 ? STATE_BYTES : 0;
    }
    uint64_t frames = EXO_CODE_FRAMES_MIN + bytes / EXO_PAGE_SIZE +
                      (linked.rodata_bytes + EXO_PAGE_SIZE - 1) / EXO_PAGE_SIZE;

    return frames < EXO_CODE_FRAMES_MAX ? (uint32_t)frames : EXO_CODE_FRAMES_MAX;
}

static const char *link_program(const void *image, uint64_t bytes, const char *program,
                                struct exo_code_entry *entry)
{
    const char *wrong = exo_code_object_read(&object, image, bytes);
    uint32_t where;

    for (uint32_t i = 0; !wrong; i++) {
        if (!exo_code_object_program(&object, i, entry))
            return "it has no such program";
        if (!program || !strcmp(entry->name, program))
            return exo_code_object_link(&object, entry, &linked, &where);
    }
    return wrong;
}

/* The window's frames, mapped here, with the initial values of variables. */
static int64_t window_make(struct exo_code *code, struct exo_domain *domain, uint64_t address,
                           uint32_t pages)
{
    int64_t error = 0;

    if (pages < (object.memory_bytes + EXO_PAGE_SIZE - 1) / EXO_PAGE_SIZE)
        pages = (object.memory_bytes + EXO_PAGE_SIZE - 1) / EXO_PAGE_SIZE;
    if (pages > EXO_CODE_MEMORY_MAX)
        return -EXO_E_RANGE;
    for (; !error && code->memory_pages < pages; code->memory_pages += !error) {
        uint64_t at = address + (uint64_t)code->memory_pages * EXO_PAGE_SIZE;

        error = exo_domain_map(domain, at, 1, WINDOW_BITS);
        if (!error)
            code->memory[code->memory_pages] =
                (exo_mapping(at, NULL) & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
    }
    if (code->memory_pages)
        code->window = (void *)address;
    for (uint32_t i = 1; !error && i < object.section_count; i++) {
        const struct exo_code_section *s = &object.section[i];

        if (s->region == EXO_CODE_MEMORY && s->bytes)
            memcpy((uint8_t *)address + s->offset, s->bytes, s->size);
    }
    return error;
}

static int64_t create(struct exo_code *code, struct exo_domain *domain, uint32_t frames)
{
    int64_t result = -EXO_E_EXISTS;

    while (code->frame_count < frames) {
        uint64_t frame = exo_frames_take(&domain->frames, 1, 1);

        if (!frame)
            return -EXO_E_BUSY;
        code->frames[code->frame_count++] = frame;
    }
    for (uint32_t place = 0; place < EXO_CODE_PROGRAMS && result == -EXO_E_EXISTS; place++) {
        code->place = place;
        result = exo_code_create(domain->space.slot, place, code->frames, code->frame_count);
    }
    if (result < 0)
        return result;
    code->id = (uint64_t)result;
    result = 0;
    for (uint32_t i = 0; !result && i < code->memory_pages; i += EXO_CODE_MEMORY_CHUNK) {
        uint32_t n = code->memory_pages - i;

        result = exo_code_memory(domain->space.slot, code->id, &code->memory[i],
                                 n < EXO_CODE_MEMORY_CHUNK ? n : EXO_CODE_MEMORY_CHUNK);
    }
    return result;
}

int64_t exo_code_load_object(struct exo_code *code, struct exo_domain *domain, const void *image,
                             uint64_t bytes, const char *program, uint64_t window, uint32_t pages,
                             struct exo_code_report *report, const char **wrong)
{
    struct exo_code_entry entry;
    int64_t error = 0;

    memset(code, 0, sizeof *code);
    *wrong = link_program(image, bytes, program, &entry);
    if (*wrong)
        return -EXO_E_ARG;
    error = window_make(code, domain, window, pages);
    if (!error)
        error = create(code, domain, frames_wanted());
    struct exo_code_image load = {.type = entry.type,
                                  .insn_count = linked.count,
                                  .insns = (uint64_t)linked.insns,
                                  .rodata = (uint64_t)linked.rodata,
                                  .rodata_bytes = linked.rodata_bytes};

    if (!error) {
        do {
            error = exo_code_load(domain->space.slot, code->id, &load);
        } while (error == -EXO_E_AGAIN);
        (void)exo_code_read(domain->space.slot, code->id, report);
    }
    if (error)
        exo_code_end(code, domain);
    return error;
}

void exo_code_end(struct exo_code *code, struct exo_domain *domain)
{
    if (code->id)
        while (exo_code_destroy(domain->space.slot, code->id) == -EXO_E_BUSY)
            continue; /* it runs on another CPU, for microseconds */
    for (uint32_t i = 0; i < code->frame_count; i++)
        (void)exo_frames_give(&domain->frames, code->frames[i], 1);
    if (code->window)
        (void)exo_unmap(&domain->space, (uint64_t)code->window, code->memory_pages);
    for (uint32_t i = 0; i < code->memory_pages; i++)
        (void)exo_frames_give(&domain->frames, code->memory[i], 1);
    memset(code, 0, sizeof *code);
}
