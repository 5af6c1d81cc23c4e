/* SPDX-License-Identifier: MIT */
/* rows.h - who uses each frame: the rows of frames.c, and holding and dropping without a call where many are. */
#pragma once
#include "libos/linux/mm/mm.h"

enum row_state {
    ROW_ABSENT,
    ROW_UNMAPPED,
    ROW_FREE,
    ROW_USED,
    ROW_FOREIGN
};

struct frame_row {
    uint32_t count; /* users; chain link while unmapped */
    uint8_t state;  /* enum row_state */
    uint8_t order;
    uint16_t reserved;
};

extern struct frame_row *frame_rows; /* [row_first, row_end) */
extern frame_t row_first, row_end;

static inline struct frame_row *row_of(frame_t frame)
{
    return &frame_rows[frame - row_first];
}

/* The row, if it is one of the counted frames. Those of the archive live as long as the instance. */
static inline struct frame_row *row_counted(frame_t frame)
{
    if (frame - row_first >= row_end - row_first || row_of(frame)->state != ROW_USED)
        return NULL;
    return row_of(frame);
}

static inline void frame_hold_here(frame_t frame)
{
    struct frame_row *row = row_counted(frame);

    if (row)
        row->count++;
}

static inline void frame_drop_here(frame_t frame)
{
    struct frame_row *row = row_counted(frame);

    if (row && row->count > 1)
        row->count--;
    else if (row)
        frame_drop(frame);
}
