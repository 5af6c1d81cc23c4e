/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - the terminal that the tool runs on.
 */
#pragma once
#include <stdint.h>

/* Bit n set: descriptor n (0, 1, 2) is a terminal. */
unsigned terminal_mask(void);

/* Its size in characters; 24 x 80 when it does not tell. */
void terminal_size(uint16_t *rows, uint16_t *columns);

/*
 * terminal_raw - characters go to the program as they are typed, unechoed; Ctrl-C included.
 *
 * Only when standard input is a terminal and the tool is in its foreground. The old mode comes back
 * by terminal_restore, which is also called when the process ends.
 *
 * Returns 1 when the terminal is raw now, else 0
 */
int terminal_raw(void);
void terminal_restore(void);
