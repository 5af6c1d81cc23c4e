/* SPDX-License-Identifier: MIT */
/* matrix.h - the integer matrix product of both sides, compiled alike. */
#pragma once
#include <stdint.h>

#define MATRIX 150

__attribute__((noinline, noclone)) static void matrix_multiply(const uint32_t *a, const uint32_t *b,
                                                               uint32_t *c)
{
    for (uint32_t i = 0; i < MATRIX; i++)
        for (uint32_t j = 0; j < MATRIX; j++) {
            uint32_t sum = 0;

            for (uint32_t k = 0; k < MATRIX; k++)
                sum += a[i * MATRIX + k] * b[k * MATRIX + j];
            c[i * MATRIX + j] = sum;
        }
}
