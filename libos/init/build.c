/* SPDX-License-Identifier: MIT */
/*
 * build.c - creating an instance: capability, frames, address space, env, slice positions.
 *
 * While it is built, the tables of its region (root slot INSTANCE_SLOT) hang in init's own root, so
 * that init maps and fills the instance's pages at the addresses that the instance will see. At the
 * end the region is linked into the instance's root and unlinked from init's. All frames but those
 * of the boot archive are under the instance's guard from the start, so that instance_reap finds
 * them however far the build came.
 */
#include <stdarg.h>
#include "lib/exo/format.h"
#include "lib/exo/string.h"
#include "exo_stubs.h"
#include "lib/exo/elf.h"
#include "lib/exo/time.h"
#include "libos/init/broker.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"
#include "libos/init/lease.h"
#include "libos/init/instance.h"
#include "libos/init/net.h"
#include "libos/init/view.h"

#define IMAGE_HIGH   (INSTANCE_IMAGE_ADDRESS + (1ull << 30))
#define STREAM_PAGES (sizeof(struct instance_streams) / EXO_PAGE_SIZE)
#define START_MAX    (1u << 20)
#define DATA_BITS    (EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE)
#define READ_BITS    EXO_PTE_NO_EXECUTE
#define LEAST_PAGES  256

_Static_assert(sizeof(struct instance_streams) % EXO_PAGE_SIZE == 0,
               "the streams fill whole pages");

struct build {
    struct instance *instance;
    const struct build_input *input;
    struct exo_space space; /* init's, with tables from the instance's frames */
    struct exo_elf elf;
    uint64_t own_frames; /* taken for the structure of the instance */
    uint64_t root, upcall, env_frame;
    uint64_t start_first, start_pages;
    struct instance_start *start; /* as mapped in init */
};

void instance_fail(struct instance *instance, uint32_t code, const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    format_list(instance->reason, sizeof instance->reason, fmt, arguments);
    va_end(arguments);
    instance->exit = (struct channel_exit){.kind = CHANNEL_FAILED, .code = code};
    instance->state = INSTANCE_ENDING;
}

/* False, with the reason noted. */
__attribute__((format(printf, 3, 4))) static bool fail(struct build *b, uint32_t code,
                                                       const char *fmt, ...)
{
    char text[sizeof b->instance->reason];
    va_list arguments;

    va_start(arguments, fmt);
    format_list(text, sizeof text, fmt, arguments);
    va_end(arguments);
    instance_fail(b->instance, code, "instance %s: %s", b->instance->config->name, text);
    return false;
}

/* Frames in a row under the instance's guard; 0: none left. */
static uint64_t own(struct build *b, uint64_t count)
{
    uint64_t first = frames_take(CAP_CHILD, count);

    b->own_frames += first ? count : 0;
    return first;
}

static uint64_t own_table(void *context)
{
    return own(context, 1);
}

static bool no_memory(struct build *b, const char *what)
{
    return fail(b, 125, "no memory for its %s: %lu MiB are free; give the machine more (--memory)",
                what, (unsigned long)(frames_free_count() >> 8));
}

/* Own frames, mapped at the instance's address. */
static bool place(struct build *b, uint64_t address, uint64_t pages, uint64_t bits,
                  const char *what, uint64_t *first)
{
    struct instance *instance = b->instance;

    *first = own(b, pages);
    if (*first && instance->structure_count < INSTANCE_STRUCTURE)
        instance->structure[instance->structure_count++] =
            (struct instance_run){.first = *first, .count = pages};
    if (!*first || exo_map(&b->space, address, *first, pages, bits) < 0)
        return no_memory(b, what);
    return true;
}

/* What its envs may: the device right only if the manifest trusts it with a device. */
static uint64_t handed_rights(const struct instance *instance)
{
    uint64_t rights = INSTANCE_RIGHTS;

    for (uint32_t i = 0; i < instance->config->device_count; i++)
        if (instance->config->device[i].trusted)
            rights |= EXO_RIGHT_DEVICE;
    return rights;
}

bool instance_capability(const struct instance *instance)
{
    uint64_t rights = handed_rights(instance) | EXO_RIGHT_ALLOCATE | EXO_RIGHT_TIME;

    (void)exo_cap_drop(CAP_CHILD);
    return exo_cap_derive(CAP_ROOT, CAP_CHILD, instance->index + 1, rights) >= 0;
}

