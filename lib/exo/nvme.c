/* SPDX-License-Identifier: MIT */
/* nvme.c - see nvme.h. Memory: two pages for each queue, a list of pages, the buffer; then two pages of registers. */
#include "lib/exo/nvme.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

#define DMA_BASE    0x10000000ull /* the memory, as the disk sees it */
#define QUEUE_SIZE  32
#define PATIENCE_NS 60000000000ull

enum page {
    PAGE_ADMIN,
    PAGE_ADMIN_DONE,
    PAGE_IO,
    PAGE_IO_DONE,
    PAGE_LIST,
    PAGE_BUFFER
};
#define PAGES (PAGE_BUFFER + EXO_NVME_BUFFER_PAGES)

#define REG_CAP      0x00 /* 64 bits */
#define REG_CONFIG   0x14
#define REG_STATUS   0x1c
#define REG_SIZES    0x24
#define REG_ADMIN    0x28 /* 64 bits each */
#define REG_ADMIN_CQ 0x30
#define REG_BELLS    0x1000
#define CONFIG_ON    (1 | 6 << 16 | 4 << 20) /* enabled; entries of 64 and 16 bytes */
#define STATUS_READY 1
#define STATUS_FATAL 2

#define ADMIN_CREATE_SQ 1
#define ADMIN_CREATE_CQ 5
#define ADMIN_IDENTIFY  6

static void *page_at(const struct exo_nvme *nvme, uint32_t index)
{
    return (void *)(nvme->address + (uint64_t)index * EXO_PAGE_SIZE);
}

static uint64_t seen(uint32_t index) /* by the disk */
{
    return DMA_BASE + (uint64_t)index * EXO_PAGE_SIZE;
}

static volatile uint32_t *reg(const struct exo_nvme *nvme, uint64_t offset)
{
    return (volatile uint32_t *)(nvme->address + PAGES * EXO_PAGE_SIZE + offset);
}

uint8_t *exo_nvme_buffer(const struct exo_nvme *nvme)
{
    return page_at(nvme, PAGE_BUFFER);
}

uint64_t exo_nvme_seen(const struct exo_nvme *nvme, uint32_t page)
{
    (void)nvme;
    return seen(PAGE_BUFFER + page);
}

/* --- Commands ----------------------------------------------------------------------------------------- */

static bool answered(const struct exo_nvme_queue *q)
{
    return (q->answers[q->head].status & 1) == q->phase;
}

static void submit(struct exo_nvme_queue *q, const struct exo_nvme_command *command)
{
    q->commands[q->tail] = *command;
    q->tail = (q->tail + 1) % QUEUE_SIZE;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    *q->bell = q->tail;
}

/* Hands a command over and sleeps until its interrupt has come: the status, 0 if all is well. */
static uint32_t run(struct exo_nvme_queue *q, const struct exo_nvme_command *command)
{
    uint64_t deadline = exo_time_ns() + PATIENCE_NS;

    submit(q, command);
    while (!answered(q) && exo_time_ns() < deadline)
        (void)exo_sleep(0, 0, deadline);
    if (!answered(q))
        return EXO_NVME_NO_ANSWER;
    __atomic_fetch_and(&((struct exo_upcall *)INSTANCE_UPCALL_ADDRESS)->events, ~(1ull << q->event),
                       __ATOMIC_SEQ_CST);
    uint32_t status = q->answers[q->head].status >> 1;

    q->head = (q->head + 1) % QUEUE_SIZE;
    if (!q->head)
        q->phase ^= 1;
    *q->done_bell = q->head;
    return status;
}

uint32_t exo_nvme_run(struct exo_nvme *nvme, const struct exo_nvme_command *command)
{
    return run(&nvme->io, command);
}

void exo_nvme_submit(struct exo_nvme *nvme, const struct exo_nvme_command *command)
{
    submit(&nvme->io, command);
}

