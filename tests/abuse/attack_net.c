/* SPDX-License-Identifier: MIT */
/* attack_net.c - attacks on claims of packets, on what may be sent, and on downloaded code. */
#include "base/string.h"
#include "lib/exo/match.h"
#include "tests/abuse/abuse.h"

#define ROW(frame, index) ((uint64_t)(frame) << EXO_NET_ROW_BITS | (index))
#define IPV4              0x0800
#define IPV6              0x86dd
#define ARP               0x0806
#define IP_UDP            17

/* Of the attacker's frames. */
#define FRAME_TABLE   0
#define FRAME_SHARED  1 /* EXO_NET_SHARED_FRAMES */
#define FRAME_BUFFERS 4
#define BUFFERS       4
#define FRAME_CODE    8 /* the rest */
#define CODE_FRAMES   (OWN_FRAMES - FRAME_CODE)

#define SHARED_AT (SCRATCH + 0x20000)
#define BUFFER_AT (SCRATCH + 0x30000)

void net_claim(struct exo_net_filter *filter, uint8_t last)
{
    const uint8_t ipv4[4] = {10, 9, 9, last};
    uint8_t address[16];

    exo_match_ipv4(address, ipv4);
    exo_match_kind(filter, IPV4);
    exo_match_destination(filter, address, 128);
}

/* --- G01: claims ---------------------------------------------------------------------------------------------------- */

/* A filter that the victim's packets match, in random parts. */
static void some_of_the_victims(struct exo_net_filter *f, uint64_t *seed)
{
    struct exo_net_filter whole = {.flags = 0};
    uint8_t *mask = (uint8_t *)&f->mask;
    uint8_t *value = (uint8_t *)&f->value;

    net_claim(&whole, NET_VICTIM);
    exo_match_protocol(&whole, IP_UDP);
    exo_match_ports(&whole, (uint16_t)noise(seed), 0xffff);
    exo_match_source_port(&whole, (uint16_t)noise(seed));
    memset(f, 0, sizeof *f);
    for (uint32_t i = 0; i < sizeof f->mask; i++) {
        uint64_t kind = noise(seed) % 3;

        mask[i] = kind == 0 ? 0 : kind == 1 ? 0xff : (uint8_t)noise(seed);
        value[i] = ((const uint8_t *)&whole.value)[i] & mask[i];
    }
    if (noise(seed) % 2)
        f->flags = EXO_NET_SHARED;
}

static void steal_claims(struct box *box)
{
    uint64_t table = box->own_first + FRAME_TABLE;
    uint64_t seed = 88172645463325252 + box->order;
    struct exo_net_filter f = {.parent = (uint32_t)box->own_filter};

    if (!box->own_filter) {
        box->tries++; /* a machine without a card has no claims */
        return;
    }
    if (exo_net_table_create(SLOT_OWN, table) < 0)
        escape(box, "its own table is refused", 0);
    for (uint32_t i = 0; i < 4000; i++) {
        some_of_the_victims(&f, &seed);
        const uint64_t parents[] = {0, 0, box->victim_filter, box->own_filter, noise(&seed)};

        f.parent = (uint32_t)parents[noise(&seed) % 5];
        refused(box, exo_net_filter(SLOT_OWN, ROW(table, 1), SLOT_OWN, &f),
                "a claim on the victim's packets", f.parent);
    }
    refused(box, exo_net_attach(SLOT_OWN, box->victim_filter, 0), "the victim's ring taken off", 0);
    refused(box, exo_net_handler(SLOT_OWN, box->victim_filter, 0), "a handler for the victim", 0);
    refused(box, exo_net_release(SLOT_OWN, box->victim_filter), "the victim's claim released", 0);
    refused(box, exo_net_table_destroy(SLOT_OWN, box->victim_filter >> EXO_NET_ROW_BITS),
            "the victim's table destroyed", 0);
    f = (struct exo_net_filter){.parent = (uint32_t)box->own_filter};
    net_claim(&f, NET_OWN);
    exo_match_protocol(&f, IP_UDP);
    exo_match_ports(&f, 53, 0xffff);
    refused(box, exo_net_filter(SLOT_OWN, box->victim_filter + 5, SLOT_OWN, &f),
            "a row in another's table", 0);
    if (exo_net_filter(SLOT_OWN, ROW(table, 1), SLOT_OWN, &f) < 0)
        escape(box, "a claim inside its own is refused", 0);
}

