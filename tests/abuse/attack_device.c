/* SPDX-License-Identifier: MIT */
/*
 * attack_device.c - attacks by a device that is the attacker's own: QEMU's `edu`, which copies between memory and a buffer
 * of its own, a tenth of a second after it was told to.
 */
#include "tests/abuse/fuzz.h"
#include "libos/init/init.h"

#define REGISTERS   (SCRATCH + 0x12000)
#define TARGET      0x1000ull /* what the device reaches: one page, at this address of its own */
#define LINK        (EXO_PTE_PRESENT | EXO_PTE_WRITE)
#define EDU_SOURCE  0x80
#define EDU_TARGET  0x88
#define EDU_COUNT   0x90
#define EDU_COMMAND 0x98
#define EDU_BUFFER  0x40000
#define FROM_EDU    3
#define TO_EDU      1
#define MASTER      0x406
#define HOST_PAGE   0x170000000000ull
#define PATTERN     0x600df00d600df00dull

/* Places in the attacker's frames. */
#define DATA(box)     ((box)->own_first + 20)
#define TABLE(box, l) ((box)->own_first + 20 + (l)) /* l: 1 .. 4 */

static volatile uint64_t *edu(uint32_t offset)
{
    return (volatile uint64_t *)(REGISTERS + offset);
}

static uint32_t levels(const struct box *box)
{
    return ((const struct exo_machine *)box->machine_address)->dma_levels;
}

static int64_t reach(struct box *box, uint64_t address, uint32_t level, uint64_t entry)
{
    struct exo_pte request = {.address = address | level, .entry = entry};

    return exo_dma_update(SLOT_OWN, TABLE(box, levels(box)), &request, 1);
}

static void copy_start(uint64_t command, uint64_t address, uint64_t bytes)
{
    *edu(EDU_SOURCE) = command == TO_EDU ? address : EDU_BUFFER;
    *edu(EDU_TARGET) = command == TO_EDU ? EDU_BUFFER : address;
    *edu(EDU_COUNT) = bytes;
    *edu(EDU_COMMAND) = command;
}

static void copy_wait(void)
{
    while (*edu(EDU_COMMAND) & 1)
        (void)exo_yield();
}

static uint64_t refused_count(struct box *box)
{
    uint64_t count = 0;

    (void)exo_device_read_2(SLOT_OWN, box->own_device, 0, 2, &count);
    return count;
}

/* The function masters the bus and reaches one page, which it has reached once: the entry is cached. */
static bool begin(struct box *box)
{
    int64_t result = map_at(box, REGISTERS,
                            box->own_register << 12 | LINK | EXO_PTE_UNCACHED | EXO_PTE_NO_EXECUTE);

    for (uint32_t l = levels(box); l && result >= 0; l--) {
        result = exo_table_create(SLOT_OWN, TABLE(box, l), l | EXO_TABLE_DMA);
        if (result >= 0 && l < levels(box))
            result = reach(box, 0, l + 1, TABLE(box, l) << 12 | LINK);
    }
    if (result >= 0)
        result = reach(box, TARGET, 1, DATA(box) << 12 | LINK);
    if (result >= 0)
        result = exo_device_domain(SLOT_OWN, box->own_device, TABLE(box, levels(box)));
    if (result >= 0)
        result = exo_device_write(SLOT_OWN, box->own_device, 4, 2, MASTER);
    if (result < 0) {
        escape(box, "the attack cannot begin", (uint64_t)-result);
        return false;
    }
    copy_start(FROM_EDU, TARGET, 64);
    copy_wait();
    return true;
}

/* --- C07: memory of others ---------------------------------------------------------------------------- */

/* Both ways between the device and an address, which it must not have. */
static void copies(struct box *box, uint64_t address)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t before = refused_count(box);

        box->tries++;
        (void)exo_device_write(SLOT_OWN, box->own_device, 4, 2, MASTER);
        copy_start(i ? TO_EDU : FROM_EDU, address, 64);
        copy_wait();
        for (uint32_t n = 0; n < 5000 && refused_count(box) == before; n++)
            (void)exo_yield();
        if (refused_count(box) == before)
            escape(box, "a device reached it, or nobody counted", address);
    }
}

