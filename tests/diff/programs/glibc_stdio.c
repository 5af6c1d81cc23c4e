/* SPDX-License-Identifier: MIT */
/* glibc_stdio.c - the dynamic C library: stdio, qsort, environment, time conversion. */
#include "tests/diff/diff.h"

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
    int numbers[1000];
    char text[64];
    struct tm date;
    time_t moment = 1000000000;
    bool sorted = true;

    for (int i = 0; i < 1000; i++)
        numbers[i] = i * 7919 % 1009;
    qsort(numbers, 1000, sizeof numbers[0], compare);
    for (int i = 1; i < 1000; i++)
        sorted = sorted && numbers[i - 1] <= numbers[i];
    TELL(sorted);
    gmtime_r(&moment, &date);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &date);
    printf("%s\n", text);
    setenv("NEW", "value", 1);
    printf("%s %s\n", getenv("NEW"), getenv("PATH"));
    printf("%5d|%-8s|%08.3f|%x\n", 42, "left", 3.14159, 48879);
    FILE *file = fopen("file", "w");
    NEED(file && fprintf(file, "%d %s\n", 5, "five") > 0 && fclose(file) == 0);
    say_file("file");
    return 0;
}
