/* SPDX-License-Identifier: MIT */
/* attack_wire.c - attacks by packets: an accomplice outside sends them, the attacker inside waits for what is not its. */
#include "tests/abuse/wire.h"
#include "tests/unit/net/packets.h"
#include "libos/init/init.h"

#define IPV4   0x0800
#define IPV6   0x86dd
#define BATCH  14 /* frames between two marks */
#define FRAMES 16 /* of the attacker's buffers; all receive */
#define SPINS  50000

enum step {
    STEP_START,
    STEP_READY, /* the attacker has its ring */
    STEP_RUN,
    STEP_STORM, /* G04: the attacker may begin */
    STEP_END,
};

/* --- The attacker: takes what comes ------------------------------------------------------------------------------------ */

/* All its claims lead to this ring. False: it escaped, or there is something wrong with the test. */
static bool attacker_open(struct box *box, struct port *port)
{
    int64_t error = attacker_port(box, port, FRAMES);

    if (!error)
        error = exo_net_attach(SLOT_OWN, box->own_filter, port->row);
    for (uint32_t i = 0; !error && i < 4 && box->claim[i]; i++)
        error = exo_net_attach(SLOT_OWN, box->claim[i], port->row);
    if (error)
        escape(box, "its own ring is refused", (uint64_t)-error);
    return !error;
}

static bool is_own(enum wire_claim claim)
{
    return claim == CLAIM_OWN || claim == CLAIM_PORT || claim == CLAIM_OWN6 ||
           claim == CLAIM_PORT6 || claim == CLAIM_OWN_VLAN;
}

static void receive(struct box *box)
{
    const struct exo_machine *page = (const struct exo_machine *)box->machine_address;
    const uint8_t *frame;
    enum wire_claim claim;
    struct port port;
    uint32_t bytes;

    if (!attacker_open(box, &port))
        return;
    for (uint32_t i = 0; i < 2 * FRAMES; i++)
        port_offer(&port, (uint16_t)i);
    box->step = STEP_READY;
    while (box->step != STEP_END) {
        if (!(frame = port_next(&port, &bytes))) {
            (void)exo_yield();
            continue;
        }
        claim = wire_claim_of(frame, bytes, page->net.mac, box->claim[3]);
        if (!is_own(claim))
            escape(box, "it gets a packet that is not its", claim);
        port_back(&port);
        box->made++;
    }
}

/* --- The accomplice: the harness's hosts --------------------------------------------------------------------------------- */

static struct {
    uint64_t stride;
    uint64_t at;  /* frames made so far */
    bool waiting; /* for a mark */
    bool over;
    uint64_t expected[CLAIMS + 1], before[CLAIMS + 1];
    uint64_t malformed, malformed_before;
    uint64_t victim_before, dropped_before;
    uint32_t rounds;
    bool tags; /* there are claims on tagged packets */
    uint64_t seed;
} run;

static volatile const struct exo_net_card *card(void)
{
    return &machine.page->net;
}

/* What the victim had to do without. */
static uint64_t dropped(void)
{
    return wire_row(CLAIM_VICTIM)->dropped + wire_row(CLAIM_VICTIM6)->dropped +
           wire_row(CLAIM_VICTIM_VLAN)->dropped;
}

static void begin(const struct box *box)
{
    memset(&run, 0, sizeof run);
    run.tags = box->claim[3];
    run.stride = host_number("short=", 0) ? 7 : 1;
    for (enum wire_claim c = 0; c < CLAIMS; c++)
        run.before[c] = wire_row(c)->packets;
    run.malformed_before = card()->queue[0].malformed;
    run.victim_before = wire_victim()->taken;
    run.dropped_before = dropped();
    run.seed = 88172645463325252;
}

static void put(const uint8_t *frame, uint32_t bytes)
{
    enum wire_claim claim = wire_claim_of(frame, bytes, wire_mac(), run.tags);
    bool foreign = bytes >= 14 && !(frame[0] & 1) && memcmp(frame, wire_mac(), 6) != 0;

    run.expected[claim]++;
    if (!foreign && packet_reading(frame, bytes).verdict == READ_MALFORMED)
        run.malformed++;
    wire_put(frame, bytes, bytes, 1);
}

