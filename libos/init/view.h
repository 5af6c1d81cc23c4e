/* SPDX-License-Identifier: MIT */
/* view.h - looking at the boot archive: its pages are mapped read-only for as long as they are
 * read. */
#pragma once
#include <stdint.h>

/*
 * view_map - map [offset, offset + bytes) of the boot archive; what was mapped before stays.
 *
 * Returns  its address, or NULL: outside the archive, or no memory for tables
 */
const void *view_map(uint64_t offset, uint64_t bytes);

/* view_unmap - forget all mappings: frames that are mapped cannot be handed over. */
void view_unmap(void);
