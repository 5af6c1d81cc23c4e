/* SPDX-License-Identifier: MIT */
/* loader.h - starting init from the boot archive. */
#pragma once
#include "core/env.h"

/*
 * init_load - build the first address space from the archive member `init` and make its env.
 *
 * archive  the boot archive, bytes long, readable
 * machine  frame of the machine page
 * Panics, naming the fault, if the archive or the ELF is not what docs/boot-image.md says.
 */
struct env *init_load(const uint8_t *archive, uint64_t bytes, uint64_t machine);
