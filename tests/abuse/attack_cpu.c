/* SPDX-License-Identifier: MIT */
/* attack_cpu.c - attacks on processor state, time, devices, and on the kernel's own bookkeeping. */
#include "base/string.h"
#include "tests/abuse/abuse.h"

/* C01: devices that are free, and one that is somebody's. */
static void devices(struct box *box)
{
    for (uint64_t d = 0; d < EXO_DEVICE_MAX; d++) {
        refused(box, exo_device_claim(SLOT_OWN, d, SLOT_OWN, 0), "a device", d);
        refused(box, exo_device_claim(SLOT_OWN, d, SLOT_OWN, 1), "a device given back", d);
        for (uint64_t offset = 0; offset < 64; offset += 4) {
            refused(box, exo_device_read(SLOT_OWN, d, offset, 4), "its configuration", d);
            refused(box, exo_device_write(SLOT_OWN, d, offset, 4, 0xffffffff),
                    "its configuration changed", d);
        }
        refused(box, exo_device_write(SLOT_OWN, d, 4, 2, 0x406), "its bus mastering", d);
        for (uint64_t i = 0; i < 64; i++)
            refused(box, exo_device_interrupt(SLOT_OWN, d, i, 5), "its interrupts", d);
    }
    if (box->device_register)
        refused(box,
                map_at(box, SCRATCH + 0x11000,
                       box->device_register << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE),
                "another's registers", box->device);
    refused(box, map_at(box, SCRATCH + 0x11000, 0xfee00ull << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE),
            "the local APIC", 0);
    refused(box, map_at(box, SCRATCH + 0x11000, 0xfec00ull << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE),
            "the I/O APIC", 0);
}

