/* SPDX-License-Identifier: MIT */
/*
 * pci.c - PCI functions: found at boot, exposed, claimed by one domain each.
 *
 * Invariants (under env_lock):
 *   1. A function's registers are mapped only while it is claimed, by domains that dominate its guard; `mapped` counts
 *      the entries, and the guard changes at 0 only.
 *   2. Users never map or write MSI-X tables and never write BARs or message capabilities: the kernel alone says
 *      where a function's interrupt messages go.
 *   3. Behind the IOMMU a function reaches what the tree of its domain maps (device_domain), and nothing without one. A
 *      function that nothing holds back can reach all memory: turning its mastering on needs the device right,
 *      which init gives only to those whose manifest trusts them.
 *   4. What an owner started is over before the next one, or the owner of memory that it reached, has anything of it:
 *      device_quiesce ends mastering, interrupts and domain, and resets the function if it can be reset.
 * Not here: drivers.
 * Source: PCI Local Bus Specification 3.0, "Configuration Space", "MSI-X Capability"; PCI Express Base Specification,
 * "Function Level Reset (FLR)".
 */
#include "dev/pci.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/table.h"

#define CONFIG_ADDRESS  0xcf8
#define CONFIG_DATA     0xcfc
#define REG_COMMAND     0x04
#define REG_CLASS       0x08
#define REG_HEADER      0x0c
#define REG_BAR         0x10
#define REG_BUSES       0x18
#define REG_CAPS        0x34
#define COMMAND_MEMORY  2
#define COMMAND_MASTER  4
#define COMMAND_NO_INTX 0x400
#define COMMAND_OWNERS  (COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX)
#define CAP_MSI         5
#define CAP_EXPRESS     16
#define CAP_MSIX        17
#define EXPRESS_CAN     4 /* registers of that capability */
#define EXPRESS_CONTROL 8
#define CAN_RESET       (1u << 28)
#define CONTROL_RESET   0x8000
#define RESET_NS        100000000ull
#define VENDOR_VIRTIO   0x1af4
#define FAULTS_MAX                                                                                 \
    16 /* so many, and the function masters the bus no more until its owner says so again */
#define MSIX_ENTRIES 64 /* that we serve */
#define CAPS_MAX     48
#define VECTORS      (VECTOR_DEVICE_END - VECTOR_DEVICE)

struct vector_use {
    uint64_t env; /* id; 0: free, or the kernel's */
    uint32_t event;
    uint32_t device;
    uint32_t told;         /* how often the env had been told when the last one came */
    void (*handler)(void); /* of a driver in the kernel */
};

static struct exo_device *devices;
struct pci_function pci_functions[EXO_DEVICE_MAX];
static struct vector_use vectors[VECTORS];
static uint32_t vectors_per_function; /* every function present can have as many */
static struct bus {
    uint16_t top; /* function of the first bus that leads there; 0: there is no such bus */
    bool direct;  /* and no bridge in between */
} buses[256];

static uint32_t config_read(uint16_t address, uint32_t offset)
{
    port_write32(CONFIG_ADDRESS, 0x80000000u | (uint32_t)address << 8 | (offset & 0xfc));
    return port_read32(CONFIG_DATA);
}

static void config_write(uint16_t address, uint32_t offset, uint32_t value)
{
    port_write32(CONFIG_ADDRESS, 0x80000000u | (uint32_t)address << 8 | (offset & 0xfc));
    port_write32(CONFIG_DATA, value);
}

static void command_set(uint16_t address, uint32_t clear, uint32_t set)
{
    config_write(address, REG_COMMAND, (config_read(address, REG_COMMAND) & 0xffff & ~clear) | set);
}

/* Which bits of a register keep what is written. */
static uint32_t probe(uint16_t address, uint32_t reg)
{
    uint32_t old = config_read(address, reg);

    config_write(address, reg, UINT32_MAX);
    uint32_t kept = config_read(address, reg);

    config_write(address, reg, old);
    return kept;
}