static bool make_capability(struct build *b)
{
    (void)exo_cap_drop(CAP_HANDED);
    if (!instance_capability(b->instance) ||
        exo_cap_derive(CAP_CHILD, CAP_HANDED, 0, handed_rights(b->instance)) < 0 ||
        exo_limit_set(CAP_CHILD, EXO_LIMIT_POSITIONS,
                      b->instance->config->share * machine.page->cpu_count) < 0)
        return fail(b, 125, "init has no capability for it");
    return true;
}

/* The root table, and the table of INSTANCE_SLOT hung into init's root. */
static bool make_region(struct build *b)
{
    uint64_t region = own(b, 1);

    b->root = own(b, 1);
    if (!region || !b->root)
        return no_memory(b, "page tables");
    if (exo_table_create(CAP_ROOT, b->root, 4) < 0 || exo_table_create(CAP_ROOT, region, 3) < 0 ||
        exo_link(&b->space, machine.space.root, INSTANCE_IMAGE_ADDRESS, 4, region) < 0 ||
        exo_link(&b->space, b->root, INSTANCE_IMAGE_ADDRESS, 4, region) < 0)
        return fail(b, 125, "its page tables cannot be made");
    return true;
}

/* --- The image
 * -------------------------------------------------------------------------------------- */

/*
 * Read-only segments whose pages the file holds as a whole are mapped from the boot archive, shared
 * by all instances; the others get frames of their own.
 */
static bool place_segment(struct build *b, const struct archive_member *file,
                          const struct exo_elf_segment *s)
{
    uint64_t page_offset = s->address & (EXO_PAGE_SIZE - 1);
    uint64_t address = s->address - page_offset;
    uint64_t pages = (page_offset + s->memory_bytes + EXO_PAGE_SIZE - 1) >> EXO_PAGE_SHIFT;
    uint64_t bits = (s->write ? EXO_PTE_WRITE : 0) | (s->execute ? 0 : EXO_PTE_NO_EXECUTE);
    uint64_t first;

    if (!s->write && s->memory_bytes == s->file_bytes) {
        first = machine.page->module_frame + ((file->offset + s->offset) >> EXO_PAGE_SHIFT);
        if (exo_map(&b->space, address, first, pages, bits) < 0)
            return no_memory(b, "image");
        return true;
    }
    if (!place(b, address, pages, DATA_BITS, "image", &first))
        return false;
    memset((void *)address, 0, page_offset);
    memcpy((void *)s->address, b->elf.image + s->offset, s->file_bytes);
    memset((void *)(s->address + s->file_bytes), 0,
           pages * EXO_PAGE_SIZE - page_offset - s->file_bytes);
    if (bits != DATA_BITS && exo_protect(&b->space, address, pages, bits) < 0)
        return fail(b, 125, "its image cannot be protected");
    return true;
}

static bool place_image(struct build *b)
{
    const char *name = b->instance->config->libos;
    const struct archive_member *file = archive_find(b->input->archive, name);

    if (!file)
        return fail(b, 125, "the boot archive has no LibOS named %s", name);
    const void *image = view_map(file->offset, file->bytes);

    if (!image)
        return no_memory(b, "image");
    const char *wrong =
        exo_elf_read(&b->elf, image, file->bytes, INSTANCE_IMAGE_ADDRESS, IMAGE_HIGH);

    if (wrong)
        return fail(b, 125, "LibOS %s: %s", name, wrong);
    for (uint32_t i = 0; i < b->elf.segment_count; i++)
        if (!place_segment(b, file, &b->elf.segment[i]))
            return false;
    return true;
}

/* --- Its root archive
 * --------------------------------------------------------------------------------- */

static bool place_root(struct build *b)
{
    struct instance *instance = b->instance;
    const char *name = instance->config->root;

    if (!name)
        return true;
    const struct archive_member *file = archive_find(b->input->archive, name);

    if (!file)
        return fail(b, 125, "the boot archive has no root named %s", name);
    for (uint32_t i = 0; i < b->input->manifest->count; i++) {
        const struct manifest_instance *other = &b->input->manifest->instance[i];

        if (other != instance->config && other->root && !strcmp(other->root, name))
            return fail(b, 125, "its root %s is that of instance %s too: give each its own", name,
                        other->name);
    }
    uint64_t pages = (file->bytes + EXO_PAGE_SIZE - 1) >> EXO_PAGE_SHIFT;
    uint64_t first = machine.page->module_frame + (file->offset >> EXO_PAGE_SHIFT);

    if (frames_give(first, pages, CAP_CHILD) < 0)
        return fail(b, 125, "the frames of its root %s cannot be handed over", name);
    instance->archive_frame = first;
    instance->archive_pages = pages;
    b->start->archive_bytes = file->bytes;
    b->start->archive_frame = first;
    if (exo_map(&b->space, INSTANCE_ROOT_ADDRESS, first, pages, READ_BITS) < 0)
        return no_memory(b, "root's page tables");
    return true;
}