/* C05: every privileged instruction traps, and traps to it. */
#define TRY(text)                                                                                  \
    do {                                                                                           \
        uint64_t before = box->traps;                                                              \
        __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\txorl %%eax, %%eax\n\t" text   \
                         "\n1:"                                                                    \
                         : "=m"(box->resume)                                                       \
                         :                                                                         \
                         : "rax", "rbx", "rcx", "rdx", "memory");                                  \
        box->resume = 0;                                                                           \
        box->tries++;                                                                              \
        if (box->traps == before || (box->vector != 13 && box->vector != 6))                       \
            escape(box, text, box->vector);                                                        \
    } while (0)

static void privileged(struct box *box)
{
    TRY("cli");
    TRY("sti");
    TRY("hlt");
    TRY("lgdt (%%rsp)");
    TRY("lidt (%%rsp)");
    TRY("lldt %%ax");
    TRY("ltr %%ax");
    TRY("sgdt -128(%%rsp)");
    TRY("sidt -128(%%rsp)");
    TRY("str %%eax");
    TRY("sldt %%eax");
    TRY("smsw %%eax");
    TRY("lmsw %%ax");
    TRY("clts");
    TRY("invd");
    TRY("wbinvd");
    TRY("invlpg (%%rsp)");
    TRY("swapgs");
    TRY("sysretq");
    TRY("rdmsr");
    TRY("wrmsr");
    TRY("mov %%cr0, %%rax");
    TRY("mov %%rax, %%cr0");
    TRY("mov %%cr2, %%rax");
    TRY("mov %%cr3, %%rax");
    TRY("mov %%rax, %%cr3");
    TRY("mov %%cr4, %%rax");
    TRY("mov %%rax, %%cr4");
    TRY("mov %%cr8, %%rax");
    TRY("mov %%dr7, %%rax");
    TRY("mov %%rax, %%dr7");
    TRY("xsetbv");
    TRY("inb $0x60, %%al");
    TRY("outb %%al, $0xf4");
    TRY("movl $0xcf8, %%edx\n\tinl %%dx, %%eax");
    TRY("movl $0xcf8, %%edx\n\toutl %%eax, %%dx");
    TRY("movl $0x3f8, %%edx\n\toutb %%al, %%dx");
    TRY("int $0x40");
    TRY("int $0x41");
    TRY("int $2");
    TRY("int $8");
    TRY("int $14");
    TRY("monitor");
    TRY("stac");
    TRY("clac");
}

/* C06: what others left in registers; leaving odd state to the victim, which looks. */
static void registers(struct box *box)
{
    uint64_t low = 1, high = 1;
    uint32_t mxcsr = 0, odd = 0x1f80 | 0x6000;
    uint16_t control = 0;

    __asm__ volatile("movq %%xmm9, %0\n\tpsrldq $8, %%xmm9\n\tmovq %%xmm9, %1"
                     : "=r"(low), "=r"(high));
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
    box->tries += 4;
    if (low || high)
        escape(box, "another's vector register", low);
    if (mxcsr != 0x1f80 || control != 0x37f)
        escape(box, "another's control words", mxcsr);
    for (uint32_t i = 0; i < 200; i++, box->tries++) {
        uint64_t mark = 0xbadbadbad0000000 + i, back = 0;

        __asm__ volatile("movq %0, %%xmm9\n\tldmxcsr %1\n\tfld1" : : "r"(mark), "m"(odd));
        (void)exo_yield();
        __asm__ volatile("movq %%xmm9, %0\n\tstmxcsr %1\n\tfninit" : "=r"(back), "=m"(mxcsr));
        if (back != mark || mxcsr != odd)
            escape(box, "its own state got lost", back);
    }
}

/* B08: returns to addresses and with flags that are none. */
static void bad_returns(struct box *box)
{
    static const uint64_t addresses[] = {0xffffffff80100000, 0x800000000000, 0xfffffe5000001000,
                                         0x7ffffffff000, UINT64_MAX};
    struct exo_env_config config = {
        .root = box->own_root, .upcall_frame = box->own_first + 1, .rip = 4096, .rsp = 4096};

    for (uint32_t i = 0; i < 5; i++) {
        for (uint32_t field = 2; field < 11; field++) {
            if (field == 4)
                continue;
            ((uint64_t *)&config)[field] = addresses[i];
            refused(box, exo_env_create(SLOT_OWN, box->own_first, &config),
                    "an env that begins there", addresses[i]);
            ((uint64_t *)&config)[field] = 4096;
        }
        uint64_t before = box->traps, sp;

        box->tries++;
        __asm__ volatile("movq %%rsp, %0\n\tleaq 1f(%%rip), %%rax\n\tmovq %%rax, %1\n\tjmp *%2\n1:"
                         : "=&r"(sp), "=m"(box->resume)
                         : "r"(addresses[i])
                         : "rax", "memory");
        box->resume = 0;
        if (box->traps == before)
            escape(box, "it runs there", addresses[i]);
    }
    uint64_t flags;

    __asm__ volatile("pushfq\n\torq $0x3000, (%%rsp)\n\tpopfq\n\tpushfq\n\tpopq %0"
                     : "=r"(flags)
                     :
                     : "memory", "cc");
    box->tries += 3;
    if (flags & 0x3000 || !(flags & 0x200))
        escape(box, "I/O privilege", flags);
    __asm__ volatile("pushfq\n\tandq $~0x200, (%%rsp)\n\tpopfq\n\tpushfq\n\tpopq %0"
                     : "=r"(flags)
                     :
                     : "memory", "cc");
    if (!(flags & 0x200))
        escape(box, "interrupts off", flags);
    for (uint32_t i = 0; i < 50; i++, box->tries++) { /* odd flags at a kernel call */
        struct exo_cap *cap = (struct exo_cap *)(SCRATCH + 64);

        memset(cap, 0, sizeof *cap);
        __asm__ volatile("pushfq\n\torq $0x44400, (%%rsp)\n\tpopfq"
                         :
                         :
                         : "memory", "cc"); /* DF, NT, AC */
        uint64_t got = (uint64_t)raw(EXO_CALL_CAP_READ, SLOT_OWN, SCRATCH + 64, 0, 0, 0, 0);

        __asm__ volatile("pushfq\n\tandq $~0x44400, (%%rsp)\n\tpopfq" : : : "memory", "cc");
        if (got || cap->path[0] != 80 || cap->depth != 1 || cap->present != 1)
            escape(box, "odd flags change a call", got);
    }
}

/* B12: the upcall page is its own to scribble on, and the kernel reads from it. The second env traps and calls while the
 * first one changes its page; what becomes of it does not matter. */
static void scribble(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x2000);
    static const uint32_t depths[] = {0, 3, 4, 5, 0x7fffffff, 0x80000000, UINT32_MAX, 64};
    uint64_t state = 5;

    for (uint32_t i = 0; i < 300000; i++, box->tries++) {
        upcall->trap_depth = depths[noise(&state) % 8];
        upcall->masked = (uint32_t)noise(&state) & 1;
        upcall->pending = (uint32_t)noise(&state);
        upcall->slice_end_ns = noise(&state);
        upcall->repossessed = noise(&state);
    }
}

