/* SPDX-License-Identifier: MIT */
/* console.h - the first serial port, for the kernel's log; console_write is in core/klog.h. */
#pragma once

void console_start(void);
