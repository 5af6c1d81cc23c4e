/* SPDX-License-Identifier: MIT */
/* capture.h - every packet of the machine for the host, if the manifest says `capture`. */
#pragma once
#include <stdbool.h>

/* capture_start - begin; NULL, or why it cannot be. */
const char *capture_start(void);

/* capture_pump - move packets to the host as far as buffers go; true: some were moved. */
bool capture_pump(void);