/* --- The start block
 * ---------------------------------------------------------------------------------- */

static uint32_t add_text(struct build *b, uint32_t *at, const char *text)
{
    uint32_t bytes = (uint32_t)strlen(text) + 1;
    uint32_t offset = *at;

    memcpy((uint8_t *)b->start + offset, text, bytes);
    *at += bytes;
    return offset;
}

/* Bytes that the start block needs at most. */
static uint64_t start_bytes(const struct build *b)
{
    const struct manifest *m = b->input->manifest;
    uint64_t bytes = sizeof(struct instance_start) + strlen(b->instance->config->name) +
                     strlen(b->instance->config->cwd) + 2;

    for (uint32_t i = 0; i < m->item_count; i++)
        if (m->items[i].instance == b->instance->index)
            bytes += strlen(m->items[i].text) + 1 + 8 +
                     (m->items[i].value ? strlen(m->items[i].value) + 1 : 0);
    return bytes;
}

/* The offsets array of one list and its strings; returns the array's offset and *count. */
static uint32_t add_list(struct build *b, uint32_t *at, enum manifest_list list, uint32_t *count)
{
    const struct manifest *m = b->input->manifest;
    uint32_t array = (*at + 3) & ~3u;
    uint32_t slots = 0;

    *count = 0;
    for (uint32_t i = 0; i < m->item_count; i++)
        if (m->items[i].instance == b->instance->index && m->items[i].list == list) {
            slots += m->items[i].value ? 2 : 1;
            (*count)++;
        }
    *at = array + slots * 4;
    uint32_t *offset = (uint32_t *)((uint8_t *)b->start + array);

    for (uint32_t i = 0; i < m->item_count; i++) {
        if (m->items[i].instance != b->instance->index || m->items[i].list != list)
            continue;
        *offset++ = add_text(b, at, m->items[i].text);
        if (m->items[i].value)
            *offset++ = add_text(b, at, m->items[i].value);
    }
    return array;
}

/* Frames for the block, mapped writable in init and read-only in the instance. */
static bool make_start_block(struct build *b)
{
    uint64_t bytes = start_bytes(b) + 64;
    uint64_t first;

    if (bytes > START_MAX)
        return fail(b, 125, "its arguments and environment are %lu bytes long; 1 MiB is the limit",
                    (unsigned long)bytes);
    b->start_pages = (bytes + EXO_PAGE_SIZE - 1) >> EXO_PAGE_SHIFT;
    if (!place(b, INSTANCE_START_ADDRESS, b->start_pages, READ_BITS, "start block", &first))
        return false;
    b->start = (struct instance_start *)INIT_START_BLOCK;
    if (exo_map(&machine.space, INIT_START_BLOCK, first, b->start_pages, DATA_BITS) < 0)
        return no_memory(b, "start block");
    memset(b->start, 0, b->start_pages * EXO_PAGE_SIZE);
    return true;
}

static void fill_start_block(struct build *b)
{
    const struct manifest_instance *config = b->instance->config;
    struct instance_start *s = b->start;
    uint32_t at = sizeof *s;

    s->magic = INSTANCE_MAGIC;
    s->index = b->instance->index;
    s->root_frame = b->root;
    s->init_env = machine.env;
    s->cpu_count = machine.page->cpu_count;
    s->position_first = b->instance->position_first;
    s->position_count = config->share;
    s->name_offset = add_text(b, &at, config->name);
    s->cwd_offset = add_text(b, &at, config->cwd);
    s->arg_offset = add_list(b, &at, MANIFEST_ARG, &s->arg_count);
    s->env_offset = add_list(b, &at, MANIFEST_ENV, &s->env_count);
    s->option_offset = add_list(b, &at, MANIFEST_OPTION, &s->option_count);
    s->tty_mask = config->tty_mask;
    s->rows = config->rows;
    s->columns = config->columns;
    s->size = at;
}

/* --- Streams, stack, env, time
 * ------------------------------------------------------------------------- */