/* Place and length of a BAR; decoding is off meanwhile. Returns the registers it takes (1 or 2). */
static uint32_t bar_read(uint16_t address, uint32_t index, struct exo_bar *out)
{
    uint32_t reg = REG_BAR + index * 4;
    uint32_t low = config_read(address, reg);
    bool wide = (low & 7) == 4 && index < 5;
    uint64_t high = wide ? config_read(address, reg + 4) : 0;
    uint64_t mask = wide ? probe(address, reg + 4) : UINT32_MAX;

    if (low & 1)
        return 1; /* ports are not given out */
    mask = mask << 32 | (probe(address, reg) & ~15u);
    if (low & ~15u || high) {
        out->address = high << 32 | (low & ~15u);
        out->length = ~mask + 1;
    }
    return wide ? 2 : 1;
}

/* The next capability with this id behind `after` (0: the first); 0: none. */
static uint8_t capability(uint16_t address, uint32_t id, uint32_t after)
{
    uint32_t at =
        (after ? config_read(address, after) >> 8 : config_read(address, REG_CAPS)) & 0xfc;

    for (int i = 0; i < CAPS_MAX && at >= 0x40; i++, at = config_read(address, at) >> 8 & 0xfc)
        if ((config_read(address, at) & 0xff) == id)
            return (uint8_t)at;
    return 0;
}

volatile void *pci_map(uint32_t row, uint32_t bar, uint32_t offset, uint32_t bytes)
{
    const struct exo_bar *where = bar < 6 ? &devices[row].bar[bar] : NULL;

    if (!where || !where->address || offset > where->length || bytes > where->length - offset)
        return NULL;
    return arch_map_registers(where->address + offset, bytes);
}

static void caps_read(uint32_t row)
{
    struct exo_device *device = &devices[row];
    struct pci_function *function = &pci_functions[row];

    if (!(config_read(device->address, REG_COMMAND) >> 16 & 0x10))
        return;
    function->msi_cap = capability(device->address, CAP_MSI, 0);
    function->express_cap = capability(device->address, CAP_EXPRESS, 0);
    function->msix_cap = capability(device->address, CAP_MSIX, 0);
    if (!function->msix_cap)
        return;
    uint32_t entries = (config_read(device->address, function->msix_cap) >> 16 & 0x7ff) + 1;
    uint32_t where = config_read(device->address, function->msix_cap + 4);

    function->msix = pci_map(row, where & 7, where & ~7u, entries * 16);
    if (!function->msix)
        return;
    uint64_t table = device->bar[where & 7].address + (where & ~7u);

    function->msix_first = table >> EXO_PAGE_SHIFT;
    function->msix_last = (table + entries * 16 - 1) >> EXO_PAGE_SHIFT;
    device->interrupts = entries < MSIX_ENTRIES ? (uint16_t)entries : MSIX_ENTRIES;
}

static void function_read(uint16_t address, uint32_t id, uint32_t row)
{
    struct exo_device *device = &devices[row];
    uint32_t header = config_read(address, REG_HEADER) >> 16 & 0x7f;
    uint32_t command = config_read(address, REG_COMMAND) & 0xffff;

    device->present = 1;
    device->address = address;
    device->vendor = (uint16_t)id;
    device->device = (uint16_t)(id >> 16);
    device->class_code = config_read(address, REG_CLASS) >> 8;
    arch_dma_attach(address, row + 1, 0, false);
    pci_functions[row].covered = arch_dma_covers(address >> 8 ? buses[address >> 8].top : address);
    if (header)
        return; /* bridges are shown, not given out with registers */
    config_write(address, REG_COMMAND, command & ~(uint32_t)(COMMAND_MEMORY | 1 | COMMAND_MASTER));
    for (uint32_t i = 0; i < 6;)
        i += bar_read(address, i, &device->bar[i]);
    config_write(address, REG_COMMAND, (command | COMMAND_MEMORY) & ~(uint32_t)COMMAND_MASTER);
    caps_read(row);
}

