/* SPDX-License-Identifier: MIT */
/* audit_net.c - the invariants of kernel/net/ring.c and filter.c. REQUIRES(net_lock, memory_lock). */
#include "core/frame.h"
#include "net/ring.h"
#include "tests/audit/audit.h"

static void audit_ring(uint32_t name, const struct exo_net_row *row)
{
    const struct exo_net_row *listed =
        row->ring.number < EXO_NET_RINGS_MAX ? ring_numbered(row->ring.number) : NULL;

    if (listed != row)
        audit_say("ring %x: number %u is another", name, row->ring.number);
    for (uint64_t f = row->ring.shared_frame; f < row->ring.shared_frame + EXO_NET_SHARED_FRAMES;
         f++) {
        audit_pin(f, "shared frame of ring", name);
        if (f < frame_count && frame_table[f].kind != EXO_FRAME_RING)
            audit_say("ring %x: shared frame of kind %u", name, frame_table[f].kind);
    }
    for (uint32_t i = 0; i < row->ring.buffer_count && i < EXO_NET_RING_FRAMES; i++)
        audit_pin(row->ring.buffer_frame + i, "buffer of ring", name);
}

/* Is the filter found from its parent: as a peer of a shape, or as a twin? */
static bool hangs(uint32_t name, const struct exo_net_row *parent)
{
    for (uint32_t shape = parent ? parent->filter.inside : filter_top(); shape;
         shape = net_row(shape)->filter.next_shape) {
        uint32_t peer = shape;

        do {
            for (uint32_t twin = peer; twin; twin = net_row(twin)->filter.twin)
                if (twin == name)
                    return true;
            peer = net_row(peer)->filter.next_peer;
        } while (peer != shape);
    }
    return false;
}

static void audit_filter(uint32_t name, const struct exo_net_row *row)
{
    const struct exo_net_row *parent = row->filter.parent ? net_row(row->filter.parent) : NULL;
    union net_key value;

    if (parent && (frame_table[row->filter.parent >> EXO_NET_ROW_BITS].kind != EXO_FRAME_NET ||
                   parent->kind != EXO_NET_FILTER))
        audit_say("filter %x lies in %x, which is none", name, row->filter.parent);
    else if (!hangs(name, parent))
        audit_say("filter %x is not found in %x", name, row->filter.parent);
    for (uint32_t w = 0; w < EXO_NET_WORDS; w++)
        value.word[w] = row->filter.value[w];
    if (parent && !filter_matches(parent, &value))
        audit_say("filter %x is not inside %x", name, row->filter.parent);
}

void audit_net_table(uint64_t frame)
{
    for (uint32_t i = 0; i < EXO_NET_ROWS; i++) {
        uint32_t name = (uint32_t)(frame << EXO_NET_ROW_BITS | i);
        const struct exo_net_row *row = net_row(name);

        if (row->kind == EXO_NET_RING)
            audit_ring(name, row);
        else if (row->kind == EXO_NET_FILTER)
            audit_filter(name, row);
        else if (row->kind != EXO_NET_FREE)
            audit_say("row %x has kind %u", name, row->kind);
    }
}
