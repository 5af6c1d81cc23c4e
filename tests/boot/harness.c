/* SPDX-License-Identifier: MIT */
/* harness.c - TAP, children, and the run of all boot tests with a count of frames before and after.
 */
#include "tests/boot/boot.h"
#include <stdarg.h>
#include "lib/exo/format.h"
#include "base/string.h"

#define STACK_BYTES  8192
#define UPCALL_PAGES 0x160000000000ull

_Noreturn void init_main(const struct exo_init_start *start);

struct child children[CHILDREN];
static uint8_t child_stacks[CHILDREN][STACK_BYTES] __attribute__((aligned(16)));
static uint8_t handler_stacks[CHILDREN][STACK_BYTES] __attribute__((aligned(16)));
static uint32_t test_number;
static uint32_t failed;
static bool audits; /* a test kernel */

void console_text(const char *text, uint64_t length)
{
    for (uint64_t done = 0; done < length; done += EXO_CONSOLE_MAX)
        (void)exo_console_write(CAP_ROOT, text + done,
                                length - done < EXO_CONSOLE_MAX ? length - done : EXO_CONSOLE_MAX);
}

static void print_line(const char *head, const char *fmt, va_list arguments)
{
    char line[256];
    int length = format(line, sizeof line, "%s", head);

    length += format_list(line + length, sizeof line - (size_t)length - 1, fmt, arguments);
    if (length > (int)sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    console_text(line, (uint64_t)length);
}

void note(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    print_line("# ", fmt, arguments);
    va_end(arguments);
}

static void result(bool ok, const char *fmt, va_list arguments)
{
    char head[40];

    failed += !ok;
    format(head, sizeof head, "%s %u - ", ok ? "ok" : "not ok", ++test_number);
    print_line(head, fmt, arguments);
}

void check(bool ok, const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    result(ok, fmt, arguments);
    va_end(arguments);
}

void expect(int64_t got, int64_t want, const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    result(got == want, fmt, arguments);
    va_end(arguments);
    if (got != want)
        note("  got %ld, want %ld", (long)got, (long)want);
}

#define STRETCH_MAX 20000 /* instructions with interrupts off: the budget */

_Noreturn static void finish(void)
{
    uint64_t number;
    for (uint64_t n = 0; n < 512; n++)
        if (exo_test(EXO_TEST_LONGEST, n, 0) > STRETCH_MAX)
            note("kernel entry 0x%lx: %ld ticks", (unsigned long)n,
                 (long)exo_test(EXO_TEST_LONGEST, n, 0));
    int64_t ticks = exo_test_2(EXO_TEST_LONGEST, 512, 0, &number);

    if (ticks >= 0) /* under -icount shift=0 a tick is an instruction */
        note("longest kernel entry (0x1NN: vector NN), interrupts off: 0x%lx, %ld ticks", (unsigned long)number,
             (long)ticks);
    char line[64];
    int length = format(line, sizeof line, "1..%u\n", test_number);

    console_text(line, (uint64_t)length);
    (void)exo_machine_off(CAP_ROOT, failed ? BOOT_FAILED : BOOT_PASSED);
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

void init_fail(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    result(false, fmt, arguments);
    va_end(arguments);
    finish();
}

void init_log(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    print_line("# ", fmt, arguments);
    va_end(arguments);
}

/* --- Memory
 * -------------------------------------------------------------------------------------------- */

uint64_t frame_new(uint32_t slot)
{
    uint64_t frame = frames_take(slot, 1);

    if (!frame)
        init_fail("no free frame for a test");
    return frame;
}

void frame_drop(uint64_t frame)
{
    int64_t error = exo_frame_free(CAP_ROOT, frame, 1);

    if (error)
        check(false, "frame %lu can be freed (error %ld, kind %u, references %u)",
              (unsigned long)frame, (long)error, machine.frames[frame].kind,
              machine.frames[frame].references);
}

int64_t page_map(uint32_t index, uint64_t frame, uint64_t bits)
{
    return exo_map(&machine.space, (uint64_t)page_at(index), frame, 1, bits);
}

int64_t page_unmap(uint32_t index)
{
    return exo_unmap(&machine.space, (uint64_t)page_at(index), 1);
}

uint64_t space_copy(void)
{
    uint64_t root = frame_new(CAP_ROOT);
    int64_t error = exo_table_create(CAP_ROOT, root, 4);

    for (uint64_t slot = 0; slot < 256 && !error; slot++) {
        uint64_t entry = *exo_entry(slot << 39, 4);

        if (entry & EXO_PTE_PRESENT)
            error = exo_link(&machine.space, root, slot << 39, 4, (entry & EXO_PTE_FRAME) >> 12);
    }
    if (error)
        check(false, "a second space can be made (error %ld)", (long)error);
    return root;
}

/* A CPU that ran in it may still have it loaded for a moment. */
void space_drop(uint64_t root)
{
    uint64_t deadline = exo_now_ns(machine.page) + 1000000000;
    int64_t error = -EXO_E_BUSY;

    while (error == -EXO_E_BUSY && exo_now_ns(machine.page) < deadline)
        error = exo_table_destroy(CAP_ROOT, root);
    if (error)
        check(false, "a second space can be destroyed (error %ld)", (long)error);
    frame_drop(root);
}

/* --- Children
 * -------------------------------------------------------------------------------------------- */

_Noreturn void child_rest(void)
{
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

static void child_entry(struct child *child)
{
    child->body(child);
    child_rest();
}

void child_handler(struct exo_context *context)
{
    struct child *child = exo_self()->owner;

    if (context->vector == EXO_VECTOR_SLICE_END) {
        (void)exo_yield();
        return;
    }
    if (context->vector < 32 && child->resume)
        context->rip = child->resume;
    child->trap = *context;
    child->traps++;
}

struct child *child_make(void (*body)(struct child *), const struct child_options *options)
{
    struct child *child = children;

    while (child < children + CHILDREN && child->env)
        child++;
    if (child == children + CHILDREN)
        init_fail("no child left for a test");
    uint32_t number = (uint32_t)(child - children);
    uint64_t upcall_address = UPCALL_PAGES + number * EXO_PAGE_SIZE;

    memset(child, 0, sizeof *child);
    child->number = number;
    child->body = body;
    child->frame = frame_new(options->slot);
    child->upcall_frame = frame_new(options->slot);
    child->upcall = (struct exo_upcall *)upcall_address;
    expect(exo_map(&machine.space, upcall_address, child->upcall_frame, 1,
                   EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE),
           0, "child %u: upcall page mapped", number);
    memset(child->upcall, 0, EXO_PAGE_SIZE);
    exo_self_init(&child->self, child->upcall, handler_stacks[number], STACK_BYTES,
                  options->handler ? options->handler : child_handler);
    child->self.owner = child;
    struct exo_env_config config = {
        .root = options->root ? options->root : machine.space.root,
        .upcall_frame = child->upcall_frame,
        .rip = (uint64_t)child_entry,
        .rsp = (uint64_t)child_stacks[number] + STACK_BYTES - 8, /* as after a call */
        .argument = (uint64_t)child,
        .gs_base = (uint64_t)&child->self,
        .trap_entry = options->no_trap_entry ? 0 : (uint64_t)instance_trap_entry,
        .syscall_entry = options->syscall_entry,
        .last_resort = options->last_resort,
        .transfer_entry = options->transfer_entry,
        .transfer_rsp = options->transfer_entry ? (uint64_t)child_stacks[number] + STACK_BYTES : 0,
        .guardian = machine.env,
        .open_events = options->open_events,
        .flags = options->flags,
    };
    int64_t id = exo_env_create(CAP_ROOT, child->frame, &config);

    if (id < 0)
        init_fail("child %u cannot be created: error %ld", number, (long)-id);
    child->env = (uint64_t)id;
    return child;
}

void child_run(const struct child *child, uint32_t cpu)
{
    int64_t error = exo_slice_set(CAP_ROOT, cpu, 2 + child->number, child->env);

    if (error)
        check(false, "child %u gets position %u of CPU %u (error %ld)", child->number,
              2 + child->number, cpu, (long)error);
}

void child_free(struct child *child)
{
    int64_t error = -EXO_E_BUSY;
    uint64_t deadline = exo_now_ns(machine.page) + 1000000000;

    while (error == -EXO_E_BUSY && exo_now_ns(machine.page) < deadline)
        error = exo_env_destroy(CAP_ROOT, child->env);
    if (error)
        check(false, "child %u can be destroyed (error %ld)", child->number, (long)error);
    for (uint32_t cpu = 0; cpu < machine.page->cpu_count; cpu++)
        (void)exo_slice_set(CAP_ROOT, cpu, 2 + child->number, 0);
    (void)exo_unmap(&machine.space, (uint64_t)child->upcall, 1);
    frame_drop(child->frame);
    frame_drop(child->upcall_frame);
    child->env = 0;
}

bool wait_for(const volatile uint64_t *word, uint64_t value, uint64_t ms)
{
    uint64_t deadline = exo_now_ns(machine.page) + ms * 1000000;

    while (*word < value && exo_now_ns(machine.page) < deadline)
        (void)exo_yield();
    return *word >= value;
}

int64_t raw_call(uint64_t number, const uint64_t argument[6], uint64_t *second)
{
    register uint64_t rax __asm__("rax") = number;
    register uint64_t rdi __asm__("rdi") = argument[0];
    register uint64_t rsi __asm__("rsi") = argument[1];
    register uint64_t rdx __asm__("rdx") = argument[2];
    register uint64_t r10 __asm__("r10") = argument[3];
    register uint64_t r8 __asm__("r8") = argument[4];
    register uint64_t r9 __asm__("r9") = argument[5];

    __asm__ volatile("syscall"
                     : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory");
    *second = rdx;
    return (int64_t)rax;
}

/* --- The run
 * --------------------------------------------------------------------------------------------- */

struct census {
    uint64_t kind[16];
    uint64_t references, links;
};

static struct census count_frames(void)
{
    struct census census = {0};

    for (uint64_t f = 0; f < machine.page->frame_count; f++) {
        census.kind[machine.frames[f].kind & 15]++;
        census.references += machine.frames[f].references;
        census.links += machine.frames[f].links;
    }
    return census;
}

static uint32_t count_capabilities(void)
{
    struct exo_cap cap;
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < EXO_CAP_SLOTS; slot++)
        count += exo_cap_read(slot, &cap) == 0 && cap.present;
    return count;
}

static uint32_t count_slices(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < machine.page->cpu_count * EXO_SLICE_COUNT; i++)
        count += machine.slices[i].guard_depth != 0;
    return count;
}

/* What follows `name` on the command line; NULL: it is not there. */
static const char *option(const char *name)
{
    for (const char *at = machine.page->command_line; *at; at++)
        if (strncmp(at, name, strlen(name)) == 0)
            return at + strlen(name);
    return NULL;
}

/* Runs one group, unless only another one is asked for (`only=time`); what it took it must have given back. Tables of
 * this space, made on first use, were warmed up. */
static void run_group(const char *name, void (*group)(void))
{
    const char *only = option("only=");

    if (only && strncmp(only, name, strlen(name)) != 0)
        return;
    struct census before = count_frames();
    uint32_t capabilities = count_capabilities();
    uint32_t slices = count_slices();

    note("%s", name);
    group();
    struct census after = count_frames();

    for (uint32_t k = 0; k < 16; k++)
        expect((int64_t)after.kind[k], (int64_t)before.kind[k], "%s: no leak: frames of kind %u",
               name, k);
    expect((int64_t)after.references, (int64_t)before.references, "%s: no leak: references", name);
    expect((int64_t)after.links, (int64_t)before.links, "%s: no leak: links", name);
    expect(count_capabilities(), capabilities, "%s: no leak: capabilities", name);
    expect(count_slices(), slices, "%s: no leak: slice positions", name);
    if (audits)
        expect(exo_test(EXO_TEST_AUDIT, 0, 0), 0, "%s: the kernel's tables are what they should be",
               name);
}

static void make_slots(void)
{
    expect(exo_cap_derive(CAP_ROOT, SLOT_CHILD, 77, EXO_RIGHT_ALL), 0, "slot for [77]");
    expect(exo_cap_derive(CAP_ROOT, SLOT_OTHER, 78, EXO_RIGHT_ALL), 0, "slot for [78]");
    expect(exo_cap_derive(SLOT_CHILD, SLOT_NOTHING, 0, 0), 0, "slot without rights");
    expect(exo_cap_derive(CAP_ROOT, SLOT_READER, 0, EXO_RIGHT_READ), 0, "slot that only reads");
}

/* crash=N on the command line of a test kernel: it does something that it must not survive. */
static void crash_if_asked(void)
{
    const char *at = option("crash=");

    if (!at)
        return;
    uint64_t frame = frame_new(CAP_ROOT);

    (void)page_map(0, frame, EXO_PTE_WRITE);
    *(volatile uint8_t *)page_at(0) = 0xc3; /* ret */
    (void)exo_test(EXO_TEST_CRASH, (uint64_t)(at[0] - '0'), (uint64_t)page_at(0));
    check(false, "the kernel is dead");
    finish();
}

void init_main(const struct exo_init_start *start)
{
    machine_start(start);
    note("boot tests on %u CPUs, %lu frames", machine.page->cpu_count,
         (unsigned long)machine.page->frame_count);
    audits = exo_test(EXO_TEST_AUDIT, 0, 0) >= 0;
    note("%s kernel", audits ? "test" : "release");
    make_slots();
    expect(exo_tables(&machine.space, WORK_ADDRESS, 64 << 12, 1), 0, "tables for the work pages");
    crash_if_asked();
    expect(exo_tables(&machine.space, UPCALL_PAGES, 64 << 12, 1), 0, "tables for the upcall pages");
    run_group("capabilities", test_capabilities);
    run_group("frames", test_frames);
    run_group("tables", test_tables);
    run_group("envs", test_envs);
    run_group("time", test_time);
    run_group("slices", test_slices);
    run_group("sleep", test_sleep);
    run_group("traps", test_traps);
    run_group("transfer", test_transfer);
    run_group("devices", test_devices);
    run_group("dma", test_dma);
    run_group("exposed", test_exposed);
    run_group("tokens", test_tokens);
    run_group("limits", test_limits);
    run_group("destroy", test_destroy);
    run_group("revocation", test_revocation);
    run_group("net", test_net);
    run_group("code", test_code);
    run_group("stretch", test_stretch);
    run_group("hostile", test_hostile);
    if (machine.page->cpu_count > 1)
        run_group("smp", test_smp);
    if (machine.page->cpu_count > 1)
        run_group("parallel", test_parallel);
    finish();
}