/* --- What a function may reach -------------------------------------------------------------------------- */

/* The IOMMU refused accesses: they are counted, envs with interrupts of the function are told, and it is stopped when it
 * goes on. REQUIRES(no lock). */
static void dma_faults(void)
{
    uint16_t address;

    lock_take(&env_lock);
    while (arch_dma_fault(&address)) {
        uint32_t row = 0;

        while (row < EXO_DEVICE_MAX && (!devices[row].present || devices[row].address != address))
            row++;
        if (row == EXO_DEVICE_MAX)
            continue;
        if (!(++devices[row].faults % FAULTS_MAX))
            command_set(address, COMMAND_MASTER, 0);
        for (uint32_t v = 0; v < VECTORS; v++) {
            struct env *env =
                vectors[v].env && vectors[v].device == row ? env_find(vectors[v].env) : NULL;

            if (env)
                env_notify(env, 1ull << EXO_EVENT_DMA_FAULT);
        }
    }
    lock_drop(&env_lock);
}

/* REQUIRES(memory_lock). */
static void domain_set(uint32_t row, uint64_t root, bool all)
{
    struct pci_function *function = &pci_functions[row];

    if (function->root == root && function->all == all)
        return;
    if (root)
        frame_table[root].references++;
    arch_dma_attach(devices[row].address, row + 1, root, all);
    if (function->root)
        frame_table[function->root].references--;
    function->root = root;
    function->all = all;
}

/* Does the IOMMU see all its accesses under its own name? Not if it can talk to neighbours below a bridge; and virtio
 * devices of a virtual machine may be made to go around it. */
static bool held_back(uint32_t row)
{
    uint32_t bus = devices[row].address >> 8;

    if (!pci_functions[row].covered || devices[row].vendor == VENDOR_VIRTIO)
        return false;
    for (uint32_t d = 0; bus && d < EXO_DEVICE_MAX; d++)
        if (d != row && devices[d].present && devices[d].address >> 8 == bus)
            return false;
    return !bus || (buses[bus].direct && !devices[EXO_DEVICE_MAX - 1].present);
}

void pci_start(struct exo_device *table)
{
    uint32_t row = 0;

    devices = table;
    for (uint32_t bus = 0; bus < 256; bus++) {
        for (uint32_t slot = 0; (!bus || buses[bus].top) && slot < 32; slot++) {
            for (uint32_t f = 0; f < 8 && row < EXO_DEVICE_MAX; f++) {
                uint16_t address = (uint16_t)(bus << 8 | slot << 3 | f);
                uint32_t id = config_read(address, 0);

                if (id == UINT32_MAX && !f)
                    break;
                if (id == UINT32_MAX)
                    continue;
                uint32_t header = config_read(address, REG_HEADER) >> 16 & 0xff;

                function_read(address, id, row++);
                if ((header & 0x7f) == 1) {
                    uint32_t below = config_read(address, REG_BUSES) >> 8 & 0xff;

                    if (below > bus)
                        buses[below] =
                            (struct bus){.top = bus ? buses[bus].top : address, .direct = !bus};
                }
                if (!f && !(header & 0x80))
                    break;
            }
        }
    }
    vectors_per_function = (VECTORS - 1) / (row ? row : 1);
    if (arch_dma_levels)
        vectors[0].handler = dma_faults;
}

static struct path guard_of(const struct exo_device *device)
{
    return (struct path){.part = {device->owner_guard[0], device->owner_guard[1]},
                         .depth = device->owner_depth};
}

