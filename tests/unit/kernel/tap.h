/* SPDX-License-Identifier: MIT */
/* tap.h - one line a test; a failed CHECK names itself and fails the test it is in. */
#pragma once
#include <stdio.h>

static int tap_number, tap_failed, tap_bad_here;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            if (tap_bad_here++ < 5)                                                                \
                printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                           \
        }                                                                                          \
    } while (0)

#define TEST(function)                                                                             \
    do {                                                                                           \
        tap_bad_here = 0;                                                                          \
        function();                                                                                \
        tap_failed += tap_bad_here != 0;                                                           \
        printf("%sok %d - %s\n", tap_bad_here ? "not " : "", ++tap_number, #function);             \
    } while (0)

#define TAP_END()                                                                                  \
    (printf("1..%d\n%d passed, %d failed\n", tap_number, tap_number - tap_failed, tap_failed),     \
     tap_failed != 0)