static void scribble_second(struct box *box)
{
    for (;;) {
        box->resume = 0;
        (void)exo_alarm_set(0);
        (void)exo_wake(SLOT_OWN, box->env[0], 0);
        __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\tud2\n1:"
                         : "=m"(box->resume)
                         :
                         : "rax", "memory");
    }
}

/* B16: traps with every depth that the page can claim; the record must land in the page or nowhere. */
static void depth_traps(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);

    box->tries++;
    upcall->trap_depth = 0x40; /* 64 records on: the next frame of the window */
    __asm__ volatile("ud2");
    escape(box, "a trap at an absurd depth went on", 0);
}

/* --- Time ----------------------------------------------------------------------------------------- */

static uint64_t now(struct box *box)
{
    return exo_now_ns((const struct exo_machine *)box->machine_address);
}

/* D01: never yields, all upcalls masked. */
static void hog(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);

    box->deaf = true;
    while (upcall->preempted < 5) {
        upcall->masked = 1;
        box->tries++;
    }
    upcall->masked = 0;
    box->deaf = false;
}

/* D02: the longest calls, one after the other. */
static void long_calls(struct box *box)
{
    struct exo_pte batch[EXO_PT_BATCH_MAX];
    uint64_t place = 0;

    for (uint32_t i = 0; i < EXO_PT_BATCH_MAX; i++)
        batch[i] =
            (struct exo_pte){.address = (SCRATCH + 0x20000 + i * 4096) | 1,
                             .entry = box->own_first << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE};
    (void)exo_cap_derive(SLOT_OWN, SLOT_WORK, 7, EXO_RIGHT_WRITE);
    for (uint32_t round = 0; round < 300; round++, box->tries++) {
        for (uint32_t i = 0; i < EXO_PT_BATCH_MAX; i++)
            batch[i].entry ^= EXO_PTE_WRITE;
        (void)exo_pt_update(SLOT_OWN, box->own_root, batch, EXO_PT_BATCH_MAX);
        (void)exo_frame_free(SLOT_OWN, 1, EXO_FRAME_RUN_MAX);
        if (exo_cap_destroy_2(SLOT_WORK, place, 0, &place) != -EXO_E_AGAIN)
            place = 0;
    }
    for (uint32_t i = 0; i < EXO_PT_BATCH_MAX; i++)
        batch[i].entry = 0;
    (void)exo_pt_update(SLOT_OWN, box->own_root, batch, EXO_PT_BATCH_MAX);
    (void)exo_cap_drop(SLOT_WORK);
}

/* D03: gives the CPU up just before each slice ends, sleeps for no time at all, sets alarms in the past. */
static void edges(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);

    for (uint32_t i = 0; i < 300; i++, box->tries++) {
        (void)exo_alarm_set(0);
        (void)exo_sleep(0, 0, now(box));
        (void)exo_alarm_set(now(box) + 1000);
        if (i % 50 == 0)
            while (now(box) + 200000 < upcall->slice_end_ns)
                ;
        (void)exo_yield();
    }
    (void)exo_alarm_set(EXO_FOREVER);
}

/* D04: calls to itself, to its partner, in circles, to the dead; each must come back with an error or not at all. */
static void circle_second(struct box *box)
{
    box->step = 1;
    (void)box;
    for (uint32_t i = 0; i < 100; i++)
        (void)raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, box->env[0], 0, 0, 0, 0);
}

static void circles(struct box *box)
{
    for (uint32_t i = 0; i < 200; i++) {
        refused(box, raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, box->env[0], 0, 0, 0, 0),
                "a call to itself", 0);
        refused(box, raw(EXO_CALL_TRANSFER_SEND, SLOT_OWN, box->env[0], 0, 0, 0, 0),
                "a send to itself", 0);
        refused(box, raw(EXO_CALL_TRANSFER_RETURN, 0, 0, 0, 0, 0, 0), "a return from nothing", 0);
        refused(box, raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, box->env[0] ^ (1ull << 40), 0, 0, 0, 0),
                "a call to the dead", 0);
        refused(box, raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, box->victim_env, 0, 0, 0, 0),
                "a call to the victim", 0);
        (void)exo_yield_to(SLOT_OWN, box->env[1]);
    }
}

