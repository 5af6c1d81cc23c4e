/* SPDX-License-Identifier: MIT */
/* lies.h - what a card can lie about: numbers and names, for the card and for who orders a lie (tests/abuse/attack_lie.c). */
#pragma once

/* X(name in C, name on command lines, what the driver must make of it) */
#define LIES(X)                                                                                    \
    X(INDEX_AHEAD, "index-ahead", LIE_IS_THE_END)     /* used index beyond what was posted */      \
    X(INDEX_BACK, "index-back", LIE_IS_THE_END)       /* it goes back */                           \
    X(INDEX_NEVER, "index-never", LIE_IS_SILENCE)     /* it never moves */                         \
    X(ID_RANGE, "id-range", LIE_IS_THE_END)           /* a used id that no ring has */             \
    X(ID_FREE, "id-free", LIE_IS_THE_END)             /* one that was not posted */                \
    X(ID_TWICE, "id-twice", LIE_IS_ANYTHING)          /* the same one twice */                     \
    X(ID_OTHER, "id-other", LIE_IS_ANYTHING)          /* that of another buffer that it has */     \
    X(LENGTH_0, "length-0", LIE_IS_COUNTED)           /* nothing written */                        \
    X(LENGTH_HEADER, "length-header", LIE_IS_COUNTED) /* no more than the virtio header */         \
    X(LENGTH_ABOVE, "length-above", LIE_IS_COUNTED)   /* more than the buffer */                   \
    X(LENGTH_HUGE, "length-huge", LIE_IS_COUNTED)     /* about 2^32 */                             \
    X(BUFFERS_0, "buffers-0", LIE_IS_HARMLESS)        /* spread over no buffer */                  \
    X(BUFFERS_HUGE, "buffers-huge", LIE_IS_COUNTED)   /* over more than there are */               \
    X(BUFFERS_MORE, "buffers-more", LIE_IS_COUNTED)   /* over more than were given */              \
    X(MIDDLE, "middle", LIE_IS_ANYTHING)        /* it ends in the middle, the rest comes later */  \
    X(REWRITE, "rewrite", LIE_IS_ANYTHING)      /* writes into what it has given back */           \
    X(FLAGS, "flags", LIE_IS_ANYTHING)          /* of the used ring, by chance */                  \
    X(SENT_NEVER, "sent-never", LIE_IS_SILENCE) /* keeps what it sends */                          \
    X(SENT_TWICE, "sent-twice", LIE_IS_THE_END) /* gives it back twice */                          \
    X(SENT_OTHER, "sent-other", LIE_IS_THE_END) /* gives back what it does not have */             \
    X(SENT_RANGE, "sent-range", LIE_IS_THE_END) /* an id that no ring has */                       \
    X(SENT_INDEX, "sent-index", LIE_IS_THE_END) /* the index jumps */                              \
    X(STORM, "storm", LIE_IS_HARMLESS)          /* interrupts without end */                       \
    X(QUIET, "quiet", LIE_IS_HARMLESS)          /* no interrupt while it lies */                   \
    X(FUZZ, "fuzz", LIE_IS_ANYTHING)            /* all of these by chance */

#define LIE_NUMBER(name, text, effect) LIE_##name,
enum lie_kind {
    LIE_NONE,
    LIES(LIE_NUMBER) LIE_KINDS
};
#undef LIE_NUMBER

enum lie_effect {
    LIE_IS_THE_END,  /* counted, and the queue is given up */
    LIE_IS_COUNTED,  /* the packet is dropped; the next one comes */
    LIE_IS_HARMLESS, /* nothing is lost, or not for long */
    LIE_IS_SILENCE,  /* nothing comes any more */
    LIE_IS_ANYTHING, /* of these */
};

/*
 * How a guest orders lies: a frame of type LIE_TYPE whose first word behind the type is LIE_ORDER, then big endian: kind (16 bits),
 * how many lies (16), seed (32). It goes no further. Kind LIE_NONE: be honest again.
 */
#define LIE_TYPE  0x88b5
#define LIE_ORDER 0xffff
