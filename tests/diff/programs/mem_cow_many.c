/* SPDX-License-Identifier: MIT */
/* mem_cow_many.c - a thousand pages written by parent and children keep their values. */
#include "tests/diff/diff.h"

enum {
    PAGES = 1000
};

static int child(void *argument)
{
    char *area = argument;
    long sum = 0;

    for (size_t i = 0; i < PAGES; i += 2)
        area[i * PAGE] = 1;
    for (size_t i = 0; i < PAGES; i++)
        sum += area[i * PAGE];
    printf("sum in a child %ld\n", sum);
    return 0;
}

int main(void)
{
    char *area = map_pages(PAGES);
    long sum = 0;

    for (size_t i = 0; i < PAGES; i++)
        area[i * PAGE] = 7;
    run_child("first child", child, area);
    run_child("second child", child, area);
    for (size_t i = 0; i < PAGES; i++)
        sum += area[i * PAGE];
    printf("sum in the parent %ld\n", sum);
    return 0;
}
