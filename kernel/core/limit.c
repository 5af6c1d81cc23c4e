/* SPDX-License-Identifier: MIT */
/*
 * limit.c - limits on slice positions, by path.
 *
 * A row stands for a path and all below it. Rows are made only by those who may take from the free pool, so that a domain
 * that cannot take anything cannot use up the rows either.
 * Invariant (under env_lock): `used` of a row is the number of positions whose guard its path dominates.
 */
#include "core/fail.h"
#include "core/limit.h"
#include "core/calls.h"
#include "core/env.h"
#include "core/slice.h"

static struct {
    struct path path;
    uint32_t used, limit;
    bool present;
} rows[EXO_LIMIT_ROWS];

int limit_charge(const struct path *path)
{
    if (fail_now())
        return EXO_E_LIMIT;
    for (uint32_t i = 0; i < EXO_LIMIT_ROWS; i++)
        if (rows[i].present && path_dominates(&rows[i].path, path) && rows[i].used >= rows[i].limit)
            return EXO_E_LIMIT;
    for (uint32_t i = 0; i < EXO_LIMIT_ROWS; i++)
        rows[i].used += rows[i].present && path_dominates(&rows[i].path, path);
    return 0;
}

void limit_return(const struct path *path)
{
    for (uint32_t i = 0; i < EXO_LIMIT_ROWS; i++)
        rows[i].used -= rows[i].present && path_dominates(&rows[i].path, path);
}

struct call_result call_limit_set(struct env *self, const struct cap *cap, uint64_t kind,
                                  uint64_t limit)
{
    uint32_t row = EXO_LIMIT_ROWS;
    int error = 0;

    (void)kind; /* there is one */
    lock_take(&env_lock);
    if (!path_dominates(&self->guard, &cap->path) || self->guard.depth == cap->path.depth)
        error = EXO_E_CAP; /* nobody limits, or frees from its limits, itself */
    for (uint32_t i = 0; !error && i < EXO_LIMIT_ROWS; i++) {
        bool same = rows[i].path.depth == cap->path.depth &&
                    path_dominates(&rows[i].path, &cap->path);

        if (rows[i].present ? same : row == EXO_LIMIT_ROWS)
            row = i;
    }
    if (!error && row == EXO_LIMIT_ROWS)
        error = EXO_E_BUSY;
    if (!error && limit >= EXO_LIMIT_NONE) {
        rows[row].present = false;
    } else if (!error) {
        rows[row].path = cap->path;
        rows[row].present = true;
        rows[row].limit = (uint32_t)limit;
        rows[row].used = slices_under(&cap->path, false);
    }
    lock_drop(&env_lock);
    return error ? call_error(error) : call_ok(0);
}
