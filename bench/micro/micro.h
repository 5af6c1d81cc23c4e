/* SPDX-License-Identifier: MIT */
/* micro.h - rows of instruction counts: what the benchmark programs share. */
#pragma once
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS_MAX 15

static const char *only;
static int rounds = 3;

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void die(const char *what)
{
    printf("failed %s: %s\n", what, strerror(errno));
    fflush(stdout);
    _exit(1);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static int wanted(const char *name)
{
    size_t length = strlen(name);

    for (const char *at = only; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, name, length) && (at[length] == ',' || !at[length]))
            return 1;
    return !only;
}

/* Runs operation n times per round and prints the median of ticks per operation. */
static void row(const char *name, void (*operation)(long n), long n)
{
    double per[ROUNDS_MAX];

    if (!wanted(name))
        return;
    operation(n / 10 + 1);
    for (int r = 0; r < rounds; r++) {
        uint64_t start = ticks();

        operation(n);
        per[r] = (double)(ticks() - start) / (double)n;
    }
    qsort(per, (size_t)rounds, sizeof per[0], compare);
    printf("row %s %.1f\n", name, per[rounds / 2]);
    fflush(stdout);
}

/* An argument that all of them know: only= or rounds=. */
static int take(const char *argument)
{
    if (!strncmp(argument, "only=", 5)) {
        only = argument + 5;
    } else if (!strncmp(argument, "rounds=", 7)) {
        rounds = atoi(argument + 7);
        if (rounds < 1 || rounds > ROUNDS_MAX)
            rounds = 3;
    } else {
        fprintf(stderr, "micro: unknown argument `%s`; known: only= rounds= exec=\n", argument);
        return 0;
    }
    return 1;
}