static void foreign_memory(struct box *box)
{
    const uint64_t foreign[] = {box->victim_frame, box->victim_root,  box->victim_upcall_frame,
                                box->host_root,    box->kernel_frame, box->machine_frame,
                                box->frame_table};
    const uint64_t kinds[] = {TABLE(box, 1),   box->own_root,        box->own_level1,
                              box->own_level3, box->upcall_frame[0], box->env_frame[0]};
    uint64_t reached = 0;

    if (!begin(box))
        return;
    for (uint64_t f = 0; f < box->frame_count + 4096; f++, box->tries++)
        reached += reach(box, TARGET, 1, f << 12 | LINK) >= 0;
    if (reached > OWN_FRAMES + 80)
        escape(box, "more frames than its domain has", reached);
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        refused(box, reach(box, TARGET, 1, kinds[i] << 12 | LINK), "a frame that is no data", i);
    for (uint32_t bit = 2; bit < 64; bit++)
        if (bit < 12 || bit > 51)
            refused(box, reach(box, TARGET, 1, DATA(box) << 12 | LINK | 1ull << bit), "a bit", bit);
    refused(box, reach(box, 0, 2, box->own_level1 << 12 | LINK), "a page table as a table", 0);
    refused(box, reach(box, 0, 2, DATA(box) << 12 | LINK), "data as a table", 0);
    refused(box, reach(box, 0, 3, DATA(box) << 12 | LINK), "data as a table", 1);
    (void)reach(box, TARGET, 1, 0);
    for (uint32_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        refused(box, reach(box, TARGET, 1, foreign[i] << 12 | EXO_PTE_PRESENT), "to read", i);
        refused(box, exo_device_domain(SLOT_OWN, box->own_device, foreign[i]), "as a domain", i);
        copies(box, foreign[i] << 12);
    }
    refused(box, exo_device_domain(SLOT_OWN, box->own_device, box->own_root), "a space as a domain",
            0);
    refused(box, exo_device_domain(SLOT_OWN, box->own_device, DATA(box)), "data as a domain", 0);
    for (uint64_t offset = 0x40; offset < 256; offset += 4)
        refused(box, exo_device_write(SLOT_OWN, box->own_device, offset, 4, 0), "a register",
                offset);
    refused(box, exo_device_write(SLOT_OWN, box->own_device, 4, 2, 0x407), "its ports", 0);
}

/* --- C02, C08: memory that goes to another while the device is at work --------------------------------- */

enum step {
    STEP_NONE,
    STEP_GIVEN,
    STEP_TAKEN,
    STEP_WRITTEN,
    STEP_LOOKED_AT
};

/* In the harness: a frame of its own at HOST_PAGE (entry 0: no more). */
static bool host_map(struct box *box, uint64_t entry)
{
    struct exo_pte request = {.address = HOST_PAGE | 1, .entry = entry};

    return exo_pt_update(0, box->host_root, &request, 1) == 1;
}

/* The frame's next owner fills it, and looks when the device has finished. */
static void host_own(struct box *box, bool taken)
{
    volatile uint64_t *page = (volatile uint64_t *)HOST_PAGE;

    if (box->step == STEP_GIVEN) {
        if (!taken || !host_map(box, box->where << 12 | LINK | EXO_PTE_NO_EXECUTE))
            escape(box, "the next owner does not get it", box->where);
        else
            for (uint64_t i = 0; i < EXO_PAGE_SIZE / 8; i++)
                page[i] = PATTERN * i;
        box->step = STEP_TAKEN;
    } else if (box->step == STEP_WRITTEN) {
        for (uint64_t i = 0; i < EXO_PAGE_SIZE / 8 && !box->escapes; i++)
            if (page[i] != PATTERN * i)
                escape(box, "a device wrote to what is another's", box->where);
        if (!host_map(box, 0) || exo_frame_free(0, box->where, 1) < 0)
            escape(box, "(the harness is left with it)", box->where);
        box->step = STEP_LOOKED_AT;
    }
}

static void next_owner(struct box *box)
{
    host_own(box, box->step == STEP_GIVEN && exo_frame_alloc(0, box->where, 1) == 0);
}

