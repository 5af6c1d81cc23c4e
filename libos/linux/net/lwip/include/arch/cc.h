/* SPDX-License-Identifier: MIT */
/* cc.h - lwIP's view of the compiler and of the LibOS around it. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "lib/exo/checksum.h"

#define LWIP_NO_UNISTD_H   1
#define LWIP_NO_CTYPE_H    1
#define LWIP_NO_LIMITS_H   1
#define LWIP_NO_INTTYPES_H 1
#define LWIP_ERR_T         int8_t
#define X8_F               "x"
#define U16_F              "u"
#define S16_F              "d"
#define X16_F              "x"
#define U32_F              "u"
#define S32_F              "d"
#define X32_F              "x"
#define SZT_F              "lu"

#ifndef SSIZE_MAX
#define SSIZE_MAX INT64_MAX
typedef int64_t ssize_t;
#endif
#ifndef INT_MAX
#define INT_MAX 0x7fffffff
#endif

void *heap_alloc(size_t bytes);
void heap_free(void *memory);
void *lwip_calloc(size_t count, size_t bytes);
uint32_t lwip_random(void);
_Noreturn void lwip_assert_failed(const char *what, const char *file, int line);

#define LWIP_RAND() lwip_random()
#define lwip_htons(x) __builtin_bswap16((uint16_t)(x))
#define lwip_htonl(x) __builtin_bswap32((uint32_t)(x))
#define LWIP_CHKSUM(bytes, count) ((uint16_t)checksum_add(bytes, (uint64_t)(count), 0))
#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(x) lwip_assert_failed(x, __FILE__, __LINE__)
