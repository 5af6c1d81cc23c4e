/* SPDX-License-Identifier: MIT */
/*
 * pages.c - the contents of regular files: frames in a radix tree, with the archive behind them.
 *
 * A file of the start archive is read and mapped where it lies (archive_bytes of it are still
 * valid); a page gets a frame of its own when it is written, or mapped while it is the file's last,
 * partly filled one. A page that is in neither place is a hole and reads as zeros. A packed file
 * (packed.h) is one whose frames are not there yet: whoever misses one unpacks the page.
 *
 * Invariants:
 *   1. Bytes of a tree page at or past the file's size are zero.
 *   2. archive_bytes <= size.
 *   3. count is the number of frames in the tree.
 *   4. With `packed`, archive_bytes is 0 and packed->left <= size; a frame of a page below `left`
 *      was filled from its chunk before anything else was done to it.
 */
#include "libos/linux/fs/packed.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/user.h"

#define NODE_BITS  6
#define NODE_SLOTS (1u << NODE_BITS)

struct node {
    uint64_t slot[NODE_SLOTS]; /* level 1: frames; above: addresses of nodes; 0: nothing */
    uint32_t used;
};

static bool covers(const struct pages *pages, uint64_t index)
{
    return pages->height * NODE_BITS >= 64 || !(index >> (pages->height * NODE_BITS));
}

static uint64_t *slot_find(struct pages *pages, uint64_t index)
{
    uint64_t *slot = &pages->root;

    if (!covers(pages, index))
        return NULL;
    for (uint32_t level = pages->height; level && *slot; level--) {
        struct node *node = (struct node *)*slot;
        slot = &node->slot[(index >> ((level - 1) * NODE_BITS)) & (NODE_SLOTS - 1)];
        if (!*slot)
            return NULL;
    }
    return *slot ? slot : NULL;
}

static frame_t frame_find(struct pages *pages, uint64_t index)
{
    uint64_t *slot = slot_find(pages, index);
    return slot ? *slot : NO_FRAME;
}

static int grow(struct pages *pages, uint64_t index)
{
    while (!covers(pages, index)) {
        if (pages->root) {
            struct node *node = heap_zalloc(sizeof *node);
            if (!node)
                return -ENOSPC;
            node->slot[0] = pages->root;
            node->used = 1;
            pages->root = (uint64_t)node;
        }
        pages->height++;
    }
    return 0;
}

/* Puts a frame where there is none; the tree takes the hold. */
static int slot_set(struct pages *pages, uint64_t index, frame_t frame)
{
    int error = grow(pages, index);
    uint64_t *slot = &pages->root;
    struct node *above = NULL;

    if (error)
        return error;
    for (uint32_t level = pages->height; level; level--) {
        struct node *node = (struct node *)*slot;
        if (!node) {
            node = heap_zalloc(sizeof *node);
            if (!node)
                return -ENOSPC; /* an empty node above is harmless: it goes with the file */
            *slot = (uint64_t)node;
            if (above)
                above->used++;
        }
        above = node;
        slot = &node->slot[(index >> ((level - 1) * NODE_BITS)) & (NODE_SLOTS - 1)];
    }
    *slot = frame;
    if (above)
        above->used++;
    pages->count++;
    return 0;
}

/* Frees the frames of pages first..end-1 below one node that starts at page base. Depth: at most 10
 * levels. */
