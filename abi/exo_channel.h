/* SPDX-License-Identifier: MIT */
/*
 * exo_channel.h - the byte protocol between the host's `lorica` command and the init LibOS.
 *
 * It travels over one virtio-console port (QEMU: -device virtio-serial-pci and a virtconsole whose
 * chardev is a UNIX socket held by the host tool). Both directions are a sequence of frames: a
 * struct channel_header, then `length` bytes of payload. Little endian. A frame longer than
 * CHANNEL_PAYLOAD_MAX, or of a type the reader does not know, ends the connection.
 *
 * Order: init sends HELLO first and exactly once. The host sends nothing before it has seen HELLO.
 * When the last instance has ended, init sends one EXIT for each instance as it ends and then DONE;
 * after DONE it turns the machine off and neither side sends anything more.
 *
 * Flow control for standard input: the host may have at most CHANNEL_CREDIT_INITIAL bytes of STDIN
 * payload outstanding per instance; CREDIT frames give back what the instance has taken in. The same holds for
 * REQUEST, CHANNEL_REQUEST_INITIAL and REQUEST_CREDIT.
 * Flow control for what the guest sends: QEMU drops a console's bytes when its socket is full, so the guest
 * keeps at most CHANNEL_UNACKNOWLEDGED_MAX worth of frames (by channel_cost) that the host has not acknowledged;
 * frames of at most CHANNEL_SMALL bytes may go CHANNEL_SMALL_MARGIN beyond that. The host adds up the cost of
 * the frames that it has dealt with and sends it back in ACK frames, each worth CHANNEL_ACK_STEP or more.
 */
#pragma once
#include <stdint.h>

#define CHANNEL_VERSION        3u
#define CHANNEL_PAYLOAD_MAX    16384u
#define CHANNEL_CREDIT_INITIAL 32768u
#define CHANNEL_REQUEST_INITIAL 8192u

#define CHANNEL_UNACKNOWLEDGED_MAX 98304u
#define CHANNEL_SMALL              2048u
#define CHANNEL_SMALL_MARGIN       32768u
#define CHANNEL_ACK_STEP           16384u

/* What a frame with that much payload takes of a socket's 208 KiB: the system counts its own buffers, too. */
static inline uint32_t channel_cost(uint32_t length)
{
    return length + length / 4 + 1280;
}

struct channel_header {
    uint16_t type;     /* enum channel_type */
    uint16_t instance; /* index of the instance in the manifest, from 0; 0xffff: the machine */
    uint32_t length;   /* bytes of payload that follow */
};

#define CHANNEL_MACHINE 0xffffu

enum channel_type {
    /* guest to host */
    CHANNEL_HELLO = 1,  /* payload: uint32_t version */
    CHANNEL_STDOUT = 2, /* payload: bytes */
    CHANNEL_STDERR = 3, /* payload: bytes */
    CHANNEL_LOG = 4,    /* payload: one line of text without newline, from init or a LibOS */
    CHANNEL_EXIT = 5,   /* payload: struct channel_exit, then a reason as text (may be empty) */
    CHANNEL_CREDIT = 6, /* payload: uint32_t bytes of STDIN taken in */
    CHANNEL_DONE = 7,   /* no payload */
    CHANNEL_SUMMARY =
        8, /* payload: text lines: the LibOS's report at exit (unimplemented calls, ...) */
    CHANNEL_TTYMODE =
        9, /* payload: uint32_t, 1: the program reads characters (no echo by the host); reserved */
    CHANNEL_RECORD = 10,         /* payload: bytes of what the LibOS tells the host tool, in its own form */
    CHANNEL_REQUEST_CREDIT = 11, /* payload: uint32_t bytes of REQUEST taken in */
    CHANNEL_PACKET = 12, /* payload: struct channel_packet, then the packet; instance: whose filter claimed it */
    /* host to guest */
    CHANNEL_STDIN = 32,     /* payload: bytes */
    CHANNEL_STDIN_END = 33, /* no payload: end of file on standard input */
    CHANNEL_SIGNAL =
        34, /* payload: uint32_t enum channel_signal: to the foreground process group */
    CHANNEL_WINDOW = 35, /* payload: uint16_t rows, columns */
    CHANNEL_REQUEST = 37, /* payload: bytes of what the host tool asks of the LibOS */
    CHANNEL_ACK = 36, /* payload: uint32_t cost of frames dealt with; instance: CHANNEL_MACHINE */
};

enum channel_signal {
    CHANNEL_SIGNAL_HANGUP = 1,
    CHANNEL_SIGNAL_INTERRUPT = 2,
    CHANNEL_SIGNAL_QUIT = 3,
    CHANNEL_SIGNAL_TERMINATE = 15,
    CHANNEL_SIGNAL_CONTINUE = 18,
};

struct channel_packet {
    uint64_t time_us; /* since 1970 */
    uint32_t filter;  /* row of the filter; 0: nobody claimed it */
    uint32_t flags;   /* CHANNEL_PACKET_* */
};
#define CHANNEL_PACKET_SENT 0x1u /* by an instance; else received */
#define CHANNEL_PACKET_CUT  0x2u /* the packet was longer */

struct channel_exit {
    uint32_t kind; /* enum channel_exit_kind */
    uint32_t code; /* exited: status 0..255; signalled: signal number; failed: 125, 126 or 127 */
};

enum channel_exit_kind {
    CHANNEL_EXITED = 0,
    CHANNEL_SIGNALLED = 1,
    CHANNEL_FAILED =
        2, /* the LibOS could not run the program: reason names the thing and the fix */
};
