/* SPDX-License-Identifier: MIT */
/*
 * harness.c - runs the attacks: a domain for each, a victim beside all of them, an audit after each.
 *
 * An attack is repelled when it reports no escape, the victim found nothing wrong and went on, the test kernel's audit
 * finds nothing, and all that the attacker had is free again after the end of its domain.
 */
#include <stdarg.h>
#include "lib/exo/format.h"
#include "base/string.h"
#include "tests/abuse/fuzz.h"
#include "tests/abuse/wire.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"

#define SLOT_VICTIM    2
#define ATTACKER       80
#define VICTIM         81
#define BOX            0x0000 /* offsets in a domain's region */
#define UPCALL         0x1000 /* + 0x1000 * env */
#define SELF           0x4000
#define STACK          0x10000 /* + 0x10000 * env, 4 pages */
#define HANDLER        0x30000
#define STACK_PAGES    4
#define IMAGE          0x400000ull
#define PATIENCE       240 /* seconds; patience=N on the command line */
#define VICTIM_MACHINE (VICTIM_BASE + 0x98000)
#define CALM_NS        20000000
#define POSITION       8 /* of the attacker's envs; the victim's is 4 */

_Noreturn void init_main(const struct exo_init_start *start);

struct domain {
    uint32_t slot;
    uint64_t base, root, level3, level2, level1;
    uint64_t env[ENVS], env_frame[ENVS], upcall_frame[ENVS];
};

struct victim_box {
    volatile uint64_t rounds, wrong;
    volatile uint64_t lock; /* the harness wants to look */
    volatile uint64_t calm; /* it leaves most of the time to others */
    uint64_t own_frame, own_root;
    struct victim_net net;
};

static struct domain attacker, victim;
static uint32_t done, bad;
static bool audits;
static bool at_first; /* mutant=1: the first escape is the end */
static uint64_t image_end;
static uint64_t patience_ns;

/* --- Saying --------------------------------------------------------------------------------------- */

void console_text(const char *text, uint64_t length)
{
    for (uint64_t at = 0; at < length; at += EXO_CONSOLE_MAX)
        (void)exo_console_write(CAP_ROOT, text + at,
                                length - at < EXO_CONSOLE_MAX ? length - at : EXO_CONSOLE_MAX);
}

static void say(const char *fmt, ...)
{
    char line[256];
    va_list arguments;

    va_start(arguments, fmt);
    format_list(line, sizeof line - 1, fmt, arguments);
    va_end(arguments);
    size_t length = strlen(line);

    line[length] = '\n';
    console_text(line, length + 1);
}

void init_log(const char *fmt, ...)
{
    (void)fmt;
}