static bool place_streams(struct build *b)
{
    uint64_t first;
    uint64_t here = INIT_STREAMS + b->instance->index * (uint64_t)INIT_STREAM_STRIDE;

    if (!place(b, INSTANCE_STREAM_ADDRESS, STREAM_PAGES, DATA_BITS, "streams", &first))
        return false;
    if (exo_map(&machine.space, here, first, STREAM_PAGES, DATA_BITS) < 0)
        return no_memory(b, "streams");
    struct instance_streams *streams = (struct instance_streams *)here;

    memset(streams, 0, __builtin_offsetof(struct instance_streams, in_bytes));
    streams->in.size_bytes = STREAM_IN_BYTES;
    streams->out.size_bytes = STREAM_OUT_BYTES;
    streams->err.size_bytes = STREAM_ERR_BYTES;
    streams->log.size_bytes = STREAM_LOG_BYTES;
    streams->record.size_bytes = STREAM_RECORD_BYTES;
    streams->request.size_bytes = STREAM_REQUEST_BYTES;
    b->instance->streams = streams;
    return true;
}

static bool place_fixed(struct build *b)
{
    uint64_t stack;

    if (!place(b, INSTANCE_STACK_TOP - INSTANCE_STACK_BYTES, INSTANCE_STACK_BYTES >> EXO_PAGE_SHIFT,
               DATA_BITS, "stack", &stack) ||
        !place(b, INSTANCE_UPCALL_ADDRESS, 1, DATA_BITS, "upcall page", &b->upcall))
        return false;
    memset((void *)INSTANCE_UPCALL_ADDRESS, 0, EXO_PAGE_SIZE);
    if (exo_map(&b->space, INSTANCE_MACHINE_ADDRESS, machine.page->machine_frame, 1, READ_BITS) < 0)
        return no_memory(b, "machine page's table");
    b->env_frame = own(b, 1);
    return b->env_frame || no_memory(b, "env");
}

/* Pages of an amount of memory that are not in its structure yet. */
static uint64_t besides_own(const struct build *b, uint64_t bytes)
{
    uint64_t pages = bytes >> EXO_PAGE_SHIFT;

    return pages > b->own_frames ? pages - b->own_frames : 0;
}

static bool give_memory(struct build *b)
{
    const struct manifest_instance *config = b->instance->config;
    uint64_t free = broker_free();
    uint64_t spare = free > b->input->later_pages ? free - b->input->later_pages : 0;
    uint64_t want = besides_own(b, config->memory_bytes);
    uint64_t least = besides_own(b, manifest_reserve(config));
    uint64_t got;

    if (config->memory_bytes == MANIFEST_REST)
        want = config->reserve_bytes && spare < least ? least : spare;
    else if (want > spare)
        want = spare > least ? spare : least;
    if (want < LEAST_PAGES)
        return fail(b, 125,
                    "memory: %lu KiB are left for its programs, %d are the least; raise memory in "
                    "the manifest "
                    "or the machine's (--memory)",
                    (unsigned long)want * 4, LEAST_PAGES * 4);
    if (want > free)
        return fail(b, 125,
                    "memory: it wants %lu MiB, %lu MiB are free; lower it or give the machine more "
                    "(--memory)",
                    (unsigned long)(want >> 8), (unsigned long)(free >> 8));
    b->start->run_count = frames_take_runs(CAP_CHILD, want, b->start->run, INSTANCE_RUN_MAX, &got);
    b->instance->given_pages = got;
    b->start->memory_limit = config->memory_bytes == MANIFEST_REST
                                 ? machine.page->frame_count
                                 : config->memory_bytes >> EXO_PAGE_SHIFT;
    if (got < want && config->memory_bytes != MANIFEST_REST)
        init_log("init: instance %s: memory is cut up: it gets %lu of %lu pages", config->name,
                 (unsigned long)got, (unsigned long)want);
    return true;
}

static bool make_env(struct build *b)
{
    struct exo_env_config config = {
        .root = b->root,
        .upcall_frame = b->upcall,
        .rip = b->elf.entry,
        .rsp = INSTANCE_STACK_TOP,
        .argument = INSTANCE_START_ADDRESS,
        .syscall_entry = exo_elf_symbol(&b->elf, "instance_syscall_entry"),
        .trap_entry = exo_elf_symbol(&b->elf, "instance_trap_entry"),
        .last_resort = exo_elf_symbol(&b->elf, "instance_last_resort"),
        .guardian = machine.env,
    };
    int64_t id = exo_env_create(CAP_HANDED, b->env_frame, &config);

    if (id < 0)
        return fail(b, 125, "its env cannot be created: error %ld", (long)-id);
    b->instance->env = (uint64_t)id;
    b->start->env = (uint64_t)id;
    return true;
}

