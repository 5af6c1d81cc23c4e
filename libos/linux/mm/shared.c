/* SPDX-License-Identifier: MIT */
/*
 * shared.c - MAP_SHARED | MAP_ANONYMOUS: memory that a fork shares, as an open file without a name.
 *
 * Pages hang in leaves of 512 under one array, so that a large, thinly used mapping stays cheap.
 */
#include "libos/linux/mm/space.h"
#include "libos/linux/fs/fs.h"

#define LEAF_PAGES 512

struct shared_memory {
    uint64_t pages;
    frame_t *leaf[]; /* each LEAF_PAGES frame numbers, or NULL */
};

static int shared_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    struct shared_memory *memory = file->state;

    (void)write;
    if (index >= memory->pages)
        return -EFAULT;
    frame_t **leaf = &memory->leaf[index / LEAF_PAGES];

    if (!*leaf)
        *leaf = heap_zalloc(LEAF_PAGES * sizeof **leaf);
    if (!*leaf)
        return -ENOMEM;
    frame_t *frame = &(*leaf)[index % LEAF_PAGES];

    if (*frame == NO_FRAME)
        *frame = frame_alloc_zeroed();
    if (*frame == NO_FRAME)
        return -ENOMEM;
    frame_hold(*frame);
    *out = *frame;
    return 0;
}

static void shared_release(struct file *file)
{
    struct shared_memory *memory = file->state;

    for (uint64_t l = 0; l < (memory->pages + LEAF_PAGES - 1) / LEAF_PAGES; l++) {
        for (unsigned i = 0; memory->leaf[l] && i < LEAF_PAGES; i++)
            if (memory->leaf[l][i] != NO_FRAME)
                frame_drop(memory->leaf[l][i]);
        heap_free(memory->leaf[l]);
    }
    heap_free(memory);
    file->state = NULL;
}

static const struct file_ops shared_ops = {.page = shared_page, .release = shared_release};

struct file *shared_memory_file(uint64_t bytes)
{
    uint64_t pages = bytes / PAGE_SIZE;
    uint64_t leaves = (pages + LEAF_PAGES - 1) / LEAF_PAGES;
    struct shared_memory *memory = heap_zalloc(sizeof *memory + leaves * sizeof memory->leaf[0]);

    if (!memory)
        return NULL;
    memory->pages = pages;
    struct file *file = file_new(&shared_ops, 2);

    if (!file) {
        heap_free(memory);
        return NULL;
    }
    file->state = memory;
    return file;
}

/* Takes the pages out of every space that maps them. */
static void unmap_everywhere(struct file *file, uint64_t offset, uint64_t bytes)
{
    struct space *back = this_vcpu()->space;

    list_for_each (node, &space_list) {
        struct space *space = list_item(node, struct space, all);

        for (uint32_t i = 0; i < space->count; i++) {
            struct area *area = &space->area[i];
            uint64_t size = area->end - area->start;

            if (area->file != file || area->offset >= offset + bytes ||
                area->offset + size <= offset)
                continue;
            uint64_t from = offset > area->offset ? offset - area->offset : 0;

            space_switch(space);
            (void)pages_drop(space, area->start + from,
                             min_of(area->start + (offset + bytes - area->offset), area->end));
        }
    }
    space_switch(back);
}

bool shared_memory_punch(struct file *file, uint64_t offset, uint64_t bytes)
{
    struct shared_memory *memory = file->state;

    if (file->ops != &shared_ops)
        return false;
    unmap_everywhere(file, offset, bytes);
    for (uint64_t i = offset / PAGE_SIZE; i < min_of((offset + bytes) / PAGE_SIZE, memory->pages);
         i++) {
        frame_t *leaf = memory->leaf[i / LEAF_PAGES];

        if (!leaf || leaf[i % LEAF_PAGES] == NO_FRAME)
            continue;
        frame_drop(leaf[i % LEAF_PAGES]);
        leaf[i % LEAF_PAGES] = NO_FRAME;
    }
    return true;
}