int pci_device_of(uint64_t frame)
{
    for (uint32_t d = 0; devices && d < EXO_DEVICE_MAX; d++) {
        for (uint32_t b = 0; b < 6; b++) {
            const struct exo_bar *bar = &devices[d].bar[b];
            uint64_t first = bar->address >> EXO_PAGE_SHIFT;

            if (bar->length < EXO_PAGE_SIZE || frame < first ||
                frame - first >= bar->length >> EXO_PAGE_SHIFT)
                continue;
            bool msix = pci_functions[d].msix && frame >= pci_functions[d].msix_first &&
                        frame <= pci_functions[d].msix_last;

            return msix ? -1 : (int)d;
        }
    }
    return -1;
}

bool device_covers(const struct cap *cap, uint64_t frame)
{
    int d = pci_device_of(frame);
    struct path guard = d < 0 ? (struct path){.depth = 0} : guard_of(&devices[d]);

    return d >= 0 && devices[d].claimed == 1 && path_dominates(&cap->path, &guard);
}

void device_count(uint64_t frame, int change)
{
    int d = pci_device_of(frame);

    if (d >= 0)
        __atomic_fetch_add(&pci_functions[d].mapped, (uint32_t)change,
                           __ATOMIC_RELAXED); /* memory_lock may be shared */
}

/* Messages of this MSI-X entry go to a vector of a CPU. No other may come meanwhile. */
static void message_set(uint32_t row, uint64_t index, uint32_t vector, uint32_t cpu)
{
    const struct pci_function *function = &pci_functions[row];
    volatile uint32_t *entry = &function->msix[index * 4];
    uint64_t address =
        arch_message(devices[row].address, function->covered, VECTOR_DEVICE + vector, cpu);

    entry[3] = 1; /* masked while it changes */
    entry[0] = (uint32_t)address;
    entry[1] = (uint32_t)(address >> 32);
    entry[2] = VECTOR_DEVICE + vector;
    entry[3] = 0;
    uint32_t control = config_read(devices[row].address, function->msix_cap);

    config_write(devices[row].address, function->msix_cap, (control & ~0x40000000u) | 0x80000000u);
}

/* Its function's messages wait in the function. */
static void entries_mask(const struct vector_use *use)
{
    volatile uint32_t *entry = pci_functions[use->device].msix;
    uint32_t vector = VECTOR_DEVICE + (uint32_t)(use - vectors);

    for (uint32_t i = 0; use->env && i < devices[use->device].interrupts; i++)
        if (entry[i * 4 + 2] == vector)
            entry[i * 4 + 3] = 1;
}

/* A vector is free: its function sends no messages there any more. */
static void vector_end(struct vector_use *use)
{
    arch_message_end(VECTOR_DEVICE + (uint32_t)(use - vectors));
    entries_mask(use);
    *use = (struct vector_use){0};
}

/* An interrupt of a function that an env holds. Apart, so that the kernel's own devices save no registers. */
static __attribute__((noinline)) void tell_owner(struct vector_use *use)
{
    lock_take(&env_lock);
    struct env *env = use->env ? env_find(use->env) : NULL;

    if (env && use->told == env->told) { /* a second one before it could look: no more until then */
        entries_mask(use);
        env->held = 1;
    }
    if (env) {
        use->told = env->told;
        env_notify(env, 1ull << use->event);
    } else if (use->env) {
        vector_end(use); /* nobody is there to hear of them */
    }
    lock_drop(&env_lock);
}

__attribute__((noinline)) void device_interrupt(uint32_t vector)
{
    struct vector_use *use = &vectors[vector - VECTOR_DEVICE];

    if (use->handler)
        use->handler(); /* of the kernel's own devices: set at boot */
    else
        tell_owner(use);
}