/* Without the network right not even what nobody has claimed. */
static void steal_without_right(struct box *box)
{
    struct exo_net_filter f = {.flags = 0};

    steal_claims(box);
    if (!box->own_filter)
        return;
    net_claim(&f, 7);
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a claim at the top", 0);
    f.flags = EXO_NET_SHARED;
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a shared claim at the top", 0);
    net_claim(&f, NET_OWN);
    exo_match_protocol(&f, IP_UDP);
    f.parent = (uint32_t)box->own_filter;
    refused(box, exo_net_filter(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 2), SLOT_OWN, &f),
            "a shared claim inside its own", 0);
}

/* --- G03: what is sent ------------------------------------------------------------------------------------------------ */

static struct exo_net_ring *ring_at(void)
{
    return (struct exo_net_ring *)SHARED_AT;
}

/* 0, or what was refused. */
static uint64_t ring_open(struct box *box)
{
    struct exo_net_ring_config config = {.shared_frame = box->own_first + FRAME_SHARED,
                                         .buffer_frame = box->own_first + FRAME_BUFFERS,
                                         .buffer_count = BUFFERS,
                                         .env = box->env[0],
                                         .event = 1};
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;

    for (uint32_t i = 0; i < EXO_NET_SHARED_FRAMES; i++)
        if (map_at(box, SHARED_AT + i * 0x1000, (config.shared_frame + i) << 12 | bits) != 1)
            return 0x10 + i;
    for (uint32_t i = 0; i < BUFFERS; i++)
        if (map_at(box, BUFFER_AT + i * 0x1000, (config.buffer_frame + i) << 12 | bits) != 1)
            return 0x20 + i;
    int64_t error = exo_net_table_create(SLOT_OWN, box->own_first + FRAME_TABLE);

    if (!error)
        error = exo_net_ring(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 0), &config);
    return (uint64_t)-error;
}

/* Sends what stands in the buffer; true: the kernel has let it out. */
static bool sent(struct box *box, uint32_t length, uint64_t filter)
{
    struct exo_net_ring *ring = ring_at();
    uint32_t posted = ring->send_posted;

    ring->send[posted % EXO_NET_SEND_MAX] =
        (struct exo_net_send){.length = (uint16_t)length, .filter = (uint32_t)filter};
    __atomic_store_n(&ring->send_posted, posted + 1, __ATOMIC_RELEASE);
    box->tries++;
    while (exo_net_kick(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 0)) == -EXO_E_AGAIN)
        ;
    while (!(__atomic_load_n(&ring->send[posted % EXO_NET_SEND_MAX].flags, __ATOMIC_ACQUIRE) &
             EXO_NET_SEND_DONE))
        (void)exo_net_kick(SLOT_OWN, ROW(box->own_first + FRAME_TABLE, 0));
    return !(ring->send[posted % EXO_NET_SEND_MAX].flags & EXO_NET_SEND_REFUSED);
}

/* A UDP datagram over IPv4, an ARP reply or an IPv6 header from 10.9.9.LAST. */
static void frame_from(uint8_t last, uint16_t type)
{
    static const uint8_t start[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0,  0, 1, 8, 0, 0x45, 0, 0,  28, 0, 0, 0,
        0,    64,   17,   0,    0,    10,   9, 9, 0, 10, 0, 2, 2, 0, 53,   0, 53, 0,  8, 0, 0};
    uint8_t *f = (uint8_t *)BUFFER_AT;

    memset(f, 0, 64);
    memcpy(f, start, sizeof start);
    f[29] = last;
    f[12] = (uint8_t)(type >> 8);
    f[13] = (uint8_t)type;
    if (type == ARP) {
        static const uint8_t arp[8] = {0, 1, 8, 0, 6, 4, 0, 2};
        const uint8_t ip[4] = {10, 9, 9, last};

        memset(f + 14, 0, 40);
        memcpy(f + 14, arp, sizeof arp);
        memcpy(f + 28, ip, 4);
    } else if (type == IPV6) {
        memset(f + 14, 0, 40);
        f[14] = 0x60;
        f[20] = 59; /* nothing follows */
        f[37] = last;
    }
}

