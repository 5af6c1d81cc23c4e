/* SPDX-License-Identifier: MIT */
/*
 * udp_echo.c - a packet handler: a UDP datagram over IPv4 goes back to where it came from. Which port it serves is said by the filter
 * that it is attached to. Datagrams "quit" and those with IP options are left to the owner.
 */
#include "lib/exo/code_program.h"
#include "apps/echo_table.h"

/* Offsets in the frame. */
#define TO          0
#define FROM        6
#define NETWORK     14
#define SOURCE      26
#define DESTINATION 30
#define PORTS       34
#define UDP_LENGTH  38
#define TEXT        42

/* Words lie at any address: the processor does not mind, and clang is not told, or it would load them by bytes. */
typedef uint64_t __attribute__((may_alias)) double_word;
typedef uint32_t __attribute__((may_alias)) word;
typedef uint16_t __attribute__((may_alias)) half;
#define DOUBLE(frame, at) (*(double_word *)((frame) + (at)))
#define WORD(frame, at)   (*(word *)((frame) + (at)))
#define HALF(frame, at)   (*(half *)((frame) + (at)))
#define BIG(x)            __builtin_bswap16(x)

struct echo_shared echo_shared; /* first in the window: the owner finds it there */

EXO_CODE_PROGRAM("packet") uint64_t udp_echo(struct exo_code_packet *ctx)
{
    const uint8_t *in = EXO_CODE_BYTES(ctx->packet);
    const uint8_t *end = EXO_CODE_BYTES(ctx->packet_end);
    uint8_t *out = EXO_CODE_WRITABLE(ctx->reply);
    uint32_t length = ctx->length;

    if (in + TEXT > end || out + TEXT > EXO_CODE_BYTES(ctx->reply_end))
        return EXO_CODE_DELIVER;
    /* The filter is one for UDP; with both headers where they are without options it is IPv4, and no fragment. */
    if (ctx->flags != (NETWORK | PORTS << 16))
        return EXO_CODE_DELIVER;
    if (HALF(in, UDP_LENGTH) == BIG(12) && in + TEXT + 4 <= end &&
        WORD(in, TEXT) == ('q' | 'u' << 8 | 'i' << 16 | 't' << 24))
        return EXO_CODE_DELIVER;
    (void)exo_code_copy(out, in, length); /* ends the run if it cannot */
    /* Both ends change places, the sums stay the same. The kernel puts in the card's address as the sender's. */
    DOUBLE(out, TO) = DOUBLE(in, FROM);
    WORD(out, SOURCE) = WORD(in, DESTINATION);
    WORD(out, DESTINATION) = WORD(in, SOURCE);
    WORD(out, PORTS) = WORD(in, PORTS) >> 16 | WORD(in, PORTS) << 16;
    (void)exo_code_send(out, length); /* one is always possible */
    echo_shared.answered++;
    return EXO_CODE_CONSUMED;
}
