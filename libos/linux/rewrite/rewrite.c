/* SPDX-License-Identifier: MIT */
/*
 * rewrite.c - system calls become function calls: which sites, in which pages, seen by whom.
 *
 * A `syscall` arrives by reflection the first time. If the bytes before it allow (site.c), its page gets a *view*: a
 * copy of the file's page in which the site is a jump through a word at a low address to a stub, which does what was
 * overwritten and enters the LibOS at rewrite_call (entry.S). Stub and word belong to a *slot*, the site's number.
 *
 * Views belong to pages of files, not to processes: whoever maps that page of that file for execution gets the same
 * frame. Only the address to return to differs; each space has an array of them by slot, filled when a view is mapped.
 *
 * Invariants:
 *   1. Only private, executable, not writable mappings of regular files show views, and only as long as the file's
 *      page is what it was. read() and all other mappings show the file.
 *   2. With protection keys (where the processor has them) a view can be executed but not read: a read takes the view
 *      away for good and sees the file's bytes. Without them it sees the jumps. LIMIT: docs/caveats.md.
 *   3. A view that changes is mapped nowhere: every mapping is taken out first, and faults bring it back. So no
 *      processor ever runs bytes that change under it.
 *   4. A slot's address in a space is right as long as a view with that slot is mapped there. A page that is mapped
 *      twice in a space shows its view only once.
 *   5. Stubs run unmasked on the program's stack until they set `masked`. A trap before that is shown as one at the
 *      program's own instruction (rewrite_trap), so nothing ever resumes inside a stub.
 * Never rewritten: rt_sigreturn, whose bytes unwinders know.
 * Threads: all of this runs under the instance's lock; arrays that stubs read are replaced, never freed in use.
 */
#include "libos/linux/rewrite/rewrite.h"
#include "libos/linux/call/call.h"
#include "libos/linux/cpu.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/rewrite/site.h"
#include "libos/linux/task.h"
#include "libos/linux/vcpu.h"
#include "libos/linux/rewrite/refused.h"

#define NR_RT_SIGRETURN 15
#define VIEW_BUCKETS    256
#define ADDRESSES_MIN   128
#define WORD_CALL       0 /* words of the table that are no slots: where stubs enter the LibOS */
#define WORD_WORD       1
#define SLOT_FIRST      2
#define NO_SLOT         0
#define BAD_KEPT        12
#define STUB_WORD       32 /* offset of a stub's second half; only sites of 5 and 7 bytes have one */
#define PROTECTION_KEY  (15ul << 59) /* the last key; access through it is off in PKRU_START */

/* A page with rewritten sites, or one that must never have any. */
struct text_view {
    struct text_view *next; /* in its bucket */
    struct inode *inode;
    uint64_t index;
    frame_t frame;   /* NO_FRAME: nothing rewritten */
    uint16_t slot;   /* first of its sites */
    uint8_t refused; /* enum refusal: for all sites of the page; 0: none */
    uint8_t bad_count;
    uint16_t bad[BAD_KEPT]; /* sites that are refused, enum refusal << 12 | offset: the next program need not ask */
};

struct slot {
    struct text_view *view;
    struct site site;
    uint16_t number; /* of the call, if site.constant */
    uint16_t next;   /* of the same view, or free */
    bool word;       /* answered by a word of struct process */
};

extern const char rewrite_call[], rewrite_call_many[], rewrite_word[], rewrite_word_jump[]; /* entry.S */
extern const int16_t fast_calls[], fast_calls_at_start[];

const uint64_t no_sites[REWRITE_SLOTS];
static bool enabled;
static frame_t low[4]; /* tables of level 1 to 3 that lead to the words and stubs */
static uint64_t *words;
static uint8_t *stubs;
static uint64_t view_bits = PTE_VIEW;
static struct slot slots[REWRITE_SLOTS];
static uint16_t free_first, free_last; /* chain of free slots: the longest unused comes first */
static struct text_view *buckets[VIEW_BUCKETS];
static uint64_t rewritten;

/* --- Start ---------------------------------------------------------------------------------------
 */