static void node_cut(struct pages *pages, uint64_t *root, uint32_t height, uint64_t first,
                     uint64_t end)
{
    struct node *path[12];
    uint32_t at[12];
    uint32_t depth = 0;
    uint64_t base = 0;

    path[0] = (struct node *)*root;
    at[0] = 0;
    for (;;) {
        uint32_t level = height - depth; /* 1: the slots are frames */
        struct node *node = path[depth];
        uint64_t span = 1ul << ((level - 1) * NODE_BITS);
        bool into = false;

        while (at[depth] < NODE_SLOTS && !into) {
            uint64_t *slot = &node->slot[at[depth]];
            uint64_t from = base + at[depth] * span;
            if (!*slot || from >= end || from + span <= first) {
                at[depth]++;
            } else if (level == 1) {
                frame_drop(*slot);
                pages->count--;
                *slot = 0;
                node->used--;
                at[depth]++;
            } else {
                into = true;
                base = from;
                path[depth + 1] = (struct node *)*slot;
                at[depth + 1] = 0;
            }
        }
        if (into) {
            depth++;
            continue;
        }
        bool empty = !node->used;
        if (empty)
            heap_free(node);
        if (!depth) {
            if (empty)
                *root = 0;
            return;
        }
        depth--;
        uint64_t step = 1ul << ((height - depth - 1) * NODE_BITS);
        base -= at[depth] * step;
        if (empty) {
            path[depth]->slot[at[depth]] = 0;
            path[depth]->used--;
        }
        at[depth]++;
    }
}

static void cut(struct pages *pages, uint64_t first, uint64_t end)
{
    if (!pages->root || first >= end)
        return;
    if (pages->height) {
        node_cut(pages, &pages->root, pages->height, first, end);
    } else if (first == 0) {
        frame_drop(pages->root);
        pages->root = 0;
        pages->count--;
    }
    if (!pages->root)
        pages->height = 0;
}

void pages_free(struct inode *inode)
{
    if (inode->u.pages.viewed)
        rewrite_forget(inode);
    cut(&inode->u.pages, 0, UINT64_MAX);
    heap_free(inode->u.pages.packed);
}

/* Does the archive say what is in the page, packed or not, as long as no frame does? */
static bool is_archived(const struct pages *pages, uint64_t index)
{
    return index * PAGE_SIZE < (pages->packed ? pages->packed->left : pages->archive_bytes);
}

static bool is_packed(const struct pages *pages, uint64_t index)
{
    return pages->packed && index * PAGE_SIZE < pages->packed->left;
}

bool pages_present(struct inode *inode, uint64_t index)
{
    struct pages *pages = &inode->u.pages;
    return is_archived(pages, index) || frame_find(pages, index);
}