uint32_t exo_nvme_transfer(struct exo_nvme *nvme, uint32_t opcode, uint64_t block, uint32_t bytes,
                           uint32_t at)
{
    uint64_t *list = page_at(nvme, PAGE_LIST);
    uint32_t pages = (bytes + EXO_PAGE_SIZE - 1) / EXO_PAGE_SIZE;
    struct exo_nvme_command command = {
        .opcode = opcode,
        .space = 1,
        .page = {seen(PAGE_BUFFER) + at},
        .argument = {(uint32_t)block, (uint32_t)(block >> 32), bytes / nvme->block_bytes - 1}};

    for (uint32_t i = 1; i < pages; i++)
        list[i - 1] = seen(PAGE_BUFFER + i);
    command.page[1] = pages > 2 ? seen(PAGE_LIST) : pages > 1 ? list[0] : 0;
    return run(&nvme->io, &command);
}

uint32_t exo_nvme_flush(struct exo_nvme *nvme)
{
    return run(&nvme->io, &(struct exo_nvme_command){.opcode = EXO_NVME_FLUSH, .space = 1});
}

/* --- Start -------------------------------------------------------------------------------------------- */

static int64_t queue_init(struct exo_nvme *nvme, struct exo_nvme_queue *q, uint32_t number,
                          uint32_t first_page)
{
    uint64_t stride = 4ull << (reg(nvme, REG_CAP)[1] & 15);

    *q = (struct exo_nvme_queue){.commands = page_at(nvme, first_page),
                                 .answers = page_at(nvme, first_page + 1),
                                 .bell = reg(nvme, REG_BELLS + 2 * number * stride),
                                 .done_bell = reg(nvme, REG_BELLS + (2 * number + 1) * stride),
                                 .event = EXO_NVME_EVENT + number,
                                 .phase = 1};
    return exo_device_interrupt(EXO_SLOT, nvme->device->row, number, q->event);
}

static bool wait_ready(const struct exo_nvme *nvme, uint32_t ready)
{
    uint64_t deadline = exo_time_ns() + PATIENCE_NS;

    while ((*reg(nvme, REG_STATUS) & (STATUS_READY | STATUS_FATAL)) != ready)
        if (exo_time_ns() > deadline)
            return false;
    return true;
}

static void write64(const struct exo_nvme *nvme, uint64_t offset, uint64_t value)
{
    reg(nvme, offset)[0] = (uint32_t)value;
    reg(nvme, offset)[1] = (uint32_t)(value >> 32);
}

/* A text that blanks fill up. */
static void text_copy(char *to, const uint8_t *from, uint32_t bytes)
{
    memcpy(to, from, bytes);
    to[bytes] = '\0';
    while (bytes && to[bytes - 1] == ' ')
        to[--bytes] = '\0';
}

static const char *identify(struct exo_nvme *nvme)
{
    struct exo_nvme_command command = {
        .opcode = ADMIN_IDENTIFY, .page = {seen(PAGE_BUFFER)}, .argument = {1}};
    const uint8_t *answer = exo_nvme_buffer(nvme);

    if ((nvme->status = run(&nvme->admin, &command)) != 0)
        return "identify";
    text_copy(nvme->serial, answer + 4, 20);
    text_copy(nvme->model, answer + 24, 40);
    nvme->chunk_bytes = EXO_NVME_BUFFER_PAGES * EXO_PAGE_SIZE;
    if (answer[77] && answer[77] < 5) /* it takes fewer pages at once than we have */
        nvme->chunk_bytes = (1u << answer[77]) * EXO_PAGE_SIZE;
    command.argument[0] = 0;
    command.space = 1;
    if ((nvme->status = run(&nvme->admin, &command)) != 0)
        return "identify namespace 1";
    memcpy(&nvme->blocks, answer, sizeof nvme->blocks);
    uint8_t shift = answer[128 + (answer[26] & 15) * 4 + 2];

    if (shift < 9 || shift > 12)
        return "a size of blocks that is not served";
    nvme->block_bytes = 1u << shift;
    return NULL;
}

