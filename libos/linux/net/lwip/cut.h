/* SPDX-License-Identifier: MIT */
/*
 * cut.h - a big TCP segment becomes segments for the wire. Pure.
 *
 *     cut_begin(&cut, payload, unit);                  after cut.header was filled in
 *     do {
 *         frame = ...room for cut.header_bytes + cut.part...
 *         ...copy the next cut.part bytes of payload behind the header...
 *         cut_header(&cut, frame, payload);
 *     } while (cut_next(&cut));
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CUT_HEADER_MAX (40 + 60) /* IPv6, TCP with all options */

struct cut {
    /*
     * An IP header without options or extensions, and the TCP header: as the caller wants them, but for lengths and checksums, which are
     * made here. The number and identification of the first segment; flags of the last one.
     */
    uint8_t header[CUT_HEADER_MAX];
    uint32_t header_bytes;
    uint32_t part; /* payload of the present segment */
    uint32_t left; /* and of those behind it */
    /* inside */
    uint32_t ip_bytes, unit, sequence;
    uint32_t pseudo;          /* sum of addresses and protocol */
    uint32_t ip_sum, tcp_sum; /* sums of what all segments have in common */
    uint16_t identification,
        flags; /* flags: with the header's length before them, as on the wire */
};

/*
 * cut_begin - look at the header, and at the first segment.
 *
 * payload  bytes of the big segment
 * unit     at most so many a segment, at least 1
 *
 * Returns  false: there is no TCP over IPv4 or IPv6 in the header
 */
bool cut_begin(struct cut *cut, uint32_t payload, uint32_t unit);

/*
 * cut_header - write the headers of the present segment.
 *
 * to       cut->header_bytes bytes
 * payload  cut->part bytes, to be added up; NULL: the card completes the checksum, its field gets the sum of the pseudo header only
 */
void cut_header(const struct cut *cut, uint8_t *to, const uint8_t *payload);

/* cut_next - go on to the next segment. false: that was the last one. */
bool cut_next(struct cut *cut);