/* D05: a fault in the fault handler, until nothing is left of it. */
static void fault_in_fault(struct box *box)
{
    struct exo_upcall *upcall = (struct exo_upcall *)(ATTACKER_BASE + 0x1000);

    box->tries++;
    upcall->trap_depth = EXO_TRAP_DEPTH;
    *(volatile uint64_t *)(ATTACKER_BASE + 0x9ff8) = 0;
    escape(box, "it went on", 0);
}

/* D06: single steps, breakpoints, and MOV SS before a system call. */
static void steps(struct box *box)
{
    for (uint32_t i = 0; i < 100; i++, box->tries++) {
        __asm__ volatile("int3");
        __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tpushfq\n\tandq $~0x100, "
                         "(%%rsp)\n\tpopfq"
                         :
                         :
                         : "memory", "cc");
        uint64_t rax = (uint64_t)EXO_CALL_TAG << 32;

        __asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tmovw %%ss, %%bx\n\tpopfq\n\tmovw %%bx, "
                         "%%ss\n\tsyscall\n\t"
                         "pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq"
                         : "+a"(rax)
                         :
                         : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory",
                           "cc");
    }
    if (!box->traps)
        escape(box, "(no trap came)", 0);
}

/* D07: wakes and events by the thousand, to everyone whom it may and may not wake. */
static void storms(struct box *box)
{
    for (uint32_t i = 0; i < 20000; i++, box->tries++) {
        (void)exo_wake(SLOT_OWN, box->env[0], 1);
        (void)exo_wake(SLOT_OWN, box->host_env, 1);
        if (exo_wake(SLOT_OWN, box->victim_env, i) == 0)
            escape(box, "the victim was woken", i);
    }
}

/* --- Bookkeeping ---------------------------------------------------------------------------------- */

/* H01: all its frames become envs, tables; the kernel must ask nobody else for anything. */
static void bomb(struct box *box)
{
    uint64_t envs = 0;

    for (uint64_t i = 0; i + 1 < OWN_FRAMES; i += 2) {
        struct exo_env_config config = {.root = box->own_root,
                                        .upcall_frame = box->own_first + i + 1,
                                        .rip = 0x400000,
                                        .rsp = 4096};

        envs += exo_env_create(SLOT_OWN, box->own_first + i, &config) > 0;
        box->tries++;
    }
    if (envs != OWN_FRAMES / 2)
        escape(box, "(its own frames cannot be envs)", envs);
    for (uint64_t f = 0; f < box->frame_count; f++) { /* and anything else it can name */
        struct exo_env_config config = {
            .root = box->own_root, .upcall_frame = f, .rip = 0x400000, .rsp = 4096};

        if (f % 16 == 0)
            refused(box, exo_env_create(SLOT_OWN, f, &config), "one more env", f);
    }
}

/* H03: makes and ends things, over and over. */
static void cycles(struct box *box)
{
    for (uint32_t i = 0; i < 1500; i++, box->tries++) {
        struct exo_env_config config = {.root = box->own_root,
                                        .upcall_frame = box->own_first + 1,
                                        .rip = 0x400000,
                                        .rsp = 4096};
        int64_t env = exo_env_create(SLOT_OWN, box->own_first, &config);

        if (env < 0 || exo_env_destroy(SLOT_OWN, (uint64_t)env))
            escape(box, "(an env cannot be made and ended)", i);
        if (exo_table_create(SLOT_OWN, box->own_first + 2, 1 + i % 4) ||
            exo_table_destroy(SLOT_OWN, box->own_first + 2))
            escape(box, "(a table cannot be made and ended)", i);
        if (exo_cap_derive(SLOT_OWN, SLOT_WORK, 1 + i, 0) || exo_cap_drop(SLOT_WORK))
            escape(box, "(a capability cannot be made and dropped)", i);
    }
}