/* Each page below `left` counts once, whether its frame is there yet or not. */
uint64_t pages_blocks(const struct inode *inode)
{
    const struct pages *pages = &inode->u.pages;
    uint64_t archived = (pages->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE;

    if (pages->packed)
        archived = (pages->packed->left + PAGE_SIZE - 1) / PAGE_SIZE - pages->packed->unpacked;
    return pages->count + archived;
}

/* Gives a packed page its frame. Not its neighbours: most pages of a library are never touched, and a fault costs less than
 * a page; the next page of the chunk finds it unpacked (packed.c). */
static int unpack(struct pages *pages, uint64_t index)
{
    struct packed *packed = pages->packed;
    uint64_t start = index * PAGE_SIZE;
    const uint8_t *from;
    frame_t frame;
    int error;

    /* Who asks for memory waits: nothing that was looked up before holds after it. */
    while ((frame = frames_alloc(0)) == NO_FRAME)
        if (!frames_ask())
            return -ENOMEM;
    if (!is_packed(pages, index) || frame_find(pages, index)) {
        frame_drop(frame);
        return 0;
    }
    from = packed_chunk(packed, (uint32_t)(start / PACKED_CHUNK));
    if (from) {
        uint64_t bytes = min_of(PAGE_SIZE, packed->left - start);
        uint8_t *to = frame_address(frame);

        memcpy(to, from + start % PACKED_CHUNK, bytes);
        memset(to + bytes, 0, PAGE_SIZE - bytes);
        error = slot_set(pages, index, frame);
    } else {
        error = -EIO;
    }
    if (error)
        frame_drop(frame);
    else
        packed->unpacked++;
    return error == -ENOSPC ? -ENOMEM : error;
}

/* Fills a new frame with what the file shows in that page now. */
static void fill(struct pages *pages, uint64_t index, uint8_t *to)
{
    uint64_t start = index * PAGE_SIZE;
    uint64_t bytes = 0;

    if (start < pages->archive_bytes) {
        bytes = min_of(PAGE_SIZE, pages->archive_bytes - start);
        memcpy(to, pages->archive + start, bytes);
    }
    memset(to + bytes, 0, PAGE_SIZE - bytes);
}

/* Files may not take the last memory: programs need some to go on, if only to remove files. */
static bool room_for_files(void)
{
    while (frames_available() <= frames_total() / 32)
        if (!frames_ask())
            return false;
    return true;
}

/* The frame of a page that will be written: its own, filled unless the caller overwrites all of it.
 */
static frame_t frame_own(struct inode *inode, uint64_t index, bool whole, int *error)
{
    struct pages *pages = &inode->u.pages;
    frame_t frame = frame_find(pages, index);

    if (frame)
        return frame;
    if (is_packed(pages, index)) {
        *error = unpack(pages, index);
        frame = *error ? NO_FRAME : frame_find(pages, index);
        if (frame || *error)
            return frame; /* neither: the file was cut meanwhile */
    }
    frame = room_for_files() ? frames_alloc(0) : NO_FRAME;
    if (!frame) {
        *error = -ENOSPC;
        return NO_FRAME;
    }
    if (!whole)
        fill(pages, index, frame_address(frame));
    *error = slot_set(pages, index, frame);
    if (*error) {
        frame_drop(frame);
        return NO_FRAME;
    }
    /* Spaces that map the archive's page must see the new one from now on. */
    if (index * PAGE_SIZE < pages->archive_bytes)
        space_truncate_notify(inode, index);
    return frame;
}

void pages_release(struct inode *inode, uint64_t index)
{
    struct pages *pages = &inode->u.pages;
    frame_t frame;

    if (!is_regular(inode) || inode->ops || !pages->packed || pages->packed->changed ||
        pages->viewed || !is_packed(pages, index))
        return;
    frame = frame_find(pages, index);
    if (!frame || frame_users(frame) != 1)
        return;
    cut(pages, index, index + 1);
    pages->packed->unpacked--;
}

static uint64_t to_page_end(uaddr_t address)
{
    return PAGE_SIZE - (address & ~PAGE_MASK);
}

int64_t pages_read_within(struct inode *inode, uaddr_t user, uint64_t bytes, uint64_t offset)
{
    uint64_t in_page = offset & ~PAGE_MASK;

    if (bytes - 1 >= PAGE_SIZE - in_page || offset >= inode->size || bytes > inode->size - offset)
        return 0;
    struct pages *pages = &inode->u.pages;
    const uint64_t *slot = pages->height ? slot_find(pages, offset / PAGE_SIZE)
                           : offset >= PAGE_SIZE ? NULL
                                                 : &pages->root;

    if (!slot || !*slot || !user_range_ok(user, bytes))
        return 0;
    return user_copy((void *)user, (const uint8_t *)frame_address(*slot) + in_page, bytes)
               ? 0
               : (int64_t)bytes;
}

/* Exactly one of `to` (LibOS memory) and `user` is used. Never past the end of the file. */
int64_t pages_read(struct inode *inode, void *to, uaddr_t user, uint64_t bytes, uint64_t offset)
{
    struct pages *pages = &inode->u.pages;
    const uint64_t *slot = NULL; /* of the last page */
    uint64_t done = 0;

    if (offset >= inode->size)
        return 0;
    bytes = min_of(bytes, inode->size - offset);
    while (done < bytes) {
        uint64_t at = offset + done;
        uint64_t in_page = at & ~PAGE_MASK;
        uint64_t part = min_of(bytes - done, PAGE_SIZE - in_page);
        const uint8_t *from = NULL;
        int error = 0;

        /* In a node the next page's is the next; a file without nodes has one page. */
        if (slot && pages->height && (at / PAGE_SIZE) % NODE_SLOTS)
            slot++;
        else
            slot = slot_find(pages, at / PAGE_SIZE);
        if (slot && *slot) {
            from = (const uint8_t *)frame_address(*slot) + in_page;
            /* Pages whose frames lie side by side, as those of a file written in one go often do, are one copy. */
            while (part < bytes - done && pages->height && ((at + part) / PAGE_SIZE) % NODE_SLOTS &&
                   slot[1] == slot[0] + 1) {
                slot++;
                part += min_of(bytes - done - part, PAGE_SIZE);
            }
        } else if (at < pages->archive_bytes) {
            from = pages->archive + at;
            part = min_of(pages->root ? part : bytes - done, pages->archive_bytes - at);
        } else if (is_packed(pages, at / PAGE_SIZE)) {
            error = unpack(pages, at / PAGE_SIZE);
            if (error)
                return done ? (int64_t)done : error;
            slot = NULL; /* the tree is another one */
            continue;
        }
        if (to && from)
            memcpy((char *)to + done, from, part);
        else if (to)
            memset((char *)to + done, 0, part);
        else
            error = from ? copy_to_user(user + done, from, part) : clear_user(user + done, part);
        if (error) {
            /* What the pages before the bad one take counts. */
            for (uint64_t fits = to_page_end(user + done); fits < part;
                 part -= fits, fits = PAGE_SIZE) {
                if (from ? copy_to_user(user + done, from, fits) : clear_user(user + done, fits))
                    break;
                from = from ? from + fits : NULL;
                done += fits;
            }
            return done ? (int64_t)done : error;
        }
        done += part;
    }
    return (int64_t)done;
}

int64_t pages_write(struct inode *inode, const void *from, uaddr_t user, uint64_t bytes,
                    uint64_t offset)
{
    uint64_t done = 0;
    int error = 0;

    while (done < bytes && !error) {
        uint64_t at = offset + done;
        uint64_t in_page = at & ~PAGE_MASK;
        uint64_t part = min_of(bytes - done, PAGE_SIZE - in_page);
        if (inode->u.pages.viewed)
            rewrite_changed(inode, at / PAGE_SIZE);
        if (inode->u.pages.packed)
            inode->u.pages.packed->changed = true;
        bool fresh = part == PAGE_SIZE && !pages_present(inode, at / PAGE_SIZE);
        frame_t frame = frame_own(inode, at / PAGE_SIZE, fresh, &error);

        if (!frame)
            break;
        uint8_t *to = (uint8_t *)frame_address(frame) + in_page;
        if (from)
            memcpy(to, (const char *)from + done, part);
        else
            error = copy_from_user(to, user + done, part);
        if (error && to_page_end(user + done) < part) {
            /* What lies in the first of two pages can be had; the next round meets the other one. */
            part = to_page_end(user + done);
            error = copy_from_user(to, user + done, part);
            if (!error && fresh)
                memset(to + part, 0, PAGE_SIZE - part);
        }
        if (error) {
            /* Whatever was in the frame before must not show: a new page becomes zeros, one past
             * the end too. */
            if (fresh)
                memset(to, 0, PAGE_SIZE);
            else if (at + part > inode->size)
                memset(at < inode->size ? to + (inode->size - at) : to, 0,
                       at < inode->size ? at + part - inode->size : part);
            break;
        }
        done += part;
        if (at + part > inode->size)
            inode->size = at + part;
    }
    return done ? (int64_t)done : error;
}

static frame_t archive_frame(const struct pages *pages, uint64_t index)
{
    return instance->archive_frame +
           (uint64_t)(pages->archive - (const uint8_t *)INSTANCE_ROOT_ADDRESS) / PAGE_SIZE + index;
}

void pages_run(struct inode *inode, uint64_t first, uint32_t count, frame_t *out)
{
    struct pages *pages = &inode->u.pages;
    uint64_t size = (inode->size + PAGE_SIZE - 1) / PAGE_SIZE;
    uint64_t whole = pages->archive_bytes / PAGE_SIZE; /* pages that lie in the archive, unless a frame replaces them */
    frame_t archive = whole ? archive_frame(pages, first) : NO_FRAME;
    const uint64_t *slot = NULL;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t index = first + i;

        out[i] = index < whole ? archive + i : NO_FRAME;
        if (!pages->root || index >= size)
            continue;
        if (slot && pages->height && index % NODE_SLOTS)
            slot++; /* in a node the next page's is the next */
        else
            slot = slot_find(pages, index);
        if (slot && *slot)
            out[i] = *slot;
    }
}

