/* SPDX-License-Identifier: MIT */
/*
 * merge.h - received TCP segments that follow each other in one flow become one. Pure.
 *
 * What is merged is what a receiver could not tell apart from one segment: payload that goes on where the last one ended, or a plain
 * acknowledgement of more. Everything that means more than that ends a run.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct merge_segment {
    uint8_t *ip, *tcp;
    uint32_t ip_bytes, tcp_bytes; /* of the headers */
    uint32_t payload; /* bytes behind them; what lies behind those is no part of the packet */
    uint32_t sequence, acknowledged;
    uint8_t flags; /* of TCP */
};

/* A run of segments; `first` is in its headers what all are together. */
struct merge {
    struct merge_segment first;
    uint32_t payload; /* of all */
    uint32_t count;
};

enum merge_answer {
    MERGE_NOT,     /* it begins a run of its own */
    MERGE_APPEND,  /* its payload follows */
    MERGE_REPLACE, /* it says all that the run said, and is the run now */
};

/*
 * merge_read - is a frame a TCP segment over IPv4 or IPv6, without fragments, IP options or extensions?
 *
 * network  where the IP header begins in the frame
 * bytes    of the frame, link padding included
 */
bool merge_read(struct merge_segment *segment, uint8_t *frame, uint32_t network, uint32_t bytes);

/* merge_verify - are the checksums right? tcp: of TCP, too. */
bool merge_verify(const struct merge_segment *segment, bool tcp);

/* merge_begin - a run of one. */
void merge_begin(struct merge *run, const struct merge_segment *segment);

/* merge_add - the next segment; the answer says what became of it, and the run's headers (in its first frame) are right again. */
enum merge_answer merge_add(struct merge *run, const struct merge_segment *next);

/*
 * merge_again - is a packet over IPv4 an acknowledgement that says all that a run of acknowledgements said, and more? What most are that
 * come in one batch: the answer of merge_read, merge_verify and merge_add (MERGE_REPLACE) with less work. The run takes it over:
 * its first frame has the packet's TCP header then.
 *
 * ip     its IP header, and what of the packet was received behind it
 * bytes  from there on
 * tcp    its checksum has to be verified, too
 *
 * Returns  false: that cannot be said so quickly; nothing has changed
 */
bool merge_again(struct merge *run, const uint8_t *ip, uint32_t bytes, bool tcp);