/* H04: it is killed at any moment while it does all of this, and made again. */
static void busy_second(struct box *box)
{
    uint64_t state = box->step * 2 + 1;

    for (;;) {
        uint64_t frame = box->own_first + noise(&state) % 8;
        struct exo_env_config config = {.root = box->own_root,
                                        .upcall_frame = box->own_first + 8 + noise(&state) % 8,
                                        .rip = 0x400000,
                                        .rsp = 4096};
        struct exo_sleep_word word = {.address = SCRATCH, .value = 0};
        int64_t env;

        switch (noise(&state) % 8) {
        case 0:
            (void)map_at(box, SCRATCH + 0x12000, frame << 12 | EXO_PTE_PRESENT | EXO_PTE_WRITE);
            break;
        case 1:
            (void)map_at(box, SCRATCH + 0x12000, 0);
            break;
        case 2:
            env = exo_env_create(SLOT_OWN, frame, &config);
            if (env > 0)
                (void)exo_env_destroy(SLOT_OWN, (uint64_t)env);
            break;
        case 3:
            if (exo_table_create(SLOT_OWN, frame, 1 + noise(&state) % 4) == 0)
                (void)exo_table_destroy(SLOT_OWN, frame);
            break;
        case 4:
            (void)exo_sleep((uint64_t)&word, 1, now(box) + 20000);
            break;
        case 5:
            (void)exo_yield_to(SLOT_OWN, box->env[0]);
            break;
        case 6:
            (void)exo_cap_derive(SLOT_OWN, SLOT_WORK, 3, 0);
            (void)exo_cap_drop(SLOT_WORK);
            break;
        default:
            (void)exo_wake(SLOT_OWN, box->env[0], 2);
            (void)raw(EXO_CALL_TRANSFER_CALL, SLOT_OWN, box->env[0], 0, 0, 0, 0);
            break;
        }
        box->tries++;
    }
}

static void kill_host(struct box *box)
{
    if (box->step >= 60 || box->tries < box->step * 20)
        return;
    host_kill_and_remake(1);
    box->step++;
}

static void killed(struct box *box)
{
    while (box->step < 60)
        (void)exo_yield();
}

/* H05: it dies at its first kernel call, at its second, ... The host kills, audits and makes it again. */
static void nth_host(struct box *box)
{
    const uint64_t kills = host_number("kills=", 60);
    uint64_t n = box->step / 2 + 1, deadline = host_now() + 20000000000;

    if (box->step >= 2 * kills)
        return;
    if (exo_test(EXO_TEST_KILL, box->env[1], n) < 0) { /* a release kernel */
        box->step = 2 * kills;
        box->tries++;
        return;
    }
    while (exo_test(EXO_TEST_STATE, box->env[1], 0) != EXO_TEST_STOPPED && host_now() < deadline)
        (void)exo_yield();
    if (host_now() >= deadline)
        escape(box, "(it does not die)", n);
    if (n % 8 == 0 && exo_test(EXO_TEST_AUDIT, 0, 0))
        escape(box, "the audit after its death found something", n);
    host_kill_and_remake(1);
    box->step += 2;
}

static void nth_killed(struct box *box)
{
    while (box->step < 2 * box->kills)
        (void)exo_yield();
}

/* F01: calls by chance. */
static void chance_second(struct box *box)
{
    uint64_t state = box->seed;

    for (;;) {
        uint64_t argument[6];
        const struct call_case *call = chance_call(box, &state, argument);
        int64_t got = raw(call->number, argument[0], argument[1], argument[2], argument[3],
                          argument[4], argument[5]);

        if (got < 0 && !(1u << -got & (call->errors | 1u << EXO_E_ARG)))
            escape(box, call->name, (uint64_t)-got);
        box->tries++;
    }
}

/* An env that has slept, waited or broken its stack is made anew with the next seed. */
static void chance_host(struct box *box)
{
    const uint64_t calls = host_number("calls=", 20000);
    uint64_t seen = box->tries, deadline = host_now() + 20000000;

    box->kills = calls;
    while (box->tries < seen + 50 && host_now() < deadline)
        (void)exo_yield();
    if (box->tries >= calls &&
        !box->step++) { /* the calls may have hit the first env, which is to say that this is over */
        host_run(1, false);
        host_kill_and_remake(0);
    }
    if (box->tries >= seen + 50 || box->tries >= calls)
        return;
    box->seed = box->seed * 0x9e3779b97f4a7c15 + 1;
    host_kill_and_remake(1);
}

static void chance(struct box *box)
{
    while (!box->kills || box->tries < box->kills)
        (void)exo_yield();
}