_Noreturn static void finish(void)
{
    uint64_t number;
    int64_t ticks = exo_test_2(EXO_TEST_LONGEST, 256, 0, &number);

    if (ticks >= 0) /* under -icount shift=0 a tick is an instruction */
        say("# longest kernel call, interrupts off: 0x%lx, %ld ticks", (unsigned long)number,
            (long)ticks);
    say("%u attacks, %u escapes", done, bad);
    (void)exo_machine_off(CAP_ROOT, bad ? 0x11 : 0x10);
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

void init_fail(const char *fmt, ...)
{
    (void)fmt;
    say("not ok - harness: %s", fmt);
    bad++;
    finish();
}

void must(int64_t result, const char *what)
{
    if (result < 0) {
        say("# %s: error %ld", what, (long)-result);
        init_fail(what);
    }
}

uint64_t host_now(void)
{
    return exo_now_ns(machine.page);
}

/* The text after `word` on the kernel's command line; NULL: not there. */
const char *host_word(const char *word)
{
    const char *at = machine.page->command_line;
    size_t length = strlen(word);

    while (*at && strncmp(at, word, length) != 0)
        at++;
    return *at ? at + length : NULL;
}

uint64_t host_number(const char *word, uint64_t otherwise)
{
    const char *at = host_word(word);
    uint64_t n = 0;

    for (; at && *at >= '0' && *at <= '9'; at++)
        n = n * 10 + (uint64_t)(*at - '0');
    return at ? n : otherwise;
}

/* --- Domains -------------------------------------------------------------------------------------- */

static uint64_t frame_of(uint32_t slot)
{
    uint64_t frame = frames_take(CAP_ROOT, 1);

    if (!frame)
        init_fail("no free frame");
    must(exo_frame_guard(CAP_ROOT, frame, 1, slot, 0), "guard");
    return frame;
}

static uint64_t table_frame(void *context)
{
    return frame_of(((struct domain *)context)->slot);
}

static uint64_t new_table(struct domain *d, uint64_t level)
{
    uint64_t frame = frame_of(d->slot);

    must(exo_table_create(CAP_ROOT, frame, level), "table");
    return frame;
}

static void write_entry(uint64_t root, uint64_t address, uint32_t level, uint64_t entry)
{
    struct exo_pte request = {.address = address | level, .entry = entry};

    must(exo_pt_update(CAP_ROOT, root, &request, 1), "entry");
}

/* The image, read-only, at its own address. */
static void map_image(struct domain *d)
{
    write_entry(d->root, 0, 4, new_table(d, 3) << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    write_entry(d->root, 0, 3, new_table(d, 2) << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    for (uint64_t at = IMAGE; at < image_end; at += EXO_PAGE_SIZE) {
        if (at == IMAGE || !(at & 0x1fffff))
            write_entry(d->root, at & ~0x1fffffull, 2,
                        new_table(d, 1) << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
        uint64_t entry = exo_mapping(at, NULL);

        if (entry & EXO_PTE_PRESENT)
            write_entry(d->root, at, 1, (entry & EXO_PTE_FRAME) | EXO_PTE_PRESENT);
    }
}

static void place(struct domain *d, uint64_t offset, uint64_t pages, uint64_t *first)
{
    struct exo_space space = machine.space;

    space.table_frame = table_frame;
    space.context = d;
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t frame = frame_of(d->slot);

        must(exo_map(&space, d->base + offset + i * EXO_PAGE_SIZE, frame, 1,
                     EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE),
             "map");
        memset((void *)(d->base + offset + i * EXO_PAGE_SIZE), 0, EXO_PAGE_SIZE);
        if (first)
            first[i] = frame;
    }
}

uint64_t host_row(uint32_t slot, uint64_t address, uint64_t pages)
{
    struct exo_space space = machine.space;
    uint64_t first = frames_take(CAP_ROOT, pages);

    if (slot == SLOT_VICTIM) {
        space.table_frame = table_frame;
        space.context = &victim;
    }
    if (!first)
        init_fail("no frames in a row");
    must(exo_frame_guard(CAP_ROOT, first, pages, slot, 0), "guard");
    must(exo_map(&space, address, first, pages, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE), "map");
    return first;
}

static uint64_t table_under(uint64_t address, uint32_t level)
{
    return (*exo_entry(address, level) & EXO_PTE_FRAME) >> 12;
}

static void domain_make(struct domain *d, uint32_t slot, uint64_t base)
{
    *d = (struct domain){.slot = slot, .base = base};
    d->root = new_table(d, 4);
    d->level3 = new_table(d, 3);
    write_entry(machine.space.root, base, 4, d->level3 << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    write_entry(d->root, base, 4, d->level3 << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    map_image(d);
    place(d, BOX, 1, NULL);
    place(d, UPCALL, ENVS, d->upcall_frame);
    place(d, SELF, 1, NULL);
    place(d, STACK, STACK_PAGES, NULL);
    place(d, STACK + 0x10000, STACK_PAGES, NULL);
    place(d, HANDLER, STACK_PAGES, NULL);
    place(d, HANDLER + 0x8000, STACK_PAGES, NULL);
    d->level2 = table_under(base, 3);
    d->level1 = table_under(base, 2);
}

static void env_make(struct domain *d, uint32_t n, exo_handler *handler,
                     void (*entry)(struct box *), uint64_t cpu, uint64_t position)
{
    struct exo_self *self = (struct exo_self *)(d->base + SELF) + n;
    uint64_t handler_stack = d->base + HANDLER + n * 0x8000;
    struct exo_env_config config = {
        .root = d->root,
        .upcall_frame = d->upcall_frame[n],
        .rip = (uint64_t)entry,
        .rsp = d->base + STACK + n * 0x10000 + STACK_PAGES * EXO_PAGE_SIZE - 8,
        .argument = d->base + BOX,
        .gs_base = (uint64_t)self,
        .trap_entry = (uint64_t)instance_trap_entry,
        .transfer_entry = (uint64_t)entry,
        .transfer_rsp = d->base + STACK + n * 0x10000 + STACK_PAGES * EXO_PAGE_SIZE - 8,
        .guardian = machine.env,
    };

    memset((void *)(d->base + UPCALL + n * EXO_PAGE_SIZE), 0, EXO_PAGE_SIZE);
    exo_self_init(self, (struct exo_upcall *)(d->base + UPCALL + n * EXO_PAGE_SIZE),
                  (void *)handler_stack, STACK_PAGES * EXO_PAGE_SIZE, handler);
    self->owner = (void *)(d->base + BOX);
    d->env_frame[n] = frame_of(d->slot);
    int64_t id = exo_env_create(d->slot, d->env_frame[n], &config);

    must(id, "env");
    d->env[n] = (uint64_t)id;
    if (d == &attacker) /* before it begins: it may want to know who it is */
        host_box()->env[n] = d->env[n];
    must(exo_slice_set(CAP_ROOT, cpu, position, d->env[n]), "position");
}

/* --- The victim ----------------------------------------------------------------------------------- */

#define VICTIM_PAGES 4
#define VICTIM_DATA  0x50000
#define VICTIM_ALONE                                                                               \
    0x210000000000 /* under tables that no other space shares: only its own CPU is flushed for them */

static void victim_handler(struct exo_context *context)
{
    struct victim_box *box = exo_self()->owner;

    if (context->vector == EXO_VECTOR_SLICE_END)
        (void)exo_yield();
    else if (context->vector < 32 || context->vector == EXO_VECTOR_EVENT ||
             context->vector == EXO_VECTOR_REVOKE)
        box->wrong = 1000 + context->vector; /* nobody may do that to it */
}

static void victim_body(struct box *shared)
{
    struct victim_box *box = (struct victim_box *)shared;
    uint64_t *data = (uint64_t *)(VICTIM_BASE + VICTIM_DATA);
    const uint64_t count = VICTIM_PAGES * EXO_PAGE_SIZE / 8;
    uint64_t seed = 1;
    struct exo_cap cap;

    exo_unmask();
    for (uint64_t i = 0; i < count; i++)
        data[i] = seed * i;
    for (;;) {
        uint64_t mark = seed ^ 0x5ec2e75ec2e75ec2, back;

        __asm__ volatile("movq %0, %%xmm9" : : "r"(mark));
        for (uint64_t i = 0; i < count && !box->wrong; i++)
            if (data[i] != seed * i)
                box->wrong = 1;
        __asm__ volatile("movq %%xmm9, %0" : "=r"(back));
        if (back != mark)
            box->wrong = 2;
        seed = seed * 0x9e3779b97f4a7c15 + 1;
        for (uint64_t i = 0; i < count; i++)
            data[i] = seed * i;
        if (exo_null() || exo_cap_read(0, &cap) || cap.path[0] != VICTIM || cap.depth != 1)
            box->wrong = 3;
        struct exo_pte request = {.address = VICTIM_ALONE | 1,
                                  .entry =
                                      box->own_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE};

        if (exo_pt_update(0, box->own_root, &request, 1) != 1)
            box->wrong = 4;
        request.entry = 0;
        if (exo_pt_update(0, box->own_root, &request, 1) != 1)
            box->wrong = 5;
        victim_net(&box->net);
        if (box->net.foreign)
            box->wrong = 6;
        box->rounds++;
        if (box->calm)
            (void)exo_sleep(0, 0, exo_now_ns((const struct exo_machine *)VICTIM_MACHINE) + CALM_NS);
    }
}

static struct victim_box *victim_view(void)
{
    return (struct victim_box *)(VICTIM_BASE + BOX);
}

static void victim_start(void)
{
    uint64_t pages[VICTIM_PAGES];

    must(exo_cap_derive(CAP_ROOT, SLOT_VICTIM, VICTIM, EXO_RIGHT_ALL & ~EXO_RIGHT_MACHINE),
         "victim's path");
    domain_make(&victim, SLOT_VICTIM, VICTIM_BASE);
    place(&victim, VICTIM_DATA, VICTIM_PAGES, pages);
    place(&victim, 0x90000, 1, NULL);
    victim_view()->own_frame = table_under(VICTIM_BASE + 0x90000, 1);
    victim_view()->own_root = victim.root;
    for (uint32_t level = 4; level >= 2; level--)
        write_entry(victim.root, VICTIM_ALONE, level,
                    new_table(&victim, level - 1) << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    write_entry(victim.root, VICTIM_MACHINE, 1,
                machine.page->machine_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE);
    env_make(&victim, 0, victim_handler, victim_body, 0, 4);
}

/* --- Attacks -------------------------------------------------------------------------------------- */

int64_t raw(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register uint64_t rax __asm__("rax") = (uint64_t)EXO_CALL_TAG << 32 | number;
    register uint64_t rdi __asm__("rdi") = a;
    register uint64_t rsi __asm__("rsi") = b;
    register uint64_t rdx __asm__("rdx") = c;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory");
    return (int64_t)rax;
}

int64_t map_at(struct box *box, uint64_t address, uint64_t entry)
{
    struct exo_pte request = {.address = address | 1, .entry = entry};

    return exo_pt_update(SLOT_OWN, box->own_root, &request, 1);
}

bool read_faults(struct box *box, uint64_t address, uint64_t *value)
{
    uint64_t before = box->traps, read = 0;

    __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %1\n\tmovq (%2), %0\n1:"
                     : "+r"(read), "=m"(box->resume)
                     : "r"(address)
                     : "rax", "memory");
    box->resume = 0;
    *value = read;
    return box->traps != before;
}

bool write_faults(struct box *box, uint64_t address, uint64_t value)
{
    uint64_t before = box->traps;

    __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\tmovq %1, (%2)\n1:"
                     : "=m"(box->resume)
                     : "r"(value), "r"(address)
                     : "rax", "memory");
    box->resume = 0;
    return box->traps != before;
}

static void attack_handler(struct exo_context *context)
{
    struct box *box = exo_self()->owner;

    if (context->vector < 32) {
        box->vector = context->vector;
        box->address = context->address;
        box->error = context->error;
        context->rflags &= ~0x100ull; /* one step is enough */
        if (box->resume)
            context->rip = box->resume;
        if (box->resume && box->resume_sp)
            context->rsp = box->resume_sp;
        box->traps++;
    } else if (context->vector == EXO_VECTOR_SLICE_END && !box->deaf) {
        (void)exo_yield();
    }
}

#define FUZZ_NUMBER 1000 /* after all others: not in their row */

/* The attack's number is in the order word, because its env has no other argument. */
static const struct attack *attack_by_number(uint64_t n)
{
    const struct {
        const struct attack *attacks;
        uint32_t count;
    } groups[] = {{cap_attacks, cap_attack_count},   {memory_attacks, memory_attack_count},
                  {cpu_attacks, cpu_attack_count},   {net_attacks, net_attack_count},
                  {code_attacks, code_attack_count}, {device_attacks, device_attack_count},
                  {wire_attacks, wire_attack_count}};

    if (n == FUZZ_NUMBER)
        return &fuzz_attack;
    for (uint32_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        if (n < groups[g].count)
            return &groups[g].attacks[n];
        n -= groups[g].count;
    }
    return NULL;
}

_Noreturn static void rest(void)
{
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

static void first_entry(struct box *box)
{
    const struct attack *attack = attack_by_number(box->order);

    exo_unmask();
    attack->body(box);
    box->done[0] = 1;
    rest();
}

static void second_entry(struct box *box)
{
    const struct attack *attack = attack_by_number(box->order);

    exo_unmask();
    attack->second(box);
    box->done[1] = 1;
    rest();
}

struct box *host_box(void)
{
    return (struct box *)(ATTACKER_BASE + BOX);
}

int64_t host_repossess(uint64_t env, uint64_t frame)
{
    uint64_t place = 0, deadline = host_now() + patience_ns;
    int64_t result;

    do
        result = exo_repossess_2(CAP_ROOT, env, frame, 1, place, &place);
    while (result == -EXO_E_AGAIN && host_now() < deadline);
    return result;
}

void host_run(uint32_t which, bool on)
{
    must(exo_slice_set(CAP_ROOT, 0, POSITION + which, on ? attacker.env[which] : 0), "time");
}

void host_kill_and_remake(uint32_t which)
{
    while (exo_env_destroy(CAP_ROOT, attacker.env[which]) == -EXO_E_BUSY)
        ;
    for (uint32_t cpu = 0; cpu < machine.page->cpu_count; cpu++)
        (void)exo_slice_set(CAP_ROOT, cpu, POSITION + which, 0);
    (void)exo_frame_free(CAP_ROOT, attacker.env_frame[which], 1);
    env_make(&attacker, which, attack_handler, which ? second_entry : first_entry,
             which ? machine.page->cpu_count - 1 : 0, POSITION + which);
}

static void box_fill(uint64_t number, uint64_t own_first, uint64_t device, uint64_t edu)
{
    struct box *box = host_box();

    *box = (struct box){.order = number,
                        .own_first = own_first,
                        .own_root = attacker.root,
                        .own_level1 = attacker.level1,
                        .own_level2 = attacker.level2,
                        .own_level3 = attacker.level3,
                        .victim_env = victim.env[0],
                        .victim_frame = table_under(VICTIM_BASE + VICTIM_DATA, 1),
                        .victim_root = victim.root,
                        .victim_upcall_frame = victim.upcall_frame[0],
                        .host_env = machine.env,
                        .host_root = machine.space.root,
                        .frame_count = machine.page->frame_count,
                        .cpu_count = machine.page->cpu_count,
                        .frame_table = machine.page->frame_table_frame,
                        .slice_frame = machine.page->slice_frame,
                        .machine_frame = machine.page->machine_frame,
                        .device = device,
                        .own_device = edu,
                        .own_register =
                            edu < EXO_DEVICE_MAX ? machine.devices[edu].bar[0].address >> 12 : 0,
                        .kills = host_number("kills=", 60),
                        .seed = host_number("seed=", 1),
                        .calls = host_number("failures=", 300),
                        .at_first = at_first,
                        .machine_address = ATTACKER_BASE + 0x60000};
    for (uint64_t f = 0; f < box->frame_count && !box->kernel_frame; f++)
        if (machine.frames[f].kind == EXO_FRAME_KERNEL)
            box->kernel_frame = f;
    uint64_t longest = 0;

    for (uint32_t b = 0; device < EXO_DEVICE_MAX && b < 6; b++) {
        if (machine.devices[device].bar[b].length <= longest)
            continue;
        longest = machine.devices[device].bar[b].length;
        box->device_register = machine.devices[device].bar[b].address >> 12;
    }
    for (uint32_t n = 0; n < ENVS; n++) {
        box->upcall_frame[n] = attacker.upcall_frame[n];
        box->env_frame[n] = attacker.env_frame[n];
    }
}

static uint64_t victim_filter;

static uint64_t count_free(void)
{
    uint64_t count = 0;

    for (uint64_t f = 0; f < machine.page->frame_count; f++)
        count += machine.frames[f].kind == EXO_FRAME_FREE;
    return count;
}

static bool destroy_attacker(void)
{
    uint64_t place = 0, deadline = host_now() + patience_ns;
    int64_t result;

    do
        result = exo_cap_destroy_2(SLOT_ATTACKER, place, 0, &place);
    while (result == -EXO_E_AGAIN && host_now() < deadline);
    return result == 0;
}

/* What is wrong after the attack; NULL: nothing. */
static const char *verdict(const struct attack *attack, uint64_t rounds, bool ended)
{
    struct box *box = host_box();
    uint64_t deadline = host_now() + patience_ns;

    if (box->escapes)
        return box->why;
    if (!ended)
        return "the attack does not end";
    if (!attack->dies && !box->tries)
        return "it tried nothing";
    while (victim_view()->rounds < rounds + 2 && !victim_view()->wrong && host_now() < deadline)
        (void)exo_yield();
    if (victim_view()->wrong)
        return "the victim was harmed";
    if (victim_view()->rounds < rounds + 2)
        return "the victim does not go on";
    if (audits && exo_test(EXO_TEST_AUDIT, 0, 0))
        return "the audit found something";
    return NULL;
}

static uint64_t claim_device(void)
{
    for (uint64_t d = 0; d < EXO_DEVICE_MAX; d++)
        if (machine.devices[d].present && machine.devices[d].interrupts &&
            !machine.devices[d].claimed) {
            int64_t result;

            do
                result = exo_device_claim(CAP_ROOT, d, SLOT_VICTIM, 0);
            while (result == -EXO_E_AGAIN); /* it is being reset after the last attack */
            if (!result)
                return d;
        }
    return EXO_DEVICE_MAX;
}

#define EDU_COMMAND 0x98

static bool by_device(const struct attack *attack)
{
    return attack >= device_attacks && attack < device_attacks + device_attack_count;
}

uint64_t host_victim_rounds(void)
{
    return victim_view()->rounds;
}

static bool by_wire(const struct attack *attack)
{
    return attack >= wire_attacks && attack < wire_attacks + wire_attack_count;
}

/* The attacker's device: QEMU's edu. EXO_DEVICE_MAX: there is none. */
static uint64_t claim_edu(uint32_t slot)
{
    for (uint64_t d = 0; d < EXO_DEVICE_MAX; d++)
        if (machine.devices[d].present && machine.devices[d].vendor == 0x1234 &&
            machine.devices[d].device == 0x11e8 && exo_device_claim(CAP_ROOT, d, slot, 0) == 0)
            return d;
    return EXO_DEVICE_MAX;
}

/* What the attacker had is ours now: does its device still write there? */
static const char *look_after(uint64_t edu, uint64_t own)
{
    uint64_t *memory = (uint64_t *)0x170000010000, *registers = (uint64_t *)0x170000001000;
    const char *wrong = NULL;

    must(exo_frame_alloc(CAP_ROOT, own, OWN_FRAMES), "the attacker's frames");
    must(exo_map(&machine.space, (uint64_t)memory, own, OWN_FRAMES,
                 EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE),
         "map them");
    memset(memory, 0x5a, OWN_FRAMES * EXO_PAGE_SIZE);
    must(exo_device_claim(CAP_ROOT, edu, CAP_ROOT, 0), "the attacker's device");
    must(exo_map(&machine.space, (uint64_t)registers, machine.devices[edu].bar[0].address >> 12, 1,
                 EXO_PTE_WRITE | EXO_PTE_UNCACHED | EXO_PTE_NO_EXECUTE),
         "map its registers");
    while (((volatile uint64_t *)registers)[EDU_COMMAND / 8] & 1)
        (void)exo_yield();
    for (uint64_t i = 0; i < OWN_FRAMES * EXO_PAGE_SIZE / 8; i++)
        if (memory[i] != 0x5a5a5a5a5a5a5a5a)
            wrong = "its device wrote to memory that was no longer its";
    must(exo_unmap(&machine.space, (uint64_t)registers, 1), "unmap");
    must(exo_unmap(&machine.space, (uint64_t)memory, OWN_FRAMES), "unmap");
    must(exo_device_claim(CAP_ROOT, edu, CAP_ROOT, 1), "give it back");
    must(exo_frame_free(CAP_ROOT, own, OWN_FRAMES), "free");
    return wrong;
}

static void run(uint64_t number, const struct attack *attack)
{
    uint64_t before = count_free(), rounds = victim_view()->rounds, device = claim_device();
    uint32_t rights =
        EXO_RIGHT_READ | EXO_RIGHT_WRITE | EXO_RIGHT_WX | EXO_RIGHT_GRANT | attack->rights;

    must(exo_cap_derive(CAP_ROOT, SLOT_ATTACKER, ATTACKER, rights), "attacker's path");
    domain_make(&attacker, SLOT_ATTACKER, ATTACKER_BASE);
    if (attack == &fuzz_attack)
        place(&attacker, FUZZ_ADDRESS - ATTACKER_BASE, FUZZ_PAGES, NULL);
    place(&attacker, 0x100000, 1, NULL); /* so that the table for SCRATCH is there */
    uint64_t own = frames_take(CAP_ROOT, OWN_FRAMES);

    if (!own)
        init_fail("no frames for an attacker");
    must(exo_frame_guard(CAP_ROOT, own, OWN_FRAMES, SLOT_ATTACKER, 0), "guard");
    write_entry(attacker.root, ATTACKER_BASE + 0x60000, 1,
                machine.page->machine_frame << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE);
    uint64_t tagged = 0; /* a claim of the victim's */
    uint64_t edu = by_device(attack) ? claim_edu(SLOT_ATTACKER) : EXO_DEVICE_MAX;

    box_fill(number, own, device, edu);
    host_box()->victim_filter = victim_filter;
    host_box()->own_filter = wire_claim(CLAIM_OWN, SLOT_ATTACKER);
    if (by_wire(attack)) {
        const enum wire_claim more[] = {CLAIM_PORT, CLAIM_OWN6, CLAIM_PORT6, CLAIM_OWN_VLAN};

        for (uint32_t i = 0; i < 3u + wire_tags(attack); i++)
            host_box()->claim[i] = wire_claim(more[i], SLOT_ATTACKER);
        if (wire_tags(attack))
            tagged = wire_claim(CLAIM_VICTIM_VLAN, SLOT_VICTIM);
        if (tagged)
            must(exo_net_attach(SLOT_VICTIM, tagged, victim_view()->net.port.row), "attach");
    }
    if (by_device(attack) && device < EXO_DEVICE_MAX) /* so that there is a message to look at */
        must(exo_device_interrupt(SLOT_VICTIM, device, 0, 7), "an interrupt of the victim's");
    if (attack->second)
        env_make(&attacker, 1, attack_handler, second_entry, machine.page->cpu_count - 1,
                 POSITION + 1);
    env_make(&attacker, 0, attack_handler, first_entry, 0, POSITION);
    uint64_t deadline = host_now() + patience_ns;
    bool ended = false;

    while (!ended && host_now() < deadline) {
        if (attack->host)
            attack->host(host_box());
        ended =
            attack->dies ? machine.frames[attacker.env_frame[0]].level == 1 : host_box()->done[0];
        (void)exo_yield();
    }
    const char *wrong = verdict(attack, rounds, ended);
    uint64_t tries = host_box()->tries, detail = host_box()->detail;

    if (wrong && at_first) {
        say("not ok - %s %s: %s (%lx)", attack->id, attack->name, wrong, (unsigned long)detail);
        bad++;
        finish();
    }
    if (tagged)
        must(exo_net_release(SLOT_VICTIM, tagged), "release");
    if (!destroy_attacker() && !wrong)
        wrong = "its domain cannot be destroyed";
    if (!wrong && edu < EXO_DEVICE_MAX)
        wrong = look_after(edu, own);
    if (device < EXO_DEVICE_MAX)
        (void)exo_device_claim(CAP_ROOT, device, SLOT_VICTIM, 1);
    for (uint32_t cpu = 0; cpu < machine.page->cpu_count; cpu++)
        for (uint32_t n = 0; n < ENVS; n++)
            (void)exo_slice_set(CAP_ROOT, cpu, POSITION + n, 0);
    (void)exo_cap_drop(SLOT_ATTACKER);
    if (!wrong && count_free() != before)
        wrong = "frames are lost";
    if (!wrong && audits && exo_test(EXO_TEST_AUDIT, 0, 0))
        wrong = "the audit after its end found something";
    done++;
    bad += wrong != NULL;
    if (wrong)
        say("not ok - %s %s: %s (%lx)", attack->id, attack->name, wrong, (unsigned long)detail);
    else
        say("ok - %s %s: %lu tries", attack->id, attack->name, (unsigned long)tries);
    if (victim_view()->wrong) {
        say("# the victim says %lu", (unsigned long)victim_view()->wrong);
        victim_view()->wrong = 0;
    }
}

/* abuse=ID[,ID...] on the kernel's command line: only those. */
static bool chosen(const struct attack *attack)
{
    const char *at = host_word("abuse=");
    size_t length = strlen(attack->id);

    if (!at)
        return true;
    for (; *at && *at != ' '; at++)
        if (!strncmp(at, attack->id, length) &&
            (at[length] == ',' || at[length] == ' ' || !at[length]))
            return true;
    return false;
}

void init_main(const struct exo_init_start *start)
{
    machine_start(start);
    image_end = start->image_end;
    audits = exo_test(EXO_TEST_AUDIT, 0, 0) >= 0;
    say("# %u CPUs, %s kernel", machine.page->cpu_count, audits ? "test" : "release");
    must(exo_tables(&machine.space, 0x170000000000, 256 << 12, 1), "tables for hosts");
    victim_start();
    victim_filter = wire_claim(CLAIM_VICTIM, SLOT_VICTIM);
    wire_start(&victim_view()->net, SLOT_VICTIM, victim.env[0]);
    patience_ns = host_number("patience=", PATIENCE) * 1000000000;
    at_first = host_number("mutant=", 0);
    if (host_number("fuzz=", 0)) {
        victim_view()->calm = 1;
        do
            run(FUZZ_NUMBER, &fuzz_attack);
        while (!fuzz_over() && !bad);
        fuzz_report(say);
        finish();
    }
    for (uint64_t n = 0; attack_by_number(n); n++)
        if (chosen(attack_by_number(n)) && attack_by_number(n)->cpus <= machine.page->cpu_count &&
            (!by_device(attack_by_number(n)) || machine.page->dma_levels) &&
            (!by_wire(attack_by_number(n)) || wire_there()) &&
            (attack_by_number(n)->body != lie_body || host_word("lies=")))
            run(n, attack_by_number(n));
    finish();
}