static void spoof(struct box *box)
{
    uint64_t seed = 88172645463325252;

    if (!box->own_filter) {
        box->tries++;
        return;
    }
    while (
        !__atomic_load_n(&box->env[0], __ATOMIC_ACQUIRE)) /* the harness tells it after the start */
        ;
    uint64_t refusal = ring_open(box);

    if (refusal) {
        escape(box, "its own ring is refused", refusal);
        return;
    }
    frame_from(NET_OWN, IPV4);
    if (!sent(box, 42, box->own_filter))
        escape(box, "what it may send is refused", 0);
    for (uint32_t i = 0; i < 2000; i++) {
        const uint64_t filters[] = {box->own_filter,
                                    box->victim_filter,
                                    0,
                                    noise(&seed),
                                    ROW(box->own_first + FRAME_TABLE, noise(&seed) % 16),
                                    box->victim_filter + 3};
        const uint16_t types[] = {IPV4, IPV4, ARP, IPV6};
        uint64_t filter = filters[noise(&seed) % 6];
        uint8_t last = noise(&seed) % 3 ? NET_VICTIM : (uint8_t)noise(&seed);
        uint16_t type = types[noise(&seed) % 4];

        frame_from(last, type);
        if (last == NET_OWN && type == IPV4 && filter == box->own_filter)
            continue;
        if (sent(box, 60, filter))
            escape(box, "a packet in another's name was sent", filter);
    }
    frame_from(NET_OWN, IPV4);
    if (!sent(box, 42, box->own_filter))
        escape(box, "afterwards what it may send is refused", 0);
}

/* --- E: downloaded code ------------------------------------------------------------------------------------------------- */

/* Instructions: opcode, destination, source, offset, constant. */
#define I(op, d, s, off, imm)                                                                      \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(s) << 12 | (uint64_t)(uint16_t)(off) << 16 | \
     (uint64_t)(uint32_t)(imm) << 32)
#define MOV(d, imm)         I(0xb7, d, 0, 0, imm)
#define MOV_REG(d, s)       I(0xbf, d, s, 0, 0)
#define ADD_REG(d, s)       I(0x0f, d, s, 0, 0)
#define LOAD64(d, s, off)   I(0x79, d, s, off, 0)
#define LOAD8(d, s, off)    I(0x71, d, s, off, 0)
#define JUMP_EQ(d, imm, to) I(0x15, d, 0, to, imm)
#define CALL_HELPER(n)      I(0x85, 0, 0, 0, n)
#define EXIT                I(0x95, 0, 0, 0, 0)
#define INPUT_BYTES         64

/* A program of these instructions; its id, or -EXO_E_*. */
static int64_t load(struct box *box, uint32_t type, const uint64_t *insns, uint32_t count)
{
    uint64_t frames[CODE_FRAMES];
    struct exo_code_image image = {.type = type, .insn_count = count, .insns = (uint64_t)insns};
    int64_t id = -EXO_E_EXISTS;
    int64_t error;

    for (uint32_t i = 0; i < CODE_FRAMES; i++)
        frames[i] = box->own_first + FRAME_CODE + i;
    for (uint32_t place = 0; id == -EXO_E_EXISTS && place < EXO_CODE_PROGRAMS; place++)
        id = exo_code_create(SLOT_OWN, place, frames, CODE_FRAMES);
    if (id < 0)
        return id;
    box->tries++;
    do
        error = exo_code_load(SLOT_OWN, (uint64_t)id, &image);
    while (error == -EXO_E_AGAIN);
    if (!error)
        return id;
    (void)exo_code_destroy(SLOT_OWN, (uint64_t)id);
    return error;
}