/* H10: what calls write, and the registers they leave, hold nothing of the kernel's. */
static void leaks(struct box *box)
{
    struct exo_cap cap;
    struct exo_token token;

    for (uint32_t slot = 0; slot < EXO_CAP_SLOTS; slot++, box->tries++) {
        memset(&cap, 0xa5, sizeof cap);
        (void)exo_cap_read(slot, &cap);
        for (uint32_t i = cap.depth; i < EXO_CAP_DEPTH; i++)
            if (cap.path[i])
                escape(box, "something in an unused component", cap.path[i]);
        if (cap.reserved || (!cap.present && (cap.depth || cap.rights)))
            escape(box, "something in a reserved field", slot);
    }
    memset(&token, 0xa5, sizeof token);
    (void)exo_token_seal(SLOT_OWN, 0, &token);
    if (token.reserved)
        escape(box, "something in a token", token.reserved);
    for (uint64_t n = 0; n < 0x48; n++, box->tries++) {
        register uint64_t rax __asm__("rax") = (uint64_t)EXO_CALL_TAG << 32 | n;
        register uint64_t rdi __asm__("rdi") = UINT64_MAX;
        register uint64_t rsi __asm__("rsi") = UINT64_MAX;
        register uint64_t rdx __asm__("rdx") = UINT64_MAX;
        register uint64_t r10 __asm__("r10") = UINT64_MAX;
        register uint64_t r8 __asm__("r8") = UINT64_MAX;
        register uint64_t r9 __asm__("r9") = UINT64_MAX;
        register uint64_t r11 __asm__("r11") = 0;

        if (n >= 0x40 || n == EXO_CALL_CAP_DROP || n == EXO_CALL_ALARM_SET || n == EXO_CALL_TEST)
            continue;
        __asm__ volatile("syscall"
                         : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8),
                           "+r"(r9), "+r"(r11)
                         :
                         : "rcx", "memory");
        if (rdi || rsi || r8 || r9 || r10 || rax >> 47 == 0x1fffe ||
            (rdx >> 47 == 0x1ffff && rdx != UINT64_MAX))
            escape(box, "a kernel value in a register", n);
    }
}

const struct attack cpu_attacks[] = {
    {"C01", "devices of others", devices, 0, 0, 0, 1, 0},
    {"C05", "privileged instructions", privileged, 0, 0, 0, 1, 0},
    {"C06", "processor state of others", registers, 0, 0, 0, 1, 0},
    {"B08", "bad addresses and flags", bad_returns, 0, 0, 0, 1, 0},
    {"B12", "the upcall page changes all the time", scribble, scribble_second, 0, 0, 2, 0},
    {"B16", "an absurd trap depth", depth_traps, 0, 0, 0, 1, 1},
    {"D01", "never gives the processor up", hog, 0, 0, 0, 1, 0},
    {"D02", "the longest calls", long_calls, 0, 0, 0, 1, 0},
    {"D03", "edges of slices", edges, 0, 0, 0, 1, 0},
    {"D04", "transfers in circles", circles, circle_second, 0, 0, 1, 0},
    {"D05", "faults in the fault handler", fault_in_fault, 0, 0, 0, 1, 1},
    {"D06", "single steps and breakpoints", steps, 0, 0, 0, 1, 0},
    {"D07", "storms of wakes", storms, 0, 0, 0, 1, 0},
    {"H01", "all its memory as envs", bomb, 0, 0, 0, 1, 0},
    {"H02", "every taking of something fails", failures, failures_second, failures_host,
     EXO_RIGHT_ALLOCATE | EXO_RIGHT_TIME | EXO_RIGHT_NETWORK, 1, 0},
    {"H03", "making and ending", cycles, 0, 0, 0, 1, 0},
    {"H04", "killed at any moment", killed, busy_second, kill_host, 0, 1, 0},
    {"H05", "killed at its nth kernel call", nth_killed, busy_second, nth_host, 0, 1, 0},
    {"F01", "calls by chance", chance, chance_second, chance_host, EXO_RIGHT_ALLOCATE, 1, 0},
    {"H10", "what the kernel leaves in results", leaks, 0, 0, 0, 1, 0},
};
const uint32_t cpu_attack_count = sizeof cpu_attacks / sizeof cpu_attacks[0];