static bool wanted(void)
{
    const uint32_t *offset =
        (const uint32_t *)((const uint8_t *)instance + instance->option_offset);

    for (uint32_t i = 0; i < instance->option_count; i++)
        if (!strcmp((const char *)instance + offset[2 * i], "rewrite"))
            return strcmp((const char *)instance + offset[2 * i + 1], "0") != 0;
    return true;
}

/* Frames in a row for words or stubs, mapped at their low address. */
static uint8_t *place(struct pt_batch *batch, uint64_t address, uint64_t bytes, uint64_t bits)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < bytes)
        order++;
    frame_t first = frames_alloc(order);

    if (first == NO_FRAME)
        panic("not enough memory for rewritten calls: raise --memory");
    for (uint64_t i = 0; i < bytes / PAGE_SIZE; i++)
        batch_add(batch, address + i * PAGE_SIZE, 1,
                  (first + i) << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | bits);
    memset(frame_address(first), 0, bytes);
    return frame_address(first);
}

void rewrite_start(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
    struct pt_batch batch;

    if (!wanted())
        return;
    batch_start(&batch, instance->root_frame);
    for (unsigned level = 3; level; level--) {
        low[level] = table_take(level);
        if (low[level] == NO_FRAME)
            panic("not enough memory for rewritten calls: raise --memory");
        batch_add(&batch, 0, level + 1, low[level] << EXO_PAGE_SHIFT | LINK_BITS);
    }
    words =
        (uint64_t *)place(&batch, REWRITE_TABLE, REWRITE_SLOTS * sizeof *words, EXO_PTE_NO_EXECUTE);
    stubs = place(&batch, REWRITE_STUBS, REWRITE_SLOTS * STUB_BYTES, 0);
    batch_flush(&batch);
    words[WORD_CALL] = (uint64_t)(instance_many ? rewrite_call_many : rewrite_call);
    words[WORD_WORD] = (uint64_t)rewrite_word;
    for (uint16_t n = SLOT_FIRST; n < REWRITE_SLOTS; n++)
        slots[n].next = (uint16_t)(n + 1) % REWRITE_SLOTS;
    free_first = SLOT_FIRST;
    free_last = REWRITE_SLOTS - 1;
    if (machine->features & EXO_FEATURE_PKU)
        view_bits |= PROTECTION_KEY;
    enabled = true;
}

void rewrite_many(void)
{
    if (enabled)
        words[WORD_CALL] = (uint64_t)rewrite_call_many;
}

frame_t rewrite_link(void)
{
    return low[3];
}

frame_t rewrite_link_low(void)
{
    return low[1];
}

/* --- Views ---------------------------------------------------------------------------------------
 */

/* Pages in a row are in buckets in a row. */
static struct text_view **bucket_of(const struct inode *inode, uint64_t index)
{
    return &buckets[((uint64_t)inode / sizeof *inode + index) % VIEW_BUCKETS];
}

static struct text_view *view_find(const struct inode *inode, uint64_t index)
{
    struct text_view *view = *bucket_of(inode, index);

    while (view && (view->inode != inode || view->index != index))
        view = view->next;
    return view;
}

static struct text_view *view_get(struct inode *inode, uint64_t index)
{
    struct text_view *view = view_find(inode, index);

    if (view)
        return view;
    view = heap_zalloc(sizeof *view);
    if (!view)
        return NULL;
    view->inode = inode;
    view->index = index;
    view->next = *bucket_of(inode, index);
    *bucket_of(inode, index) = view;
    inode->u.pages.viewed = true;
    return view;
}

static void slot_give(uint16_t n)
{
    slots[n].view = NULL;
    slots[n].next = NO_SLOT;
    if (free_first == NO_SLOT)
        free_first = n;
    else
        slots[free_last].next = n;
    free_last = n;
}

/* The view is mapped nowhere (invariant 3): its slots and its frame go. */
static void view_clear(struct text_view *view)
{
    view->bad_count = 0; /* the bytes may be others next time */
    while (view->slot != NO_SLOT) {
        uint16_t n = view->slot;

        view->slot = slots[n].next;
        slot_give(n);
    }
    if (view->frame != NO_FRAME)
        frame_drop(view->frame);
    view->frame = NO_FRAME;
}