int pages_frame(struct inode *inode, uint64_t index, bool write, frame_t *out)
{
    struct pages *pages = &inode->u.pages;
    frame_t frame;
    int error = 0;

    if (index >= (inode->size + PAGE_SIZE - 1) / PAGE_SIZE)
        return -EFAULT;
    pages->exposed |= write;
    if (write && pages->packed)
        pages->packed->changed = true;
    if (write && pages->viewed)
        rewrite_changed(inode, index);
    frame = frame_find(pages, index);
    if (!frame && !write && (index + 1) * PAGE_SIZE <= pages->archive_bytes) {
        *out = archive_frame(pages, index);
        frame_hold(*out);
        return 0;
    }
    if (!frame)
        frame = frame_own(inode, index, false, &error);
    if (!frame)
        return error == -ENOSPC ? -ENOMEM : error;
    frame_hold(frame);
    *out = frame;
    return 0;
}

void pages_punch(struct inode *inode, uint64_t first, uint64_t end)
{
    static const uint8_t zeros[PAGE_SIZE];
    uint64_t size = inode->size;

    end = min_of(end, size);
    while (first < end) {
        uint64_t part = min_of(end - first, PAGE_SIZE - (first & ~PAGE_MASK));
        uint64_t index = first / PAGE_SIZE;
        bool archived = is_archived(&inode->u.pages, index);

        if (part == PAGE_SIZE && !archived) {
            space_truncate_notify(inode, index);
            if (inode->u.pages.viewed)
                rewrite_changed(inode, index);
            cut(&inode->u.pages, index, index + 1);
        } else if (archived || frame_find(&inode->u.pages, index)) {
            (void)pages_write(inode, zeros, 0, part, first);
        }
        first += part;
    }
}