/* Has each claim got what a reading of the frames says? To be asked behind a mark. */
static void compare(struct box *box)
{
    for (enum wire_claim c = 0; c < CLAIM_HOST; c++)
        if (wire_row(c)->packets - run.before[c] != run.expected[c])
            escape(box, "packets went to another than who they were for", c);
    if (dropped() != run.dropped_before)
        escape(box, "packets of the victim are dropped", dropped() - run.dropped_before);
    if (card()->queue[0].malformed - run.malformed_before != run.malformed)
        escape(box, "malformed packets are taken for good ones, or the other way round",
               card()->queue[0].malformed - run.malformed_before);
}

static uint64_t of_the_victim(void)
{
    return run.expected[CLAIM_VICTIM] + run.expected[CLAIM_VICTIM6] +
           run.expected[CLAIM_VICTIM_VLAN];
}

static uint64_t of_the_attacker(void)
{
    uint64_t sum = 0;

    for (enum wire_claim c = 0; c < CLAIMS; c++)
        sum += is_own(c) ? run.expected[c] : 0;
    return sum;
}

/* Sends frame after frame, a batch as long as both have buffers. make: the nth frame; its length, 0: none, -1: no more. */
static void send_all(struct box *box, int32_t (*make)(uint64_t n, uint8_t *frame))
{
    uint8_t frame[512];

    if (box->step == STEP_READY) {
        begin(box);
        box->step = STEP_RUN;
    }
    for (uint32_t spin = 0; box->step == STEP_RUN && spin < SPINS; spin++) {
        if (run.waiting && !wire_marked())
            continue;
        if (run.waiting)
            compare(box);
        run.waiting = false;
        if (of_the_attacker() - box->made > 2 * FRAMES - BATCH ||
            of_the_victim() - (wire_victim()->taken - run.victim_before) >
                wire_victim()->port.half - BATCH)
            return;
        if (run.over) {
            box->step = STEP_END;
            return;
        }
        for (uint32_t i = 0; i < BATCH && !run.over;) {
            int32_t bytes = make(run.at, frame);

            run.over = bytes < 0;
            run.at += run.stride;
            if (bytes <= 0)
                continue;
            put(frame, (uint32_t)bytes);
            box->tries++;
            i++;
        }
        wire_mark();
        run.waiting = true;
    }
}

/* --- G02: disguises ---------------------------------------------------------------------------------------------------- */

static uint32_t digit(uint64_t *number, uint32_t base)
{
    uint32_t d = (uint32_t)(*number % base);

    *number /= base;
    return d;
}

/* What looks like the attacker's header wherever somebody takes a wrong byte for the first. */
static const uint8_t fake[16] = {
    PORT_GIVEN >> 8, PORT_GIVEN & 0xff, PORT_GIVEN >> 8, PORT_GIVEN & 0xff, 0, 8};

static uint32_t append(uint8_t *frame, uint32_t at, const uint8_t *bytes, uint32_t count)
{
    memcpy(frame + at, bytes, count);
    return at + count;
}

static uint32_t fakes(uint8_t *frame, uint32_t at, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        frame[at + i] = fake[i % 4];
    return at + bytes;
}

/* UDP to the given port or another, TCP to that port, or another protocol whose bytes look like it. */
static uint32_t inner(uint8_t *frame, uint32_t at, uint32_t kind)
{
    const uint8_t udp[8] = {
        0x30, 0x39, kind ? 0x1e : PORT_GIVEN >> 8, kind ? 0x61 : PORT_GIVEN & 0xff, 0, 16};
    const uint8_t tcp[20] = {0x30, 0x39, PORT_GIVEN >> 8, PORT_GIVEN & 0xff, [12] = 0x50, [13] = 2};

    at = kind == 3   ? append(frame, at, fake, 8)
         : kind == 2 ? append(frame, at, tcp, 20)
                     : append(frame, at, udp, 8);
    return append(frame, at, fake, 8);
}

static const uint8_t protocols[] = {17, 17, 6, 1};