static bool give_time(struct build *b)
{
    for (uint32_t cpu = 0; cpu < machine.page->cpu_count; cpu++) {
        for (uint32_t i = 0; i < b->instance->config->share; i++) {
            int64_t result =
                exo_slice_set(CAP_CHILD, cpu, b->instance->position_first + i, b->instance->env);

            if (result < 0)
                return fail(b, 125, "slice position %u of CPU %u cannot be taken: error %ld",
                            b->instance->position_first + i, cpu, (long)-result);
        }
    }
    return true;
}

static bool give_network(struct build *b)
{
    uint32_t index = b->instance->index;
    const char *missing = lease_missing(index);

    if (missing)
        return fail(b, 125, "%s", missing);
    if (b->instance->config->net.address_count &&
        !(machine.page->net.features & EXO_NET_CARD_PRESENT))
        return fail(b, 125, "it has an address, but the machine has no network card (--net user)");
    int64_t error = net_claim(&b->start->net, b->input->manifest, index, own_table, b);

    if (error < 0)
        return fail(b, 125, "its addresses and ports cannot be claimed: error %ld%s", (long)-error,
                    b->instance->config->net.dhcp
                        ? "; did the DHCP server give another instance's address?"
                        : "");
    lease_claims(index, &b->start->net);
    return true;
}

#define RESET_NS 10000000 /* between two tries for a function that is being reset */

/* The first free function of each kind that the manifest names goes under the instance's guard. */
static bool give_devices(struct build *b)
{
    for (uint32_t i = 0; i < b->instance->config->device_count; i++) {
        const struct manifest_device *want = &b->instance->config->device[i];
        int64_t error = -EXO_E_NONE;
        uint32_t row = 0;

        while (row < EXO_DEVICE_MAX &&
               (!machine.devices[row].present || machine.devices[row].claimed ||
                machine.devices[row].vendor != want->vendor ||
                machine.devices[row].device != want->device))
            row++;
        for (int tries = 0; row < EXO_DEVICE_MAX && tries < 100; tries++) {
            error = exo_device_claim(CAP_ROOT, row, CAP_CHILD, 0);
            if (error != -EXO_E_AGAIN)
                break;
            (void)exo_sleep(0, 0, exo_now_ns(machine.page) + RESET_NS);
        }
        if (error < 0)
            return fail(b, 125, "there is no free device %04x:%04x in the machine (error %ld)",
                        want->vendor, want->device, (long)-error);
        if (!machine.page->dma_levels && !want->trusted)
            return fail(b, 125,
                        "device %04x:%04x could reach all memory, because the machine has no "
                        "IOMMU: give it one, or write `trusted` in the manifest",
                        want->vendor, want->device);
        struct instance_device *given = &b->start->device[b->start->device_count++];

        given->row = row;
        given->device = *(const struct exo_device *)&machine.devices[row];
    }
    return true;
}

static bool build_all(struct build *b)
{
    return make_capability(b) && make_region(b) && make_start_block(b) && place_image(b) &&
           place_streams(b) && place_fixed(b) && place_root(b) && give_network(b) &&
           give_devices(b) && give_memory(b) && make_env(b);
}

void instance_build(struct instance *instance, const struct build_input *input)
{
    struct build b = {.instance = instance, .input = input, .space = machine.space};
    bool made;

    b.space.table_frame = own_table;
    b.space.context = &b;
    instance->exit_sent = false;
    instance->structure_count = 0;
    instance->forced = false;
    instance->memory_asked = 0;
    instance->credited = 0;
    instance->log_bytes = 0;
    made = build_all(&b);
    if (made)
        fill_start_block(&b);
    if (b.start)
        (void)exo_unmap(&machine.space, INIT_START_BLOCK, b.start_pages);
    if (*exo_entry(INSTANCE_IMAGE_ADDRESS, 4) & EXO_PTE_PRESENT)
        (void)exo_link(&b.space, machine.space.root, INSTANCE_IMAGE_ADDRESS, 4, 0);
    view_unmap();
    if (made && give_time(&b))
        instance->state = INSTANCE_RUNNING;
}