static bool is_text(const struct area *area)
{
    return area->file && area->file->inode && is_regular(area->file->inode) &&
           !(area->flags & AREA_SHARED) && area->prot & PROT_EXEC && !(area->prot & PROT_WRITE);
}

static uint64_t index_of(const struct area *area, uint64_t page)
{
    return (area->offset + (page - area->start)) / PAGE_SIZE;
}

/* Takes one page of a file out of every space; -ENOMEM: not out of all. */
static int unmap_everywhere(const struct inode *inode, uint64_t index)
{
    struct space *back = this_vcpu()->space;
    uint64_t offset = index * PAGE_SIZE;
    int error = 0;

    list_for_each (node, &space_list) {
        struct space *space = list_item(node, struct space, all);

        for (uint32_t i = 0; i < space->count && !error; i++) {
            const struct area *area = &space->area[i];

            if (!area->file || area->file->inode != inode || offset < area->offset ||
                offset - area->offset >= area->end - area->start)
                continue;
            uint64_t page = area->start + (offset - area->offset);

            space_switch(space);
            error = pages_drop(space, page, page + PAGE_SIZE);
        }
    }
    space_switch(back);
    return error;
}

/* Nobody maps these any more: programs that have ended. */
void rewrite_trim(void)
{
    for (uint32_t b = 0; b < VIEW_BUCKETS; b++)
        for (struct text_view *view = buckets[b]; view; view = view->next)
            if (view->frame != NO_FRAME && frame_users(view->frame) == 1)
                view_clear(view);
}

static uint16_t slot_take(void)
{
    if (free_first == NO_SLOT)
        rewrite_trim();
    uint16_t n = free_first;

    if (n != NO_SLOT)
        free_first = slots[n].next;
    return n;
}

/* Invariant 3 for a view that must go whatever happens. */
static void view_end(struct text_view *view)
{
    if (view->frame != NO_FRAME && frame_users(view->frame) > 1 &&
        unmap_everywhere(view->inode, view->index))
        panic("no memory for a table while a program's text changes");
    view_clear(view);
}

void rewrite_changed(struct inode *inode, uint64_t index)
{
    struct text_view *view = view_find(inode, index);

    if (view)
        view_end(view);
}

void rewrite_forget(struct inode *inode)
{
    for (uint32_t b = 0; b < VIEW_BUCKETS; b++)
        for (struct text_view **at = &buckets[b]; *at;) {
            struct text_view *view = *at;

            if (view->inode != inode) {
                at = &view->next;
                continue;
            }
            *at = view->next;
            view_end(view);
            heap_free(view);
        }
    inode->u.pages.viewed = false;
}

void rewrite_text_read(const struct area *area, uint64_t page)
{
    struct text_view *view = view_find(area->file->inode, index_of(area, page));

    if (!view || view->frame == NO_FRAME || unmap_everywhere(view->inode, view->index))
        return; /* no memory: the reader faults again */
    view_clear(view);
    view->refused = REFUSED_READ;
}

/* --- Spaces --------------------------------------------------------------------------------------
 */

void rewrite_fork(const struct space *parent, struct space *child)
{
    child->image = parent->image;
    child->sites = parent->sites;
    if (child->sites)
        child->sites->users++;
    if (parent->plain)
        rewrite_leave(child);
}

static void addresses_drop(struct site_addresses *addresses)
{
    while (addresses && !--addresses->users) {
        struct site_addresses *older = addresses->older;

        heap_free(addresses);
        addresses = older;
    }
}

void rewrite_space_end(struct space *space)
{
    addresses_drop(space->sites);
    space->sites = NULL;
}