int pages_resize(struct inode *inode, uint64_t size)
{
    struct pages *pages = &inode->u.pages;
    uint64_t keep = (size + PAGE_SIZE - 1) / PAGE_SIZE;

    if (size < inode->size) {
        frame_t last = (size & ~PAGE_MASK) ? frame_find(pages, size / PAGE_SIZE) : NO_FRAME;
        if (pages->viewed)
            rewrite_forget(inode);
        inode->size = size;
        pages->archive_bytes = min_of(pages->archive_bytes, size);
        if (pages->packed)
            pages->packed->left = min_of(pages->packed->left, size);
        space_truncate_notify(inode, keep);
        cut(pages, keep, UINT64_MAX);
        if (pages->packed && pages->packed->left == size)
            pages->packed->unpacked = pages->count; /* all that are left lie below it */
        if (last)
            memset((char *)frame_address(last) + (size & ~PAGE_MASK), 0,
                   PAGE_SIZE - (size & ~PAGE_MASK));
    }
    inode->size = size;
    return 0;
}

/* fallocate: gives every page of the range a frame; the size is the caller's business. */
int pages_allocate(struct inode *inode, uint64_t offset, uint64_t bytes)
{
    uint64_t end = (offset + bytes + PAGE_SIZE - 1) / PAGE_SIZE;
    int error = 0;

    while (end - offset / PAGE_SIZE + frames_total() / 32 > frames_available())
        if (!frames_ask())
            return -ENOSPC;
    for (uint64_t index = offset / PAGE_SIZE; index < end && !error; index++)
        if (!pages_present(inode, index))
            (void)frame_own(inode, index, false, &error);
    return error;
}
