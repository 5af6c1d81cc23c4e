/* SPDX-License-Identifier: MIT */
/*
 * remote.h - programs that `lorica exec` starts in a machine that runs: both sides of the connection.
 *
 * After the line `exec` the connection carries frames in both directions: struct remote_frame, then `length` bytes.
 */
#pragma once
#include "tools/control.h"

enum remote_type {
    /* to the machine */
    REMOTE_START = 1, /* struct request_exec without an id, strings */
    REMOTE_INPUT,     /* bytes; none: the end of standard input */
    REMOTE_SIGNAL,    /* uint32_t number */
    REMOTE_WINDOW,    /* uint32_t rows << 16 | columns */
    /* from the machine */
    REMOTE_OUTPUT, /* bytes for standard output */
    REMOTE_ERROR,  /* bytes for standard error */
    REMOTE_CREDIT, /* uint32_t: bytes of input that were taken */
    REMOTE_END,    /* int32_t wait status, reason */
};

struct remote_frame {
    uint32_t type, length;
};

#define REMOTE_FRAME_MAX 8000u /* a request fits into the LibOS's ring */

/* The machine's side of one such connection. */
struct remote {
    uint32_t id;           /* 0: not started yet */
    int over;              /* it has ended: what is in `out` is the last */
    uint32_t sent;         /* output written to the client and not acknowledged to the LibOS */
    struct buffer in;      /* from the client, not yet a whole frame */
    struct buffer out;     /* to the client */
    struct buffer request; /* to the LibOS, waits for room */
};

/* remote_take - bytes from the client. -1: it broke the rules. */
int remote_take(struct remote *remote, const char *bytes, size_t length);

/* remote_push - hand on what waits for the LibOS. */
void remote_push(struct remote *remote, const struct control_actions *actions);

/* remote_wrote - so many bytes of `out` went to the client (and are removed). */
void remote_wrote(struct remote *remote, size_t length);

/* remote_gone - the client has left. */
void remote_gone(struct remote *remote, const struct control_actions *actions);

/* remote_record - a record of an instance; those about other programs are passed over. */
void remote_record(struct remote *remote, const struct record *record, const uint8_t *body,
                   size_t length);

void remote_free(struct remote *remote);
