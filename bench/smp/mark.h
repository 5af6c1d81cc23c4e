/* SPDX-License-Identifier: MIT */
/* mark.h - an instruction that does nothing and that no compiler makes: a no-operation with an odd operand. */
#pragma once
#define MARK_BYTES 0x0f, 0x1f, 0x84, 0x00, 0x69, 0x72, 0x6f, 0x4c
