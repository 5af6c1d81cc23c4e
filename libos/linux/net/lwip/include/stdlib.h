/* SPDX-License-Identifier: MIT */
/* stdlib.h - the few functions of the C library that lwIP uses. */
#pragma once
#include <stddef.h>
int atoi(const char *text);