/* An array of the space's own in which slot n has a place. */
static bool addresses_own(struct space *space, uint16_t n)
{
    struct site_addresses *old = space->sites;
    uint32_t capacity = old ? old->capacity : ADDRESSES_MIN;

    if (old && old->users == 1 && n < capacity)
        return true;
    while (capacity <= n)
        capacity *= 2;
    struct site_addresses *new = heap_zalloc(sizeof *new + capacity * sizeof new->address[0]);

    if (!new)
        return false;
    new->users = 1;
    new->capacity = capacity;
    if (old) {
        memcpy(new->address, old->address, old->capacity * sizeof old->address[0]);
        if (old->users == 1)
            new->older = old; /* its one count goes on as ours */
        else
            old->users--;
    }
    space->sites = new;
    vcpus_set_sites(space, new->address);
    return true;
}

static bool address_set(struct space *space, uint16_t n, uint64_t address)
{
    if (space->sites && n < space->sites->capacity && space->sites->address[n] == address)
        return true;
    if (!addresses_own(space, n))
        return false;
    uint64_t *entry = &space->sites->address[n];

    /* Mapped elsewhere in this space, too? Then that one stays. */
    if (*entry && pte_read(page_down(*entry - 2)) & PTE_VIEW)
        return false;
    *entry = address;
    return true;
}

static bool has_views(const struct space *space, const struct area *area)
{
    return enabled && !space->plain && is_text(area) && area->file->inode->u.pages.viewed;
}

/* The space can execute the view at page: its sites know where they return to. */
static bool view_usable(struct space *space, const struct text_view *view, uint64_t page)
{
    if (view->frame == NO_FRAME)
        return false;
    for (uint16_t n = view->slot; n != NO_SLOT; n = slots[n].next)
        if (!address_set(space, n, page + slots[n].site.at + 2))
            return false;
    return true;
}

uint64_t rewrite_view(struct space *space, const struct area *area, uint64_t page, frame_t *frame)
{
    const struct text_view *view =
        has_views(space, area) ? view_find(area->file->inode, index_of(area, page)) : NULL;

    if (!view || !view_usable(space, view, page))
        return 0;
    frame_drop(*frame);
    frame_hold(view->frame);
    *frame = view->frame;
    return view_bits;
}

void rewrite_views(struct space *space, const struct area *area, uint64_t page, uint32_t count,
                   frame_t *frame, uint64_t *bits)
{
    const struct inode *inode = area->file->inode;
    uint64_t index = index_of(area, page);
    uint64_t bucket = (uint64_t)(bucket_of(inode, index) - buckets);

    memset(bits, 0, count * sizeof *bits);
    if (!has_views(space, area))
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct text_view *view = buckets[(bucket + i) % VIEW_BUCKETS];

        while (view && (view->inode != inode || view->index != index + i))
            view = view->next;
        if (!view || frame[i] == NO_FRAME || !view_usable(space, view, page + i * PAGE_SIZE))
            continue;
        frame[i] = view->frame;
        bits[i] = view_bits;
    }
}

void rewrite_leave(struct space *space)
{
    if (!enabled || space->plain)
        return;
    space->plain = true;
    for (uint32_t i = 0; i < space->count; i++)
        if (is_text(&space->area[i]) && pages_drop(space, space->area[i].start, space->area[i].end))
            panic("no memory for a table while a program's text changes");
    struct pt_batch batch;

    batch_start(&batch, space->root);
    batch_add(&batch, 0, space->low_tables ? 2 : 4, 0);
    batch_flush(&batch);
}

/* --- Sites ---------------------------------------------------------------------------------------
 */

static uint8_t *stub_of(uint16_t n)
{
    return stubs + n * STUB_BYTES;
}

static uint8_t *put(uint8_t *to, const void *bytes, uint32_t count)
{
    memcpy(to, bytes, count);
    return to + count;
}

static uint8_t *put_32(uint8_t *to, uint64_t value)
{
    uint32_t low_half = (uint32_t)value;

    return put(to, &low_half, sizeof low_half);
}

/* What of struct process answers a call; 0: it needs the LibOS. */
static int32_t word_of(const struct slot *slot)
{
    return slot->site.constant && slot->number < FAST_CALLS ? fast_calls_at_start[slot->number] : 0;
}

static uint8_t *stub_jump(uint8_t *at, unsigned word)
{
    return put_32(put(at, "\xff\x24\x25", 3), REWRITE_TABLE + 8 * word); /* jmp *word */
}