static uint32_t ipv4_disguise(uint8_t *f, uint32_t at, uint8_t last, uint32_t kind, uint32_t extra,
                              uint32_t fragment, uint32_t lie)
{
    static const uint8_t options[] = {0, 4, 8, 12, 20, 40};
    static const uint8_t offsets[] = {0, 0x20, 0,
                                      0x40}; /* more follow; the third is not the first */
    uint32_t header = 20u + options[extra];
    uint32_t end = fakes(f, at + 20, options[extra]);

    end = fragment == 2 ? fakes(f, end, 24) : inner(f, end, kind);
    uint32_t total = end - at;

    total = lie == 1 ? total - 4 : lie == 2 ? total + 8 : lie == 3 ? header + 4 : total;
    uint32_t words = header / 4 + (lie == 4) - (lie == 5);
    const uint8_t ip[20] = {(uint8_t)(0x40 | (words & 15)),
                            0,
                            (uint8_t)(total >> 8),
                            (uint8_t)total,
                            0,
                            7,
                            offsets[fragment],
                            fragment == 2 ? 3 : 0,
                            64,
                            protocols[kind],
                            0,
                            0,
                            10,
                            0,
                            2,
                            2,
                            10,
                            9,
                            9,
                            last};

    memcpy(f + at, ip, 20);
    return lie == 5 || lie == 3 ? fakes(f, end, 12) : end;
}

static uint32_t ipv6_disguise(uint8_t *f, uint32_t at, uint8_t last, uint32_t kind, uint32_t extra,
                              uint32_t fragment, uint32_t lie)
{
    static const uint8_t chains[6][3] = {{0}, {60}, {43}, {51}, {43, 60}, {60, 51, 60}};
    uint8_t *next = f + at + 6;
    uint32_t end = at + 40;

    memset(f + at, 0, 40);
    f[at] = 0x60;
    f[at + 7] = 64;
    f[at + 8] = 0xfe, f[at + 9] = 0xc0, f[at + 23] = 2;
    f[at + 24] = 0xfe, f[at + 25] = 0xc0, f[at + 39] = last;
    for (uint32_t i = 0; i < 3 && chains[extra][i]; i++) {
        uint32_t size = chains[extra][i] == 51 ? 16 : 24;

        *next = chains[extra][i];
        next = f + end;
        end = fakes(f, end, size);
        next[1] = (uint8_t)((size == 16 ? 2 : 2) + (lie == 3) - (lie == 4));
    }
    if (fragment) {
        *next = 44;
        next = f + end;
        end = fakes(f, end, 8);
        next[1] = next[2] = 0;
        next[3] = fragment == 1 ? 1 : fragment == 2 ? 24 : 0;
    }
    *next = protocols[kind];
    end = fragment == 2 ? fakes(f, end, 24) : inner(f, end, kind);
    uint32_t length = end - at - 40;

    length = lie == 1 ? length - 4 : lie == 2 ? length + 8 : length;
    f[at + 4] = (uint8_t)(length >> 8);
    f[at + 5] = (uint8_t)length;
    return lie == 5 ? fakes(f, end, 12) : end;
}

/* Every mixture of family, receiver, protocol, options, fragments, tags, and lengths that lie. */
static int32_t disguised(uint64_t n, uint8_t *f)
{
    bool ipv6 = digit(&n, 2);
    uint8_t last = digit(&n, 2) ? NET_OWN : NET_VICTIM;
    uint32_t kind = digit(&n, 4), extra = digit(&n, 6), fragment = digit(&n, 4), tag = digit(&n, 7),
             lie = digit(&n, 6);
    const uint8_t type[2] = {ipv6 ? IPV6 >> 8 : IPV4 >> 8, ipv6 ? IPV6 & 0xff : IPV4 & 0xff};
    const uint8_t one[4] = {0x81, 0, 0, tag == 1 ? VLAN : VLAN + 1};
    const uint8_t two[8] = {0x88, 0xa8, 0, VLAN, 0x81, 0, 0x45, 0};
    const uint8_t other[2] = {0x12, 0x34};
    uint32_t at = 12;

    if (n)
        return -1;
    memcpy(f, wire_mac(), 6);
    memset(f + 6, 2, 6);
    if (tag == 1 || tag == 2)
        at = append(f, at, one, 4);
    else if (tag == 3)
        at = append(f, at, two, 8);
    at = append(f, at, tag == 4 ? other : type, 2);
    if (tag == 5)
        f[5] ^= 1; /* another card's */
    else if (tag == 6)
        memset(f, 0xff, 6); /* to all */
    return (int32_t)(ipv6 ? ipv6_disguise(f, at, last, kind, extra, fragment, lie)
                          : ipv4_disguise(f, at, last, kind, extra, fragment, lie));
}

