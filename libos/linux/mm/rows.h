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

/* The rows as they are now, for loops: they do not move while nothing is allocated. */
struct row_view {
    struct frame_row *rows;
    frame_t first, count;
};

static inline struct row_view row_view(void)
{
    return (struct row_view){frame_rows, row_first, row_end - row_first};
}

static inline void frame_hold_in(struct row_view view, frame_t frame)
{
    if (frame - view.first < view.count && view.rows[frame - view.first].state == ROW_USED)
        view.rows[frame - view.first].count++;
}

static inline void frame_drop_in(struct row_view view, frame_t frame)
{
    if (frame - view.first >= view.count || view.rows[frame - view.first].state != ROW_USED)
        return;
    if (view.rows[frame - view.first].count > 1)
        view.rows[frame - view.first].count--;
    else
        frame_drop(frame);
}