static const char *queues_make(struct exo_nvme *nvme)
{
    struct exo_nvme_command command = {
        .opcode = ADMIN_CREATE_CQ,
        .page = {seen(PAGE_IO_DONE)},
        .argument = {(QUEUE_SIZE - 1) << 16 | 1, 1 << 16 | 3}}; /* interrupt 1, in one piece */

    if ((nvme->status = run(&nvme->admin, &command)) != 0)
        return "a completion queue";
    command.opcode = ADMIN_CREATE_SQ;
    command.page[0] = seen(PAGE_IO);
    command.argument[1] = 1 << 16 | 1; /* answers to queue 1, in one piece */
    nvme->status = run(&nvme->admin, &command);
    return nvme->status ? "a submission queue" : NULL;
}

int64_t exo_nvme_master(const struct exo_nvme *nvme)
{
    return exo_device_write(EXO_SLOT, nvme->device->row, EXO_PCI_COMMAND, 2,
                            EXO_PCI_COMMAND_MEMORY | EXO_PCI_COMMAND_MASTER |
                                EXO_PCI_COMMAND_NO_INTX);
}

/* Memory that disk and program share, and registers. 0 or -EXO_E_*, with *what. */
static int64_t bind(struct exo_nvme *nvme, const char **what)
{
    struct exo_space *space = &nvme->domain->space;

    *what = "its registers";
    int64_t error = exo_registers_map(space, nvme->address + PAGES * EXO_PAGE_SIZE,
                                      &nvme->device->device.bar[0], 0, 2 * EXO_PAGE_SIZE);

    if (!error) {
        *what = "memory for it";
        error =
            exo_domain_map(nvme->domain, nvme->address, PAGES, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    }
    if (!error) {
        *what = "its tables";
        error = exo_dma_open(&nvme->dma, space);
    }
    for (uint32_t i = 0; !error && i < PAGES; i++) {
        uint64_t entry = exo_mapping((uint64_t)page_at(nvme, i), NULL);

        error = exo_dma_map(&nvme->dma, seen(i), (entry & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT, 1,
                            EXO_PTE_WRITE);
    }
    if (!error) {
        *what = "its domain";
        error = exo_device_domain(EXO_SLOT, nvme->device->row, nvme->dma.root);
    }
    if (!error) {
        *what = "its command register";
        error = exo_nvme_master(nvme);
    }
    return error;
}

const char *exo_nvme_open(struct exo_nvme *nvme, struct exo_domain *domain,
                          const struct instance_device *device, uint64_t address)
{
    const char *what;

    *nvme = (struct exo_nvme){
        .domain = domain, .device = device, .address = address, .block_bytes = 512};
    int64_t error = bind(nvme, &what);

    if (!error) {
        *reg(nvme, REG_CONFIG) = 0;
        if (!wait_ready(nvme, 0))
            return "it does not stop";
        what = "its interrupts";
        error = queue_init(nvme, &nvme->admin, 0, PAGE_ADMIN);
    }
    if (!error)
        error = queue_init(nvme, &nvme->io, 1, PAGE_IO);
    nvme->status = (uint32_t)-error;
    if (error)
        return what;
    *reg(nvme, REG_SIZES) = (QUEUE_SIZE - 1) << 16 | (QUEUE_SIZE - 1);
    write64(nvme, REG_ADMIN, seen(PAGE_ADMIN));
    write64(nvme, REG_ADMIN_CQ, seen(PAGE_ADMIN_DONE));
    *reg(nvme, REG_CONFIG) = CONFIG_ON;
    if (!wait_ready(nvme, STATUS_READY))
        return "it does not get ready";
    what = identify(nvme);
    return what ? what : queues_make(nvme);
}

int64_t exo_nvme_close(struct exo_nvme *nvme)
{
    int64_t error = exo_device_domain(EXO_SLOT, nvme->device->row, 0);

    return error ? error : exo_dma_close(&nvme->dma);
}
