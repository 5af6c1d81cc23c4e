/* SPDX-License-Identifier: MIT */
/*
 * heap.c - byte-granular memory for the LibOS: size classes in pages, larger blocks as frames.
 *
 * A page of a class starts with its header, so that heap_free finds the class from the address;
 * larger blocks are page-aligned, which no item of a class is. Empty pages go back to the frames,
 * but for one a class.
 */
#include "libos/linux/mm/internal.h"

#define HEADER_BYTES 64

struct heap_page {
    struct list node; /* in class->partial while it has free items */
    void *free;       /* chain through the items */
    uint16_t class_index;
    uint16_t used;
    uint16_t capacity;
    uint16_t fresh; /* items never used yet start at this index */
    uint32_t magic;
};
#define HEAP_MAGIC 0x48454150
static_assert(sizeof(struct heap_page) <= HEADER_BYTES, "heap page header");

struct heap_class {
    uint16_t bytes;
    struct list partial;
};

/* Sizes that divide what is left of a page well; multiples of 64 stay aligned to 64. */
static struct heap_class classes[] = {
    {.bytes = 32},   {.bytes = 64},   {.bytes = 96},  {.bytes = 128}, {.bytes = 192},
    {.bytes = 256},  {.bytes = 320},  {.bytes = 448}, {.bytes = 576}, {.bytes = 672},
    {.bytes = 1008}, {.bytes = 1344}, {.bytes = 2016}};
#define CLASS_COUNT (sizeof classes / sizeof classes[0])
#define CLASS_MAX   2016
static uint8_t class_of_size[CLASS_MAX / 32 + 2]; /* (bytes + 31) / 32 -> class */

void heap_start(void)
{
    unsigned c = 0;

    for (unsigned i = 0; i < CLASS_COUNT; i++)
        list_init(&classes[i].partial);
    for (unsigned i = 0; i <= CLASS_MAX / 32; i++) {
        while (classes[c].bytes < i * 32)
            c++;
        class_of_size[i] = (uint8_t)c;
    }
}

static __attribute__((noinline)) struct heap_page *page_new(unsigned index)
{
    frame_t frame = frames_alloc(0);

    if (frame == NO_FRAME)
        return NULL;
    struct heap_page *page = frame_address(frame);

    page->free = NULL;
    page->class_index = (uint16_t)index;
    page->used = 0;
    page->capacity = (uint16_t)((PAGE_SIZE - HEADER_BYTES) / classes[index].bytes);
    page->fresh = 0;
    page->magic = HEAP_MAGIC;
    list_add_head(&classes[index].partial, &page->node);
    return page;
}

static __attribute__((noinline)) void *large_alloc(size_t bytes)
{
    unsigned order = 0;

    while ((PAGE_SIZE << order) < bytes) {
        if (++order > 13)
            return NULL;
    }
    frame_t frame = frames_alloc(order);

    return frame == NO_FRAME ? NULL : frame_address(frame);
}

static inline void *item_take(const struct heap_class *class, struct heap_page *page)
{
    void *item = page->free;

    if (item)
        page->free = *(void **)item;
    else
        item = (uint8_t *)page + HEADER_BYTES + (size_t)page->fresh++ * class->bytes;
    if (++page->used == page->capacity)
        list_remove(&page->node);
    return item;
}

static __attribute__((noinline)) void *alloc_fresh(unsigned index)
{
    struct heap_page *page = page_new(index);

    return page ? item_take(&classes[index], page) : NULL;
}

void *heap_alloc(size_t bytes)
{
    if (bytes > CLASS_MAX)
        return large_alloc(bytes);
    unsigned index = class_of_size[(bytes + 31) / 32];
    const struct heap_class *class = &classes[index];

    if (list_empty(&class->partial))
        return alloc_fresh(index);
    return item_take(class, list_item(class->partial.next, struct heap_page, node));
}

void *heap_zalloc(size_t bytes)
{
    void *memory = heap_alloc(bytes);

    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void heap_free(void *memory)
{
    if (!memory)
        return;
    if (!((uint64_t)memory & (PAGE_SIZE - 1))) {
        frame_t frame = address_frame(memory);

        frames_free(frame, frame_block_order(frame));
        return;
    }
    struct heap_page *page = (struct heap_page *)((uint64_t)memory & PAGE_MASK);

    if (page->magic != HEAP_MAGIC || !page->used)
        panic("heap_free of %p: not a heap item", memory);
    struct heap_class *class = &classes[page->class_index];

    *(void **)memory = page->free;
    page->free = memory;
    if (page->used-- == page->capacity)
        list_add_head(&class->partial, &page->node);
    if (!page->used &&
        class->partial.next->next != &class->partial) { /* keep the last page of the class */
        list_remove(&page->node);
        page->magic = 0;
        frame_drop(address_frame(page));
    }
}