static void robber(struct box *box)
{
    bool taken = false;

    if (box->step == STEP_GIVEN) {
        uint64_t deadline = host_now() + 1000000;

        while (exo_revoke(0, box->env[0], EXO_REVOKE_FRAMES, 1, deadline) == -EXO_E_RANGE)
            deadline = host_now() + 1000000;
        while (host_now() <= deadline)
            ;
        taken = host_repossess(box->env[0], box->where) == 0;
    }
    host_own(box, taken);
}

static void wait_for_host(struct box *box, uint64_t step)
{
    while (box->step != step)
        (void)exo_yield();
}

static void hand_over(struct box *box)
{
    box->where = DATA(box);
    box->step = STEP_GIVEN;
    wait_for_host(box, STEP_TAKEN);
    copy_wait();
    box->step = STEP_WRITTEN;
    wait_for_host(box, STEP_LOOKED_AT);
    box->tries++;
}

static void given_back(struct box *box)
{
    if (!begin(box))
        return;
    refused(box, exo_frame_free(SLOT_OWN, DATA(box), 1), "freed while a device reaches it", 0);
    refused(box, exo_frame_guard(SLOT_OWN, DATA(box), 1, SLOT_OWN, 0), "handed on", 0);
    refused(box, exo_table_create(SLOT_OWN, DATA(box), 1), "a page table", 0);
    refused(box, exo_table_destroy(SLOT_OWN, TABLE(box, levels(box))), "its domain", 0);
    copy_start(FROM_EDU, TARGET, 64);
    if (reach(box, TARGET, 1, 0) < 0 || exo_frame_free(SLOT_OWN, DATA(box), 1) < 0)
        escape(box, "the attack cannot go on", 0);
    hand_over(box);
}

static void robbed(struct box *box)
{
    if (!begin(box))
        return;
    copy_start(FROM_EDU, TARGET, 64);
    hand_over(box);
}

/* C09: its domain ends in the middle of a transfer; the harness looks at its memory then. */
static void destroyed(struct box *box)
{
    if (begin(box))
        copy_start(FROM_EDU, TARGET, 64);
    box->tries++;
}

/* --- H06: it is killed at its first kernel call, its second, and so on, while it takes, uses and gives back two devices ---- */

#define SLOT_PART  9 /* the harness's: a domain below the attacker's, which ends after each death */
#define PART       3
#define PART_RUN   5 /* frames: DATA and its tables */
#define WORK_ENDED 1000

static void work_second(struct box *box)
{
    const uint32_t top = levels(box);

    while (!box->where)
        __builtin_ia32_pause();
    (void)map_at(box, REGISTERS,
                 box->own_register << 12 | LINK | EXO_PTE_UNCACHED | EXO_PTE_NO_EXECUTE);
    for (uint32_t l = top; l; l--) {
        (void)exo_table_create(SLOT_WORK, TABLE(box, l), l | EXO_TABLE_DMA);
        if (l < top)
            (void)reach(box, 0, l + 1, TABLE(box, l) << 12 | LINK);
    }
    (void)reach(box, TARGET, 1, DATA(box) << 12 | LINK);
    (void)exo_device_domain(SLOT_WORK, box->own_device, TABLE(box, top));
    (void)exo_device_write(SLOT_WORK, box->own_device, 4, 2, MASTER);
    (void)exo_device_interrupt(SLOT_WORK, box->device, 0, 9);
    copy_start(FROM_EDU, TARGET, 64);
    (void)exo_device_interrupt(SLOT_WORK, box->device, 1, 10);
    (void)reach(box, TARGET, 1, 0);
    (void)exo_device_domain(SLOT_WORK, box->own_device, 0);
    for (uint32_t l = top; l; l--)
        (void)exo_table_destroy(SLOT_WORK, TABLE(box, l));
    (void)map_at(box, REGISTERS, 0);
    (void)exo_device_claim(SLOT_WORK, box->own_device, SLOT_WORK, 1);
    (void)exo_device_claim(SLOT_WORK, box->device, SLOT_WORK, 1);
    box->made = 1;
    for (;;)
        (void)exo_yield();
}