/* One run of it on 64 bytes; false: the call failed. */
static bool run_it(int64_t id, struct exo_code_test *test)
{
    uint8_t input[INPUT_BYTES];
    uint8_t output[64];

    memset(input, 1, sizeof input);
    *test = (struct exo_code_test){.input = (uint64_t)input,
                                   .input_bytes = sizeof input,
                                   .output = (uint64_t)output,
                                   .output_bytes = sizeof output};
    return exo_code_test(SLOT_OWN, (uint64_t)id, test) == 0;
}

static void end_program(int64_t id)
{
    while (exo_code_destroy(SLOT_OWN, (uint64_t)id) == -EXO_E_BUSY)
        ;
}

/* E01: loops for ever: refused where time is fixed, metered elsewhere. */
static void never_ends(struct box *box)
{
    const uint64_t loop[] = {MOV(0, 0), JUMP_EQ(0, 0, -1), EXIT};
    struct exo_code_test test;
    int64_t id = load(box, EXO_CODE_PREDICATE, loop, 3);

    if (id >= 0) {
        escape(box, "a predicate that loops is accepted", 0);
        end_program(id);
    }
    id = load(box, EXO_CODE_PACKET, loop, 3);
    if (id < 0) {
        escape(box, "a loop that is metered is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < 50; i++) {
        box->tries++;
        if (!run_it(id, &test) || test.abort != EXO_CODE_A_FUEL)
            escape(box, "it ends otherwise than without fuel", test.abort);
    }
    end_program(id);
}

/* E02: offsets outside of the packet, also those that wrap, and helpers with wild lengths: refused, or the run ends. */
static void out_of_bounds(struct box *box)
{
    static const int64_t offsets[] = {INPUT_BYTES, 2047,         2048,       4096,      65536,
                                      1 << 20,     0x7fffffff,   -1,         -8,        -4096,
                                      -65536,      -0x80000000l, 0x7ffffff8, 0x40000000};
    struct exo_code_test test;

    for (uint32_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        int32_t at = (int32_t)offsets[i];
        /* The number comes out of the packet's context, so that nothing is known of it. */
        const uint64_t read[] = {
            LOAD64(2, 1, 0), LOAD64(4, 1, 48), MOV(3, 0),      I(0x5f, 4, 3, 0, 0), MOV(3, at),
            ADD_REG(4, 3),   ADD_REG(2, 4),    LOAD8(0, 2, 0), MOV(0, 0),           EXIT};
        const uint64_t copy[] = {MOV_REG(6, 1),
                                 LOAD64(1, 6, 16),
                                 LOAD64(2, 6, 0),
                                 MOV(3, at),
                                 CALL_HELPER(EXO_CODE_HELPER_COPY),
                                 MOV(0, 0),
                                 EXIT};
        const uint64_t send[] = {MOV_REG(6, 1), LOAD64(1, 6, 0),
                                 MOV(2, at),    CALL_HELPER(EXO_CODE_HELPER_SEND),
                                 MOV(0, 0),     EXIT};
        const struct {
            const uint64_t *insns;
            uint32_t count;
        } program[] = {{read, 10}, {copy, 7}, {send, 6}};

        for (uint32_t p = 0; p < 3; p++) {
            if (p && at == INPUT_BYTES)
                continue; /* as a length that is right */
            int64_t id = load(box, EXO_CODE_PACKET, program[p].insns, program[p].count);

            if (id < 0)
                continue;
            box->tries++;
            if (!run_it(id, &test) || !test.abort || test.sends)
                escape(box, "it ran to its end", (uint64_t)p << 32 | (uint32_t)at);
            end_program(id);
        }
    }
}

#define PROGRAMS_AT        0xffffffffc0000000 /* docs/code.md: a slot of 2 MiB each */
#define PROGRAM_FRAMES     3 /* its record, its page table, its text: the rest goes back */
#define LDDW_REGION        6 /* source of an 8-byte constant that is a place in a region */
#define LDDW(d, s, imm)    I(0x18, d, s, 0, imm)
#define STORE64(d, s, off) I(0x7b, d, s, off, 0)

/* Jumps into the middle of a constant, or out of the program. The constant's bytes would be a system call. */
static void jump_astray(struct box *box)
{
    static const int16_t astray[] = {-3, -5, -6, 1, 2, 100, 32767, -32768};
    const uint64_t second = (uint64_t)0x050f << 32;

    for (uint32_t i = 0; i < sizeof astray / sizeof astray[0]; i++) {
        const uint64_t insns[] = {LDDW(2, 0, 0x050f050f), second, MOV(0, 0),
                                  JUMP_EQ(0, 0, astray[i]), EXIT};
        int64_t id = load(box, EXO_CODE_PACKET, insns, 5);

        if (id < 0)
            continue;
        escape(box, "a jump to where no instruction begins is accepted", (uint16_t)astray[i]);
        end_program(id);
    }
}

/* Constants and text are written by nobody, whatever they are called. */
static void write_to_constants(struct box *box)
{
    for (uint32_t off = 0; off < 64; off += 8) {
        const uint64_t insns[] = {LDDW(2, LDDW_REGION, 0), (uint64_t)0, MOV(0, 0),
                                  STORE64(2, 0, off), EXIT};
        int64_t id = load(box, EXO_CODE_PACKET, insns, 5);

        if (id < 0)
            continue;
        escape(box, "a store to constants is accepted", off);
        end_program(id);
    }
}

/* E03: what stands in the kernel as text is neither chosen, nor seen, nor changed by its owner. */
static void compiler_tricks(struct box *box)
{
    const uint64_t write = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    const uint64_t insns[] = {LDDW(2, 0, 0x050f050f), (uint64_t)0x050f << 32, MOV(0, 1), EXIT};
    struct exo_code_test test;
    uint64_t value;

    jump_astray(box);
    write_to_constants(box);
    /* A mapping from before, so that the text could be written later. */
    for (uint32_t i = 0; i < PROGRAM_FRAMES; i++) {
        if (map_at(box, BUFFER_AT, (box->own_first + FRAME_CODE + i) << 12 | write) != 1)
            escape(box, "its own page is refused", i);
        int64_t id = load(box, EXO_CODE_PACKET, insns, 4);

        if (id >= 0) {
            escape(box, "a program of frames that are mapped", i);
            end_program(id);
        }
        (void)map_at(box, BUFFER_AT, 0);
    }
    int64_t id = load(box, EXO_CODE_PACKET, insns, 4);

    if (id < 0) {
        escape(box, "a good program is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < PROGRAM_FRAMES; i++) {
        uint64_t frame = box->own_first + FRAME_CODE + i;

        refused(box, map_at(box, BUFFER_AT, frame << 12 | write) == 1 ? 0 : -1,
                "a program's frame, writable", i);
        refused(box,
                map_at(box, BUFFER_AT, frame << 12 | EXO_PTE_PRESENT | EXO_PTE_NO_EXECUTE) == 1
                    ? 0
                    : -1,
                "a program's frame, to read", i);
        refused(box, exo_frame_free(SLOT_OWN, frame, 1), "a program's frame freed", i);
    }
    for (uint64_t page = 0; page < 16; page++) {
        box->tries += 2;
        if (!read_faults(box, PROGRAMS_AT + page * 0x1000, &value))
            escape(box, "a program's text is read", page);
        if (!write_faults(box, PROGRAMS_AT + page * 0x1000, 0))
            escape(box, "a program's text is written", page);
    }
    if (!run_it(id, &test) || test.abort || test.result != 1)
        escape(box, "afterwards it does not run as it was", test.abort);
    end_program(id);
}

/* Programs for blocks that see, keep or do more than the bytes that they are given: refused. */
static void owners_with_more(struct box *box)
{
    const uint64_t tried[][6] = {
        {LOAD64(0, 1, 32), MOV(0, 0), EXIT}, /* the time behind its context */
        {LOAD64(0, 10, -8), EXIT},           /* what an earlier run left on the stack */
        {LDDW(2, LDDW_REGION, 1), 0, MOV(0, 0), STORE64(2, 0, 0), EXIT}, /* a memory of its own */
        {LDDW(2, LDDW_REGION, 1), 0, LOAD64(0, 2, 0), MOV(0, 0), EXIT},  /* the same, read */
        {LOAD64(2, 1, 0), MOV(0, 0), STORE64(2, 0, 0), EXIT}, /* other bytes for who looks later */
        {MOV(1, 1), CALL_HELPER(EXO_CODE_HELPER_WAKE), MOV(0, 0), EXIT}, /* a word to somebody */
        {MOV(2, 1), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0),
         EXIT}, /* a place as a number */
        {MOV_REG(0, 1), EXIT},
    };
    static const uint8_t count[] = {3, 2, 5, 5, 4, 4, 5, 2};

    for (uint32_t i = 0; i < sizeof count; i++) {
        int64_t id = load(box, EXO_CODE_OWNERSHIP, tried[i], count[i]);

        if (id < 0)
            continue;
        escape(box, "an ownership function with more than bytes is accepted", i);
        end_program(id);
    }
}

static bool own_run(int64_t id, uint8_t fill, struct exo_code_extent *extents,
                    struct exo_code_test *test)
{
    uint8_t input[INPUT_BYTES];

    memset(input, fill, sizeof input);
    *test = (struct exo_code_test){.input = (uint64_t)input,
                                   .input_bytes = sizeof input,
                                   .output = (uint64_t)extents,
                                   .output_bytes = 4 * sizeof *extents,
                                   .block = 5,
                                   .argument = 6};
    return exo_code_test(SLOT_OWN, (uint64_t)id, test) == 0;
}

/* The same bytes give the same blocks, whatever ran before; and what cannot be is no list at all. */
static void owners_that_lie(struct box *box)
{
    const uint64_t honest[] = {LOAD64(2, 1, 0),
                               LOAD64(3, 1, 8),
                               MOV_REG(4, 2),
                               I(0x07, 4, 0, 0, 8),
                               I(0x2d, 4, 3, 6, 0),
                               LOAD64(1, 2, 0),
                               MOV(2, 3),
                               MOV(3, 1),
                               CALL_HELPER(EXO_CODE_HELPER_OWN),
                               MOV(0, 0),
                               EXIT,
                               MOV(0, 1),
                               EXIT};
    const uint64_t wild[][8] = {
        {MOV(1, -1), MOV(2, 2), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 0), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 1), MOV(3, -1), CALL_HELPER(EXO_CODE_HELPER_OWN), MOV(0, 0), EXIT},
        {MOV(1, 1), MOV(2, 1), MOV(3, 1), CALL_HELPER(EXO_CODE_HELPER_OWN), JUMP_EQ(0, 0, -5),
         EXIT},
    };
    struct exo_code_extent first[4];
    struct exo_code_extent again[4];
    struct exo_code_test test;
    int64_t id = load(box, EXO_CODE_OWNERSHIP, honest, 13);

    if (id < 0) {
        escape(box, "an honest ownership function is refused", (uint64_t)-id);
        return;
    }
    for (uint32_t i = 0; i < 50; i++) {
        memset(first, 0, sizeof first);
        memset(again, 0, sizeof again);
        box->tries++;
        if (!own_run(id, 1, first, &test) || test.abort || test.output_bytes != sizeof first[0])
            escape(box, "an honest ownership function does not run", test.abort);
        (void)own_run(id, (uint8_t)i, again, &test);
        if (!own_run(id, 1, again, &test) || memcmp(first, again, sizeof first[0]) != 0)
            escape(box, "the same bytes, other blocks", i);
    }
    end_program(id);
    for (uint32_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        id = load(box, EXO_CODE_OWNERSHIP, wild[i], 6);
        if (id < 0)
            continue;
        box->tries++;
        if (!own_run(id, 1, first, &test) || !test.abort || test.output_bytes)
            escape(box, "blocks that cannot be are owned", i);
        end_program(id);
    }
}