static void disguise_host(struct box *box)
{
    send_all(box, disguised);
}

static void tagged_host(struct box *box)
{
    disguise_host(box);
}

bool wire_tags(const struct attack *attack)
{
    return attack->host == tagged_host;
}

/* --- G05: malformed packets --------------------------------------------------------------------------------------------- */

#define SINGLES (2 * 12 * 32 * VALUES * 3)
#define CUTS    (2 * 12 * 160)
#define PAIRS   6000

/* The samples of tests/unit/net, to the victim or the attacker. */
static const struct sample *sample(uint32_t to, uint32_t index)
{
    const uint8_t to4[4] = {10, 9, 9, to ? NET_OWN : NET_VICTIM};
    const uint8_t to6[16] = {0xfe, 0xc0, [15] = to4[3]};

    make_samples(to4, to6, PORT_GIVEN);
    return &samples[index % sample_count];
}

static void change(const struct sample *s, uint32_t field, uint32_t value, uint8_t *f)
{
    const struct field *at = &s->field[field];

    field_set(f, at, field_boundary(at, field_get(s->bytes, at), value));
}

static int32_t malformed(uint64_t n, uint8_t *f)
{
    uint64_t k = n < SINGLES ? n : n - SINGLES < CUTS ? n - SINGLES : noise(&run.seed);
    const struct sample *s;
    uint32_t bytes;

    if (n >= SINGLES + CUTS + PAIRS)
        return -1;
    uint32_t to = digit(&k, 2);

    s = sample(to, digit(&k, 12));
    bytes = s->length;
    memcpy(f, s->bytes, bytes);
    memcpy(f, wire_mac(), 6);
    if (n < SINGLES) {
        uint32_t field = digit(&k, 32), value = digit(&k, VALUES), cut = digit(&k, 3);

        if (field >= s->field_count)
            return 0;
        change(s, field, value, f);
        return (int32_t)(cut == 0 ? bytes : cut == 1 ? bytes - 1 : bytes * 2 / 3);
    }
    if (n - SINGLES < CUTS)
        return k < bytes ? (int32_t)k : 0;
    change(s, digit(&k, s->field_count), digit(&k, VALUES), f);
    change(s, digit(&k, s->field_count), digit(&k, VALUES), f);
    return (int32_t)(bytes - digit(&k, 4) % 3);
}

/* Frames that are longer than any may be, to nobody, and behind each a good one for the victim: they are in the way, no more. */
static void put_long(void)
{
    static const uint16_t lengths[] = {1515, 2030, 2046, 2047, 2048, 4000, 9000, 40000, 65535};
    const uint8_t nobody[4] = {10, 9, 9, 77};
    uint8_t frame[64];

    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        make_samples(nobody, fake, PORT_GIVEN);
        memcpy(frame, samples[0].bytes, sizeof frame);
        memcpy(frame, wire_mac(), 6);
        wire_put(frame, sizeof frame, lengths[i], 1);
        memcpy(frame, sample(0, 0)->bytes, sizeof frame);
        memcpy(frame, wire_mac(), 6);
        put(frame, sizeof frame);
    }
}

static void malformed_host(struct box *box)
{
    if (box->step == STEP_READY) {
        begin(box);
        put_long();
        box->step = STEP_RUN;
    }
    send_all(box, malformed);
}

/* --- G04: floods ---------------------------------------------------------------------------------------------------------- */

#define OFFERED 3 /* buffers, at first */
#define ROUNDS  30
#define FLOOD   300 /* packets before and after each of the victim's */

