/* SPDX-License-Identifier: MIT */
/*
 * pack.h - files of a root compressed in chunks (abi/exo_packed.h, docs/boot-image.md).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * pack_bytes - the data of a packed member.
 *
 * bytes   contents of the file
 * length  of them
 * out     gives
 *
 * Returns its bytes; 0: the file is too small, or packing would save less than an eighth of it.
 */
size_t pack_bytes(const void *bytes, uint64_t length, char **out);