/* In the harness: the part owns its frames and both functions, and the env holds its capability. */
static bool part_make(struct box *box)
{
    const uint64_t device[] = {box->own_device, box->device};
    int64_t result = 0;

    if (!box->step) {
        result = exo_cap_derive(SLOT_ATTACKER, SLOT_PART, PART,
                                EXO_RIGHT_READ | EXO_RIGHT_WRITE | EXO_RIGHT_GRANT);
        if (!result)
            result = exo_frame_free(CAP_ROOT, DATA(box), PART_RUN);
    }
    if (!result)
        result = exo_frame_alloc(CAP_ROOT, DATA(box), PART_RUN);
    if (!result)
        result = exo_frame_guard(CAP_ROOT, DATA(box), PART_RUN, SLOT_PART, 0);
    for (uint32_t d = 0; !result && d < 2; d++)
        do
            result = exo_device_claim(CAP_ROOT, device[d], SLOT_PART, 0);
        while (result == -EXO_E_AGAIN); /* it is being reset after the last death */
    if (!result)
        result = exo_cap_grant(CAP_ROOT, box->env[1], SLOT_PART, SLOT_WORK);
    if (result)
        escape(box, "(the attack cannot go on)", (uint64_t)-result);
    return !result;
}

/* Nothing of the part is left. */
static void part_end(struct box *box, uint64_t n)
{
    uint64_t place = 0;
    int64_t result;

    do
        result = exo_cap_destroy_2(SLOT_PART, place, 0, &place);
    while (result == -EXO_E_AGAIN);
    if (result)
        escape(box, "what it had cannot be taken", n);
    for (uint64_t f = DATA(box); f < DATA(box) + PART_RUN; f++)
        if (machine.frames[f].kind != EXO_FRAME_FREE)
            escape(box, "a frame is not free after its death", n);
    if (machine.devices[box->own_device].claimed || machine.devices[box->device].claimed)
        escape(box, "a device is not free after its death", n);
    if (exo_test(EXO_TEST_AUDIT, 0, 0) > 0)
        escape(box, "the audit after its death found something", n);
}

static void work_host(struct box *box)
{
    uint64_t n = box->step + 1, deadline = host_now() + 20000000000;

    if (box->step >= WORK_ENDED)
        return;
    if (box->device == EXO_DEVICE_MAX || exo_test(EXO_TEST_STATE, 0, 0) == -EXO_E_CALL) {
        box->step = WORK_ENDED; /* a release kernel kills nobody */
        box->tries++;
        return;
    }
    if (!part_make(box))
        return;
    box->made = 0;
    (void)exo_test(EXO_TEST_KILL, box->env[1], n);
    box->where = 1;
    while (exo_test(EXO_TEST_STATE, box->env[1], 0) != EXO_TEST_STOPPED && !box->made &&
           host_now() < deadline)
        (void)exo_yield();
    (void)exo_test(EXO_TEST_KILL, 0, 0);
    if (host_now() >= deadline)
        escape(box, "(it does not die)", n);
    bool ended = box->made; /* it got through all of its calls before the nth */

    box->where = 0;
    host_kill_and_remake(1);
    part_end(box, n);
    box->tries++;
    box->step = ended ? WORK_ENDED : n;
    if (ended)
        (void)exo_cap_drop(SLOT_PART);
}

static void work_wait(struct box *box)
{
    while (box->step < WORK_ENDED && !box->escapes)
        (void)exo_yield();
}

const struct attack device_attacks[] = {
    {"C02", "memory given back while a device is at work", given_back, 0, next_owner, 0, 1, 0},
    {"C07", "memory of others, by a device", foreign_memory, 0, 0, 0, 1, 0},
    {"C08", "memory taken by force while a device is at work", robbed, 0, robber, 0, 1, 0},
    {"H06", "killed at its nth kernel call, with devices", work_wait, work_second, work_host, 0, 1,
     0},
    {"C10", "an interrupt storm", storm, 0, storm_host, 0, 1, 0},
    {"C09", "destroyed while its device is at work", destroyed, 0, 0, 0, 1, 0},
};
const uint32_t device_attack_count = sizeof device_attacks / sizeof device_attacks[0];
