/* SPDX-License-Identifier: MIT */
/* native.h - runs compiled programs on this machine. Text is written through one mapping and executed through another. */
#pragma once
#include "code/compile.h"

/* native_run - compile and run; run has begun (code_run_begin) and is ended. *text_bytes: how long the text is. */
uint64_t native_run(struct code_check *check, struct code_run *run, uint64_t seed,
                    uint32_t *text_bytes);

/* native_text - compile only; the executable mapping. NULL: too far, or sizes of both passes differ. */
const uint8_t *native_text(struct code_check *check, uint64_t seed, uint32_t *text_bytes);
