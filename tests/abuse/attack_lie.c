/* SPDX-License-Identifier: MIT */
/*
 * attack_lie.c - C03: the network card lies. The harness orders the lies (tests/device/lies.h) while packets go to and fro.
 *
 * On the kernel's command line: lies=KIND[,KIND...], numbers of enum lie_kind, one after the other on one card. After each that the
 * driver should survive the network must work as before; after one that ends a queue, everything but the network must.
 */
#include "tests/abuse/wire.h"
#include "tests/device/lies.h"
#include "libos/init/init.h"

#define FRAMES        16 /* of the attacker's buffers; half of them receive */
#define LIES_EACH     12
#define STORMS        3000
#define BATCHES       20 /* of packets, before a lie that shows nothing counts as told */
#define FUZZ_BATCHES  150
#define SILENCE       40 /* rounds of the victim after which nothing comes any more */
#define ERRORS_AT_END 2  /* the lie, and the packet that it was told about */
#define MARK_EACH     8  /* rounds until one that was lost is sent again */

enum step {
    STEP_START,
    STEP_READY,
    STEP_QUIET, /* the attacker is to send nothing */
    STEP_END,
};

static const uint8_t effects[LIE_KINDS] = {
#define EFFECT(name, text, effect) [LIE_##name] = effect,
    LIES(EFFECT)};

/* --- A neighbour with a ring: it sends, and looks at what it gets ------------------------------------------------------ */

/* Posts a packet if there is room; what it sent before may still be with the card. The second piece is not copied but lent to it. */
static void send_one(const struct box *box, const struct port *port)
{
    static const uint8_t start[42] = {0xff,      0xff,      0xff,        0xff,      0xff,
                                      0xff,      [12] = 8,  [14] = 0x45, [17] = 28, [22] = 64,
                                      [23] = 17, [26] = 10, 9,           9,         NET_OWN,
                                      10,        0,         2,           2,         [39] = 8};
    struct exo_net_ring *ring = port->ring;
    uint32_t posted = ring->send_posted;
    struct exo_net_send *send[2] = {&ring->send[posted % EXO_NET_SEND_MAX],
                                    &ring->send[(posted + 1) % EXO_NET_SEND_MAX]};
    uint8_t *buffer = port->buffers + (uint64_t)(FRAMES + posted % FRAMES) * EXO_NET_BUFFER_BYTES;

    if (posted - ring->send_taken < FRAMES / 2 &&
        (posted < EXO_NET_SEND_MAX || send[1]->flags & EXO_NET_SEND_DONE)) {
        memcpy(buffer, start, sizeof start);
        *send[0] = (struct exo_net_send){.offset = (uint32_t)(buffer - port->buffers),
                                         .length = sizeof start,
                                         .flags = EXO_NET_SEND_MORE,
                                         .filter = (uint32_t)box->own_filter};
        *send[1] = (struct exo_net_send){.offset = send[0]->offset + 64, .length = 1400};
        __atomic_store_n(&ring->send_posted, posted + 2, __ATOMIC_RELEASE);
    }
    (void)exo_net_kick(port->slot, port->row);
}

void lie_body(struct box *box)
{
    const uint32_t behind = OWN_FRAMES - 4 - FRAMES;
    uint64_t *canary = attacker_canary(box, ATTACKER_BUFFER + FRAMES, behind);
    const uint8_t *frame;
    struct port port;
    uint32_t bytes = 0;

    int64_t error = attacker_port(box, &port, FRAMES);

    if (!error)
        error = exo_net_attach(SLOT_OWN, box->own_filter, port.row);
    if (error) {
        escape(box, "its own ring is refused", (uint64_t)-error);
        return;
    }
    for (uint32_t i = 0; i < FRAMES; i++)
        port_offer(&port, (uint16_t)i);
    box->step = STEP_READY;
    while (box->step != STEP_END) {
        if (box->step == STEP_READY)
            send_one(box, &port);
        while ((frame = port_next(&port, &bytes))) {
            if (!bytes || bytes > EXO_NET_BUFFER_BYTES - EXO_NET_HEADROOM)
                escape(box, "a packet is longer than its buffer", bytes);
            port_back(&port);
            box->made++;
        }
        for (uint32_t i = 0; i < behind * 512; i += 64)
            if (((volatile uint64_t *)canary)[i] != PATTERN)
                escape(box, "the kernel writes outside the ring", i);
        (void)exo_yield();
    }
    for (uint32_t i = 0; i < behind * 512; i++)
        if (((volatile uint64_t *)canary)[i] != PATTERN)
            escape(box, "the kernel writes outside the ring", i);
}

/* --- The harness -------------------------------------------------------------------------------------------------------- */

enum stage {
    STAGE_NEXT,
    STAGE_HONEST, /* a mark and an echo are under way, and nobody lies */
    STAGE_LYING,
    STAGE_RECOVER, /* it is told to be honest: does the network work? */
    STAGE_ECHO,
    STAGE_DEAD, /* the network is gone: does the rest work? */
};

static struct {
    enum stage stage;
    const char *rest; /* of the list */
    enum lie_kind kind;
    uint64_t errors, rounds, begun; /* errors of the card before; the victim's rounds */
    uint64_t mark;                  /* the last one before it was told to be honest */
    uint32_t batches;
} run;