/* E06 */
static void lying_owners(struct box *box)
{
    owners_with_more(box);
    owners_that_lie(box);
}

/* E04: the program changes while it is loaded; what is accepted is what was looked at. */
#define LONG_CODE 700 /* instructions */

static uint64_t *shared_code(void)
{
    return (uint64_t *)BUFFER_AT;
}

static void changes(struct box *box)
{
    const uint64_t bits = EXO_PTE_PRESENT | EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    struct exo_code_test test;

    for (uint32_t i = 0; i < 2; i++)
        if (map_at(box, BUFFER_AT + i * 0x1000,
                   (box->own_first + FRAME_BUFFERS + i) << 12 | bits) != 1)
            escape(box, "its own page is refused", i);
    for (uint32_t i = 0; i < LONG_CODE; i++)
        shared_code()[i] = MOV(0, 1);
    shared_code()[3] = shared_code()[LONG_CODE - 1] = EXIT;
    box->where = BUFFER_AT;
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t count = i % 2 ? LONG_CODE : 4; /* a long one takes several calls */

        shared_code()[3] = i % 2 ? MOV(0, 1) : EXIT;
        int64_t id = load(box, EXO_CODE_PACKET, shared_code(), count);

        if (id < 0)
            continue;
        if (!run_it(id, &test) || test.abort || test.result > 2)
            escape(box, "something else ran than what was looked at", test.abort);
        end_program(id);
    }
    box->where = 0;
}

