/* SPDX-License-Identifier: MIT */
/* machine.c - the calls that concern the machine as a whole: null, console, off, rows of its tables. */
#include "core/calls.h"
#include "core/env.h"
#include "core/frame.h"
#include "core/machine.h"
#include "core/slice.h"
#include "core/ucopy.h"

struct call_result decode_null(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t)
{
    TEST_ONLY(call_begin());
    TEST_ONLY(call_end(0x00));
    return call_ok(0);
}

struct call_result call_console_write(struct env *, const struct cap *, uint64_t text,
                                      uint64_t length)
{
    char copy[EXO_CONSOLE_MAX];
    int error = ucopy_in(copy, text, length);

    if (error)
        return call_error(error);
    console_write(copy, length);
    return call_ok((int64_t)length);
}

struct call_result call_machine_off(struct env *, const struct cap *, uint64_t status)
{
    arch_off((uint32_t)status);
}

const struct exo_device *device_table;

/* What a row holds may change while it is read, as for who maps the table. What is free has the root's guard. */
struct call_result call_row_read(struct env *, const struct cap *cap, uint64_t table,
                                 uint64_t index, uint64_t out)
{
    const uint64_t rows[] = {frame_count, (uint64_t)cpu_count * EXO_SLICE_COUNT, EXO_DEVICE_MAX};
    union exo_row row = {0};
    struct path guard;

    if (index >= rows[table])
        return call_error(EXO_E_RANGE);
    if (table == EXO_ROW_FRAME) {
        row.frame = frame_table[index];
        guard = frame_guard_path(&row.frame);
    } else if (table == EXO_ROW_SLICE) {
        row.slice = slice_table[index / EXO_SLICE_COUNT][index % EXO_SLICE_COUNT];
        guard = (struct path){{row.slice.guard[0], row.slice.guard[1]}, row.slice.guard_depth & 15};
    } else {
        row.device = device_table[index];
        guard = (struct path){{row.device.owner_guard[0], row.device.owner_guard[1]},
                              row.device.owner_depth};
    }
    if (!(cap->rights & EXO_RIGHT_OBSERVE) && !path_dominates(&cap->path, &guard))
        return call_error(EXO_E_CAP);
    return call_error(ucopy_out(out, &row, sizeof row));
}