/* All that were counted since run.errors was noted. */
static uint64_t card_errors(void)
{
    uint64_t errors = 0;

    for (uint32_t n = 0; n < machine.page->net.queues; n++)
        errors += machine.page->net.queue[n].device_errors;
    return errors - run.errors;
}

static void enter(enum stage stage)
{
    run.stage = stage;
    run.begun = run.rounds = host_victim_rounds();
}

static bool next_kind(void)
{
    uint32_t kind = 0;

    for (run.rest += *run.rest == ','; *run.rest >= '0' && *run.rest <= '9'; run.rest++)
        kind = kind * 10 + (uint32_t)(*run.rest - '0');
    run.kind = kind < LIE_KINDS ? (enum lie_kind)kind : LIE_NONE;
    return kind;
}

/* To the attacker and to the victim, which answers; not more than is taken meanwhile. */
static void put_batch(struct box *box)
{
    static const uint16_t lengths[] = {60, 1514, 2040, 300}; /* one in two buffers */
    uint8_t frame[64] = {[12] = 8, [14] = 0x45, [17] = 28, [22] = 64, [23] = 17, [26] = 10, 0, 2,
                         2,        10,          9,         9,         NET_OWN,   [39] = 8};

    if (host_victim_rounds() == run.rounds)
        return;
    run.rounds = host_victim_rounds();
    memcpy(frame, wire_mac(), 6);
    wire_put(frame, sizeof frame, lengths[run.batches % 4], 2);
    wire_echo();
    wire_flush();
    run.batches++;
    box->tries += 3;
}

static void told(struct box *box)
{
    uint64_t errors = card_errors();
    bool length = run.kind >= LIE_LENGTH_0 && run.kind <= LIE_LENGTH_HUGE; /* each is noticed */

    switch (effects[run.kind]) {
    case LIE_IS_THE_END:
        if (errors)
            enter(STAGE_DEAD);
        break;
    case LIE_IS_COUNTED:
        if (errors >= (length ? LIES_EACH : 1) && run.batches >= BATCHES)
            enter(STAGE_RECOVER);
        break;
    case LIE_IS_SILENCE:
        if (run.batches >= BATCHES)
            enter(STAGE_DEAD);
        break;
    default:
        if (effects[run.kind] == LIE_IS_HARMLESS && errors)
            escape(box, "an error of the card is counted that was none", run.kind);
        if (run.batches >= (run.kind == LIE_FUZZ ? FUZZ_BATCHES : BATCHES))
            enter(STAGE_RECOVER);
    }
    if (run.stage == STAGE_RECOVER) {
        run.mark = wire_marks();
        wire_order(LIE_NONE, 0, 1);
    }
}

static void lie_step(struct box *box)
{
    bool ending = effects[run.kind] == LIE_IS_ANYTHING && card_errors();

    switch (run.stage) {
    case STAGE_NEXT:
        if (!next_kind()) {
            box->step = STEP_END;
            return;
        }
        run.errors += card_errors();
        run.batches = 0;
        wire_victim()->rewritten |= run.kind == LIE_REWRITE || run.kind == LIE_FUZZ;
        box->step = effects[run.kind] == LIE_IS_SILENCE ? STEP_QUIET : STEP_READY;
        wire_echo();
        wire_mark();
        enter(STAGE_HONEST);
        break;
    case STAGE_HONEST:
        if (!wire_marked() || wire_unanswered())
            break;
        box->tries++;
        wire_order(run.kind, run.kind == LIE_STORM || run.kind == LIE_FUZZ ? STORMS : LIES_EACH,
                   (uint32_t)host_number("seed=", 1));
        enter(STAGE_LYING);
        break;
    case STAGE_LYING:
        put_batch(box);
        told(box);
        break;
    case STAGE_RECOVER: /* marks may have been lost, or be on their way for longer than until the next one */
        if (wire_marked_after(run.mark)) {
            wire_forget();
            wire_echo();
            wire_flush();
            enter(STAGE_ECHO);
        } else if (ending && host_victim_rounds() > run.begun + SILENCE * MARK_EACH) {
            enter(STAGE_DEAD);
        } else if (host_victim_rounds() >= run.rounds + MARK_EACH) { /* which may be at each step */
            run.rounds = host_victim_rounds();
            wire_mark();
        }
        break;
    case STAGE_ECHO:
        if (wire_unanswered())
            break;
        enter(STAGE_NEXT);
        break;
    case STAGE_DEAD:
        if (host_victim_rounds() <= run.begun + SILENCE)
            break;
        if (effects[run.kind] == LIE_IS_THE_END && card_errors() > ERRORS_AT_END)
            escape(box, "the card is believed after it has lied", card_errors());
        box->step = STEP_END;
        break;
    }
}

void lie_host(struct box *box)
{
    if (!run.rest) /* once: who has met such a card is not the same afterwards */
        run.rest = host_word("lies=");
    if (box->step != STEP_START && box->step != STEP_END) {
        if (!box->escapes)
            box->detail = run.kind * 16u + run.stage;
        lie_step(box);
    }
}
