/* SPDX-License-Identifier: MIT */
/* console.h - the first serial port, for the kernel's log. */
#pragma once
#include <stdint.h>

void console_start(void);
/* Writes bytes, newline as CR LF; waits for the port, bounded. One CPU at a time. */
void console_write(const char *text, uint64_t length);