/* A packet of two pieces by chance, the second in its buffers or not: has the kernel sent what is not its? */
static void hostile_send(struct box *box, const struct port *port, uint64_t *seed)
{
    static const uint8_t start[42] = {0xff,      0xff,      0xff,        0xff,      0xff,
                                      0xff,      [12] = 8,  [14] = 0x45, [17] = 28, [22] = 64,
                                      [23] = 17, [26] = 10, 9,           9,         NET_OWN,
                                      10,        0,         2,           2,         [39] = 8};
    const uint32_t end = FRAMES * EXO_PAGE_SIZE;
    struct exo_net_ring *ring = port->ring;
    uint32_t posted = ring->send_taken;
    struct exo_net_send *send[2] = {&ring->send[posted % EXO_NET_SEND_MAX],
                                    &ring->send[(posted + 1) % EXO_NET_SEND_MAX]};
    struct exo_net_send second = {.length = (uint16_t)(1 + noise(seed) % 1400),
                                  .offset = (uint32_t)(noise(seed) % (2 * end))};

    if (noise(seed) % 4 == 0)
        second.offset = (uint32_t)(end - noise(seed) % 2000);
    if (noise(seed) % 8 == 0)
        second.offset = (uint32_t)noise(seed);
    memcpy(port->buffers + end - EXO_NET_BUFFER_BYTES, start, sizeof start); /* the last buffer */
    *send[0] = (struct exo_net_send){.offset = end - EXO_NET_BUFFER_BYTES,
                                     .length = sizeof start,
                                     .flags = EXO_NET_SEND_MORE,
                                     .filter = (uint32_t)box->own_filter};
    *send[1] = second;
    __atomic_store_n(&ring->send_posted, posted + 2, __ATOMIC_RELEASE);
    while (ring->send_taken != posted + 2 ||
           !(__atomic_load_n(&send[1]->flags, __ATOMIC_ACQUIRE) & EXO_NET_SEND_DONE))
        (void)exo_net_kick(port->slot, port->row);
    bool inside = second.offset <= end && second.length <= end - second.offset;

    if (!inside && !(send[1]->flags & EXO_NET_SEND_REFUSED))
        escape(box, "bytes that are not its are sent", second.offset);
    box->tries++;
}

/* Counters and buffers by chance. Its frames behind those of the ring must stay as they are. */
static void hostile_ring(struct box *box)
{
    const uint32_t behind = OWN_FRAMES - ATTACKER_BUFFER - FRAMES;
    uint64_t *canary = attacker_canary(box, ATTACKER_BUFFER + FRAMES, behind);
    uint64_t seed = 88172645463325252;
    struct port port;

    if (!attacker_open(box, &port))
        return;
    for (uint32_t i = 0; i < OFFERED; i++)
        port_offer(&port, (uint16_t)i);
    box->step = STEP_READY;
    while (box->step < STEP_STORM)
        (void)exo_yield();
    while (box->step == STEP_STORM) {
        for (uint32_t i = 0; i < 64; i++) {
            port.ring->receive[noise(&seed) % EXO_NET_RECEIVE_MAX].buffer =
                (uint16_t)(noise(&seed) % 2 ? noise(&seed) : noise(&seed) % (4 * FRAMES));
            port.ring->receive_posted =
                (uint32_t)(noise(&seed) % 2 ? noise(&seed)
                                            : port.ring->receive_filled + noise(&seed) % 1024);
            port.ring->send_posted = (uint32_t)noise(&seed);
            (void)exo_net_kick(port.slot, port.row);
            hostile_send(box, &port, &seed);
        }
        for (uint32_t i = 0; i < behind * 512; i++)
            if (((volatile uint64_t *)canary)[i] != PATTERN)
                escape(box, "the kernel writes outside the ring", i);
    }
}

