/* SPDX-License-Identifier: MIT */
/* string.h - the few functions of the C library that lwIP uses. */
#pragma once
#include "base/string.h"
int strncmp(const char *a, const char *b, size_t count);