/* What an interrupt costs is its owner's: they come to the CPU on which it runs. */
__attribute__((noinline)) void device_resume(struct env *env)
{
    lock_take(&env_lock);
    env->held = 0;
    for (uint32_t v = 0; v < VECTORS; v++) {
        volatile uint32_t *entry = pci_functions[vectors[v].device].msix;

        if (vectors[v].env != env->id)
            continue;
        for (uint32_t i = 0; i < devices[vectors[v].device].interrupts; i++)
            if (entry[i * 4 + 2] == VECTOR_DEVICE + v && entry[i * 4 + 3] & 1)
                message_set(vectors[v].device, i, v, this_cpu()->index);
    }
    lock_drop(&env_lock);
}

/* --- For the kernel's own drivers, at boot ------------------------------------------------------------ */

uint32_t pci_find(uint16_t vendor, uint16_t device)
{
    uint32_t row = 0;

    while (row < EXO_DEVICE_MAX && (!devices[row].present || devices[row].vendor != vendor ||
                                    devices[row].device != device))
        row++;
    return row;
}

void pci_own(uint32_t row)
{
    devices[row].claimed = EXO_DEVICE_KERNEL;
    domain_set(row, 0, true);
    command_set(devices[row].address, 0, COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX);
}

uint32_t pci_read(uint32_t row, uint32_t offset)
{
    return config_read(devices[row].address, offset);
}

uint32_t pci_capability(uint32_t row, uint32_t id, uint32_t after)
{
    return capability(devices[row].address, id, after);
}

bool pci_handler(uint32_t row, uint32_t index, uint32_t cpu, void (*handler)(void))
{
    struct vector_use *use = vectors;

    while (use < vectors + VECTORS && (use->env || use->handler))
        use++;
    if (use == vectors + VECTORS || index >= devices[row].interrupts)
        return false;
    use->handler = handler;
    message_set(row, index, (uint32_t)(use - vectors), cpu);
    return true;
}

/* Is its reset over? Then the registers that the reset lost are what they were. */
static bool device_ready(uint32_t index)
{
    struct pci_function *function = &pci_functions[index];
    uint16_t address = devices[index].address;

    if (function->reset_ns > arch_now_ns())
        return false;
    for (uint32_t i = 0; function->reset_ns && i < 6; i++) {
        uint64_t base = devices[index].bar[i].address;

        if (base)
            config_write(address, REG_BAR + i * 4, (uint32_t)base);
        if (base && (config_read(address, REG_BAR + i * 4) & 7) == 4)
            config_write(address, REG_BAR + i * 4 + 4, (uint32_t)(base >> 32));
    }
    if (function->reset_ns)
        command_set(address, 0, COMMAND_MEMORY);
    function->reset_ns = 0;
    return true;
}

/* The claimed function that a call names. REQUIRES(env_lock). 0 or EXO_E_*. */
static int device_held(struct env *self, uint32_t slot, uint64_t index, uint32_t rights,
                       struct exo_device **out)
{
    struct cap cap;
    struct exo_device *device = &devices[index];
    struct path guard = guard_of(device);
    int error = -cap_get(self->cap, slot, rights, &cap);

    if (error)
        return error;
    if (!device->present)
        return EXO_E_NONE;
    if (device->claimed != 1 || !path_dominates(&cap.path, &guard))
        return EXO_E_CAP;
    if (!device_ready((uint32_t)index))
        return EXO_E_AGAIN;
    pci_functions[index].used = true;
    *out = device;
    return 0;
}

/* Whatever it was doing ends. Its registers are lost: device_ready. */
static void device_reset(uint32_t index)
{
    struct pci_function *function = &pci_functions[index];
    uint16_t address = devices[index].address;
    uint32_t express = function->express_cap;

    if (!express || !(config_read(address, express + EXPRESS_CAN) & CAN_RESET))
        return;
    config_write(address, express + EXPRESS_CONTROL,
                 (config_read(address, express + EXPRESS_CONTROL) & 0xffff) | CONTROL_RESET);
    function->reset_ns = arch_now_ns() + RESET_NS;
}