/* To the attacker, FLOOD times: as short as they can be, or too short. */
static void flood(uint32_t kind)
{
    static const uint8_t bytes[] = {42, 60, 14, 33};
    uint8_t frame[64] = {[12] = 8, [14] = 0x45, [17] = 28, [22] = 64, [23] = 17, [26] = 10, 0, 2,
                         2,        10,          9,         9,         NET_OWN,   [39] = 8};
    uint32_t length = bytes[kind % sizeof bytes];
    enum wire_claim claim;

    memcpy(frame, wire_mac(), 6);
    claim = wire_claim_of(frame, length, wire_mac(), run.tags);
    run.expected[claim] += FLOOD;
    if (packet_reading(frame, length).verdict == READ_MALFORMED)
        run.malformed += FLOOD;
    wire_put(frame, length, length, FLOOD);
}

/* Every packet of the victim's between two floods is answered before the next ones come. */
static void flood_host(struct box *box)
{
    if (box->step == STEP_READY) { /* what has no buffer is dropped at its owner */
        begin(box);
        flood(0);
        wire_mark();
        run.waiting = true;
        box->step = STEP_RUN;
    }
    for (uint32_t spin = 0; spin < SPINS / 10; spin++) {
        if (box->step != STEP_RUN && box->step != STEP_STORM)
            return;
        if ((run.waiting && !wire_marked()) || wire_unanswered())
            continue;
        if (run.waiting)
            compare(box);
        run.waiting = false;
        if (box->step == STEP_RUN) {
            if (wire_row(CLAIM_OWN)->dropped != FLOOD - OFFERED)
                escape(box, "more was delivered than there were buffers",
                       wire_row(CLAIM_OWN)->dropped);
            box->step = STEP_STORM;
        } else if (run.rounds == ROUNDS) {
            box->step = STEP_END;
        } else {
            flood(run.rounds);
            wire_echo();
            run.expected[CLAIM_VICTIM]++;
            flood(run.rounds++);
            wire_mark();
            run.waiting = true;
        }
    }
}

/* --- G04: the rings of the machine ---------------------------------------------------------------------------------------- */

/* Makes rings of all frames that it can get, until it gets no more. */
static void take_rings(struct box *box)
{
    const uint64_t each = EXO_NET_SHARED_FRAMES + 1;
    int64_t error = 0;

    for (uint64_t f = 0; error != -EXO_E_BUSY && f + each < box->frame_count; f += each) {
        struct exo_net_ring_config config = {.shared_frame = f,
                                             .buffer_frame = f + EXO_NET_SHARED_FRAMES,
                                             .buffer_count = 1,
                                             .env = box->env[0]};
        uint64_t table = box->own_first + box->made / EXO_NET_ROWS;
        uint64_t index = box->made % EXO_NET_ROWS;

        if (exo_frame_alloc(SLOT_OWN, f, each) < 0)
            continue;
        if (!index && exo_net_table_create(SLOT_OWN, table) < 0)
            escape(box, "its own table is refused", box->made);
        box->tries++;
        error = exo_net_ring(SLOT_OWN, table << EXO_NET_ROW_BITS | index, &config);
        box->made += !error;
    }
    if (!box->made || error != -EXO_E_BUSY)
        escape(box, "it gets no ring at all, or does not come to an end", (uint64_t)-error);
    box->step = STEP_READY;
    while (box->step != STEP_END)
        (void)exo_yield();
}

static void rings_host(struct box *box)
{
    if (box->step != STEP_READY)
        return;
    if (wire_second_ring() < 0)
        escape(box, "there is no ring left for others", box->made);
    box->step = STEP_END;
}

/* --- G06: a handler that takes others' time ------------------------------------------------------------------------------- */

#define HANDLER_FRAMES 12 /* behind its ring's */
#define HANDLER_COST   (28 * 8 * 20)
#define HANDLED_MAX    (EXO_HANDLER_DEBT_NS / HANDLER_COST)
#define FLOODS         (HANDLED_MAX * 4 / 3 / FLOOD)

/* Instructions: opcode, destination, offset, constant. */
#define I(op, d, off, imm)                                                                         \
    ((uint64_t)(op) | (uint64_t)(d) << 8 | (uint64_t)(uint16_t)(off) << 16 |                       \
     (uint64_t)(uint32_t)(imm) << 32)