/* Writes a load from far outside the stack into the program, and takes it out again. */
static void changer(struct box *box)
{
    while (!box->done[0]) {
        if (!box->where)
            continue;
        volatile uint64_t *insn = (volatile uint64_t *)box->where + 1;

        *insn = LOAD64(0, 10, 4096);
        *insn = MOV(0, 2);
    }
}

/* E05: any bytes, and programs whose parts are good: refused or harmless, in bounded time. */
static void garbage(struct box *box)
{
    static const uint8_t opcodes[] = {0xb7, 0xbf, 0x0f, 0x07, 0x79, 0x71, 0x61, 0x7b, 0x73, 0x15,
                                      0x05, 0x85, 0x95, 0x5f, 0x2f, 0x67, 0x77, 0x18, 0xdb, 0x1d};
    uint64_t seed = 88172645463325252;
    uint64_t insns[48];
    struct exo_code_test test;
    uint64_t accepted = 0;

    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t count = 1 + (uint32_t)(noise(&seed) % 48);

        for (uint32_t k = 0; k < count; k++) {
            insns[k] = noise(&seed);
            if (i % 4)
                insns[k] = I(opcodes[insns[k] % sizeof opcodes], noise(&seed) % 11,
                             noise(&seed) % 11, noise(&seed) % 32 - 16, noise(&seed) % 64 - 8);
        }
        if (i % 4) {
            insns[0] = MOV(0, 0);
            insns[count - 1] = EXIT;
        }
        if (i % 8 == 1) { /* numbers only: these are accepted */
            for (uint32_t k = 1; k + 1 < count; k++)
                insns[k] = I(noise(&seed) % 2 ? 0x07 : 0x27, 0, 0, 0, noise(&seed));
        }
        int64_t id = load(box, 1 + (uint32_t)(noise(&seed) % 3), insns, count);

        if (id < 0)
            continue;
        accepted++;
        (void)run_it(id, &test);
        end_program(id);
    }
    if (!accepted)
        escape(box, "nothing is accepted at all", 0);
}

const struct attack net_attacks[] = {
    {"G01", "claims on another's packets", steal_without_right, NULL, NULL, 0, 0, false},
    {"G01n", "the same with the network right", steal_claims, NULL, NULL, EXO_RIGHT_NETWORK, 0,
     false},
    {"G03", "packets in another's name", spoof, NULL, NULL, 0, 0, false},
    {"E01", "code that never ends", never_ends, NULL, NULL, 0, 0, false},
    {"E02", "code that reaches outside", out_of_bounds, NULL, NULL, 0, 0, false},
    {"E03", "code that tricks the compiler", compiler_tricks, NULL, NULL, 0, 0, false},
    {"E06", "ownership functions that lie", lying_owners, NULL, NULL, 0, 0, false},
    {"E04", "code that changes while it is loaded", changes, changer, NULL, 0, 2, false},
    {"E05", "code that is garbage", garbage, NULL, NULL, 0, 0, false},
};
const uint32_t net_attack_count = sizeof net_attacks / sizeof net_attacks[0];