/* It masters the bus no more, its interrupts reach nobody and it reaches no memory. REQUIRES(env_lock, memory_lock). */
static void device_quiesce(uint32_t index)
{
    struct pci_function *function = &pci_functions[index];

    if (function->reset_ns && !function->used)
        return; /* already done */
    command_set(devices[index].address, COMMAND_MASTER, 0);
    domain_set(index, 0, false);
    for (struct vector_use *use = vectors; use < vectors + VECTORS; use++)
        if (use->env && use->device == index)
            vector_end(use);
    if (function->used)
        device_reset(index);
    function->used = false;
}

static void device_own(struct exo_device *device, bool claimed, const struct path *owner)
{
    device->claimed = claimed;
    device->owner_guard[0] = owner->part[0];
    device->owner_guard[1] = owner->part[1];
    device->owner_depth = owner->depth;
}

bool device_release(const struct cap *under, bool end)
{
    bool all = true;

    for (uint32_t d = 0; d < EXO_DEVICE_MAX; d++) {
        struct path guard = guard_of(&devices[d]);
        int error = 0;

        if (pci_functions[d].root && frame_dominated(pci_functions[d].root, under, &error))
            domain_set(d, 0, false); /* the domain ends, whoever has the function */
        if (!devices[d].claimed || !path_dominates(&under->path, &guard))
            continue;
        device_quiesce(d);
        if (end && pci_functions[d].mapped)
            all = false;
        else if (end)
            device_own(&devices[d], false, &(struct path){.depth = 0});
    }
    return all;
}