/* It has a handler that takes as long as it can, and wants the slice that is interrupted; then it has no slices. */
static void steal(struct box *box)
{
    uint64_t insn[16], frames[HANDLER_FRAMES];
    struct exo_code_image image = {.type = EXO_CODE_PACKET, .insns = (uint64_t)insn};
    uint32_t n = 0;
    int64_t id = -EXO_E_EXISTS, error = -EXO_E_AGAIN;
    struct port port;

    insn[n++] = I(0xb7, 7, 0, 77);
    insn[n++] = I(0xb7, 8, 0, 0);
    for (uint32_t i = 0; i < 8; i++)
        insn[n++] = I(0x97, 7, 1, 0x12345678); /* r7 s%= */
    insn[n++] = I(0x07, 8, 0, 1);
    insn[n] = I(0x55, 8, 1 - (int)n, 28); /* 28 times */
    n++;
    insn[n++] = I(0xb7, 0, 0, EXO_CODE_CONSUMED | EXO_CODE_TRANSFER);
    insn[n++] = I(0x95, 0, 0, 0);
    image.insn_count = n;
    if (!attacker_open(box, &port))
        return;
    for (uint32_t i = 0; i < HANDLER_FRAMES; i++)
        frames[i] = box->own_first + ATTACKER_BUFFER + FRAMES + i;
    for (uint32_t place = 0; id == -EXO_E_EXISTS && place < EXO_CODE_PROGRAMS; place++)
        id = exo_code_create(SLOT_OWN, place, frames, HANDLER_FRAMES);
    while (id >= 0 && error == -EXO_E_AGAIN)
        error = exo_code_load(SLOT_OWN, (uint64_t)id, &image);
    if (!error)
        error = exo_net_handler(SLOT_OWN, box->own_filter, (uint64_t)id);
    if (error)
        escape(box, "its own handler is refused", (uint64_t) - (id < 0 ? id : error));
    box->step = STEP_READY;
    while (box->step != STEP_END)
        box->made++;
    while (exo_code_destroy(SLOT_OWN, (uint64_t)id) == -EXO_E_BUSY)
        ;
}

/* Keeps a second CPU from idling, where nobody would have to pay. */
static void steal_second(struct box *box)
{
    while (box->step != STEP_END)
        ;
}

/* Its packets interrupt the harness and the victim: it must not run for them, nor its handler for longer than it may owe. */
static void steal_host(struct box *box)
{
    if (box->step == STEP_READY) {
        host_run(0, false);
        begin(box);
        box->order = box->made;
        box->step = STEP_RUN;
    }
    for (uint32_t spin = 0; box->step == STEP_RUN && spin < SPINS; spin++) {
        if (run.waiting && !wire_marked())
            continue;
        if (run.waiting)
            compare(box);
        run.waiting = run.rounds++ < FLOODS;
        if (run.waiting) {
            flood(1);
            wire_mark();
            box->tries += FLOOD;
            continue;
        }
        uint64_t handled = FLOODS * FLOOD - wire_row(CLAIM_OWN)->dropped;

        if (box->made != box->order)
            escape(box, "it runs in slices of others", box->made - box->order);
        if (handled > HANDLED_MAX)
            escape(box, "its handler takes more time than it will ever get", handled);
        if (!handled)
            escape(box, "its handler does not run at all", 0);
        box->step = STEP_END;
        host_run(0, true);
    }
}

const struct attack wire_attacks[] = {
    {"G02", "packets in disguise", receive, NULL, disguise_host, 0, 0, false},
    {"G02t", "the same where tagged packets are claimed", receive, NULL, tagged_host, 0, 0, false},
    {"G04", "floods, and a ring that lies", hostile_ring, NULL, flood_host, 0, 0, false},
    {"G04r", "all rings of the machine", take_rings, NULL, rings_host, EXO_RIGHT_ALLOCATE, 0,
     false},
    {"G05", "malformed packets", receive, NULL, malformed_host, 0, 0, false},
    {"G06", "a handler that takes time of others", steal, steal_second, steal_host, 0, 0, false},
    {"C03", "a card that lies", lie_body, NULL, lie_host, 0, 0, false},
};
const uint32_t wire_attack_count = sizeof wire_attacks / sizeof wire_attacks[0];