/* A slot's jump goes to the stub's beginning, or to its second half when a word answers and nobody watches. */
static void stub_choose(uint16_t n)
{
    bool word = slots[n].word && fast_calls[slots[n].number];

    words[n] = REWRITE_STUBS + n * STUB_BYTES + (word ? STUB_WORD : 0);
}

static void stub_write(uint16_t n, const uint8_t *page)
{
    const struct slot *slot = &slots[n];
    uint8_t *at = stub_of(n);

    at = put(at, page + slot->site.start, slot->site.length);
    at = put(at, "\x65\xc7\x04\x25", 4); /* movl $1, %gs:masked */
    at = put_32(at, (uint64_t)EXO_UPCALL_MASKED - VCPU_OFFSET);
    at = put_32(at, 1);
    at = put_32(put(at, "\xb9", 1), n); /* mov $n, %ecx */
    (void)stub_jump(at, WORD_CALL);
    if (slot->word) {
        at = stub_of(n) + STUB_WORD;
        at = put_32(put(at, "\xb9", 1), n);                             /* mov $n, %ecx */
        at = put_32(put(at, "\xb8", 1), (uint64_t)(word_of(slot) - 1)); /* mov $offset, %eax */
        (void)stub_jump(at, WORD_WORD);
    }
    stub_choose(n);
}

void rewrite_watch(uint64_t number)
{
    for (uint16_t n = SLOT_FIRST; enabled && n < REWRITE_SLOTS; n++)
        if (slots[n].view && slots[n].word && slots[n].number == number)
            stub_choose(n);
}

static bool overlaps(const struct text_view *view, const struct site *site)
{
    for (uint16_t n = view->slot; n != NO_SLOT; n = slots[n].next) {
        const struct site *other = &slots[n].site;

        if (site->start < other->at + 2 && other->start < site->at + 2)
            return true;
    }
    return false;
}

/* The page as the file has it, held, if that or its view is what the space executes there. */
static frame_t page_original(struct space *space, const struct area *area, uint64_t page,
                             const struct text_view *view)
{
    uint64_t entry = pte_read(page);
    frame_t frame;

    (void)space;
    if (area->file->ops->page(area->file, index_of(area, page), false, &frame))
        return NO_FRAME;
    if (entry & PTE_VIEW ? view && view->frame == pte_frame(entry) : pte_frame(entry) == frame)
        return frame;
    frame_drop(frame);
    return NO_FRAME;
}

static enum refusal view_add(struct text_view *view, const struct site *site, uint64_t number,
                             frame_t original)
{
    const uint8_t *bytes = frame_address(original);
    frame_t fresh = view->frame == NO_FRAME ? frames_alloc(0) : view->frame;
    uint16_t n = slot_take();

    if (fresh == NO_FRAME || n == NO_SLOT || unmap_everywhere(view->inode, view->index)) {
        if (fresh != NO_FRAME && fresh != view->frame)
            frame_drop(fresh);
        if (n != NO_SLOT)
            slot_give(n);
        return REFUSED_ROOM;
    }
    if (view->frame == NO_FRAME)
        memcpy(frame_address(fresh), bytes, PAGE_SIZE);
    view->frame = fresh;
    slots[n] =
        (struct slot){.view = view, .site = *site, .number = (uint16_t)number, .next = view->slot};
    slots[n].word = word_of(&slots[n]) > 0;
    stub_write(n, bytes);
    site_patch(frame_address(fresh), site, (uint32_t)(REWRITE_TABLE + n * sizeof *words));
    view->slot = n;
    rewritten++;
    return REFUSED_NOT;
}

static enum refusal site_rewrite(const struct regs *regs)
{
    struct space *space = this_vcpu()->space;
    uint64_t at = regs->rip - 2;
    uint64_t page = page_down(at);
    const struct area *area;
    struct site site;