struct call_result call_device_claim(struct env *, const struct cap *cap, uint64_t device,
                                     const struct cap *to, uint64_t flags)
{
    struct exo_device *row = &devices[device];
    int error = 0;

    lock_take(&env_lock);
    struct path guard = guard_of(row);

    if (!row->present)
        error = EXO_E_NONE;
    else if (row->claimed == EXO_DEVICE_KERNEL)
        error = EXO_E_BUSY;
    else if (row->claimed && !path_dominates(&cap->path, &guard))
        error = EXO_E_CAP;
    else if (!row->claimed && (!(cap->rights & EXO_RIGHT_DEVICE) || flags))
        error = flags ? EXO_E_CAP : EXO_E_RIGHT;
    else if (!device_ready((uint32_t)device))
        error = EXO_E_AGAIN;
    lock_take(&memory_lock);
    if (!error && pci_functions[device].mapped)
        error = EXO_E_BUSY;
    if (!error) {
        device_quiesce((uint32_t)device);
        device_own(row, !flags, flags ? &(struct path){.depth = 0} : &to->path);
    }
    lock_drop(&memory_lock);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

static bool access_ok(uint64_t offset, uint64_t width)
{
    return (width == 1 || width == 2 || width == 4) && !(offset & (width - 1));
}

struct call_result call_device_read(struct env *self, uint32_t slot, uint64_t device,
                                    uint64_t offset, uint64_t width)
{
    struct exo_device *row = NULL;
    uint32_t value = 0;

    if (!access_ok(offset, width))
        return call_error(EXO_E_ARG);
    lock_take(&env_lock);
    int error = device_held(self, slot, device, EXO_RIGHT_READ, &row);

    if (!error)
        value = config_read(row->address, (uint32_t)offset) >> (offset & 3) * 8;
    lock_drop(&env_lock);
    return error ? call_error(error)
                 : (struct call_result){.value = value & (uint32_t)((1ull << width * 8) - 1),
                                        .second = row->faults};
}

/* Registers that users may write: the command register's lower half, and what lies above the header but in no
 * message capability. */
static bool writable(const struct pci_function *function, uint64_t offset, uint64_t width)
{
    if (offset < 0x40)
        return offset == REG_COMMAND && width == 2;
    if (function->msix_cap && offset + width > function->msix_cap &&
        offset < function->msix_cap + 12u)
        return false;
    return !function->msi_cap || offset + width <= function->msi_cap ||
           offset >= function->msi_cap + 24u;
}

struct call_result call_device_write(struct env *self, uint32_t slot, uint64_t device,
                                     uint64_t offset, uint64_t width, uint64_t value)
{
    struct exo_device *row = NULL;

    if (!access_ok(offset, width) || !writable(&pci_functions[device], offset, width))
        return call_error(EXO_E_ARG);
    lock_take(&env_lock);
    int error = device_held(self, slot, device, EXO_RIGHT_WRITE, &row);

    bool trusted = !error && self->cap[slot].rights & EXO_RIGHT_DEVICE;
    bool master = offset == REG_COMMAND && value & COMMAND_MASTER;

    if (!error && !trusted &&
        (offset != REG_COMMAND || value & ~(uint64_t)COMMAND_OWNERS ||
         (master && !held_back((uint32_t)device))))
        error = EXO_E_RIGHT;
    if (!error) {
        if (master) {
            lock_take(&memory_lock);
            domain_set((uint32_t)device, pci_functions[device].root,
                       trusted && !pci_functions[device].root);
            lock_drop(&memory_lock);
        }
        uint32_t shift = (offset & 3) * 8;
        uint32_t mask = (uint32_t)((1ull << width * 8) - 1) << shift;
        uint32_t old = config_read(row->address, (uint32_t)offset);

        if (offset == REG_COMMAND)
            old &= 0xffff; /* status bits are cleared by writing ones: leave them */
        config_write(row->address, (uint32_t)offset,
                     (old & ~mask) | ((uint32_t)value << shift & mask));
    }
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

/* A vector for this (device, event); the same one again if it has one. Each function has its share of them, so that
 * nobody can use up another's. */
static struct vector_use *vector_take(uint64_t env, uint32_t device, uint32_t event)
{
    struct vector_use *spare = NULL;
    uint32_t used = 0;

    for (uint32_t v = 0; v < VECTORS; v++) {
        if (vectors[v].env == env && vectors[v].device == device && vectors[v].event == event)
            return &vectors[v];
        if (!spare && !vectors[v].handler && (!vectors[v].env || !env_find(vectors[v].env)))
            spare = &vectors[v];
        else if (vectors[v].device == device && env_find(vectors[v].env))
            used++;
    }
    return used < vectors_per_function ? spare : NULL;
}

struct call_result call_device_interrupt(struct env *self, uint32_t slot, uint64_t device,
                                         uint64_t index, uint64_t event)
{
    struct exo_device *row = NULL;
    struct vector_use *use = NULL;

    lock_take(&env_lock);
    int error = device_held(self, slot, device, EXO_RIGHT_WRITE, &row);

    if (!error && index >= row->interrupts)
        error = EXO_E_NONE;
    if (!error && !(use = vector_take(self->id, (uint32_t)device, (uint32_t)event)))
        error = EXO_E_BUSY;
    if (!error) {
        if (use->env != self->id) /* else it is in use: for another of the function's messages */
            vector_end(use);      /* that an env left behind when it died */
        *use = (struct vector_use){
            .env = self->id, .event = (uint32_t)event, .device = (uint32_t)device, .told = self->told - 1};
        message_set((uint32_t)device, index, (uint32_t)(use - vectors), this_cpu()->index);
    }
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}

struct call_result call_device_domain(struct env *self, uint32_t slot, uint64_t device,
                                      uint64_t root)
{
    struct exo_device *row = NULL;
    struct cap cap;

    lock_take(&env_lock);
    lock_take(&memory_lock);
    int error = device_held(self, slot, device, EXO_RIGHT_WRITE, &row);

    if (!error && !arch_dma_levels)
        error = EXO_E_NONE;
    if (!error && root)
        error = -cap_get(self->cap, slot, 0, &cap);
    if (!error && root)
        error = dma_root_check(&cap, root);
    if (!error)
        domain_set((uint32_t)device, root, false);
    lock_drop(&memory_lock);
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}
