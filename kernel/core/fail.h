/* SPDX-License-Identifier: MIT */
/* fail.h - in test kernels, where something is taken that might not be there: tests/audit makes it fail on demand. */
#pragma once
#include <stdbool.h>

#ifdef KERNEL_TEST
bool fail_now(void);
#else
#define fail_now() false
#endif