    if (!enabled)
        return REFUSED_OFF;
    if (regs->orig_rax == NR_RT_SIGRETURN)
        return REFUSED_RESTORER;
    area = area_find(space, at);
    if (!area || !is_text(area) || space->plain)
        return REFUSED_MEMORY;
    if (area->file->inode->u.pages.exposed)
        return REFUSED_WRITTEN;
    struct text_view *view = view_get(area->file->inode, index_of(area, page));

    if (!view)
        return REFUSED_ROOM;
    if (view->refused)
        return view->refused;
    for (uint32_t i = 0; i < min_of(view->bad_count, BAD_KEPT); i++)
        if ((view->bad[i] & (PAGE_SIZE - 1)) == at - page)
            return (enum refusal)(view->bad[i] >> EXO_PAGE_SHIFT);
    frame_t original = page_original(space, area, page, view);

    if (original == NO_FRAME)
        return REFUSED_MEMORY;
    enum refusal result = REFUSED_SHAPE;

    if (site_find(frame_address(original), (uint32_t)(at - page), regs->orig_rax, &site))
        result =
            overlaps(view, &site) ? REFUSED_TWICE : view_add(view, &site, regs->orig_rax, original);
    if (result == REFUSED_SHAPE || result == REFUSED_TWICE)
        view->bad[view->bad_count++ % BAD_KEPT] =
            (uint16_t)((at - page) | (uint64_t)result << EXO_PAGE_SHIFT);
    frame_drop(original);
    return result;
}

void rewrite_site(const struct regs *regs)
{
    refused_note(regs->rip, site_rewrite(regs));
}

/* --- Traps ---------------------------------------------------------------------------------------
 */

/* Carries out the call of slot n from C, as if its instruction had been reflected. */
static void call_here(struct regs *regs, uint16_t n)
{
    regs->rip = this_vcpu()->sites[n];
    regs->orig_rax = regs->rax;
    this_vcpu()->reflected_calls++;
    call_dispatch(regs);
}

void rewrite_trap(struct regs *regs, bool stepping)
{
    uint64_t offset = regs->rip - REWRITE_STUBS;
    bool in_stub = offset < REWRITE_SLOTS * STUB_BYTES;

    if (regs->rip == (uint64_t)rewrite_word_jump) {
        regs->rip = regs->rcx; /* all is done */
        return;
    }
    const struct site_addresses *sites = this_vcpu()->space->sites;
    uint16_t n = (uint16_t)((in_stub ? offset / STUB_BYTES : regs->rcx) % REWRITE_SLOTS);
    const struct slot *slot = &slots[n];

    if (!slot->view || !sites || n >= sites->capacity || !sites->address[n])
        return; /* the program went there by itself */

    uint64_t done = offset % STUB_BYTES;
    bool word = !in_stub || (slot->word && done >= STUB_WORD);

    if (stepping && word) {
        regs->rax = slot->number;
        call_here(regs, n);
        return;
    }
    if (word || (slot->site.constant && !stepping))
        done = 0;
    regs->rip = sites->address[n] - 2 - slot->site.length + min_of(done, slot->site.length);
}

bool rewrite_invalid(struct regs *regs)
{
    struct space *space = this_vcpu()->space;
    uint64_t page = page_down(regs->rip);
    const struct area *area = enabled && pte_read(page) & PTE_VIEW ? area_find(space, page) : NULL;
    const struct text_view *view =
        area && is_text(area) ? view_find(area->file->inode, index_of(area, page)) : NULL;

    for (uint16_t n = view ? view->slot : NO_SLOT; n != NO_SLOT; n = slots[n].next) {
        const struct site *site = &slots[n].site;

        if (regs->rip - page != site->start + 5u)
            continue;
        if (site->length == 5)
            call_here(regs, n);
        else
            regs->rip = REWRITE_STUBS + n * STUB_BYTES + 5;
        return true;
    }
    return false;
}

void rewrite_report(void)
{
    uint64_t direct = calls_made() + this_vcpu()->word_calls - this_vcpu()->reflected_calls;

    for (uint32_t i = 0; instance_many && i < vcpu_count; i++)
        if (vcpus[i] != this_vcpu())
            direct += vcpus[i]->word_calls - vcpus[i]->reflected_calls;
    refused_report(direct, rewritten);
}
