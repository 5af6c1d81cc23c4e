/* SPDX-License-Identifier: MIT */
/* file_stdio.c - buffered streams of the C library on files. */
#include "tests/diff/diff.h"

int main(void)
{
    char line[64];
    int number = 0;

    FILE *file = fopen("file", "w+");
    NEED(file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, "line %d\n", i);
    printf("position %ld\n", ftell(file));
    rewind(file);
    while (fgets(line, sizeof line, file))
        number++;
    printf("%d lines, at the end %d\n", number, feof(file) != 0);
    NEED(fseek(file, -9, SEEK_END) == 0 && fscanf(file, "line %d", &number) == 1);
    printf("last number %d\n", number);
    NEED(fclose(file) == 0);
    file = fopen("file", "a");
    printf("appending at %ld\n", file ? (fputs("more\n", file), fflush(file), ftell(file)) : -1);
    NEED(freopen("file", "r", file) != NULL && fgets(line, sizeof line, file));
    printf("%s", line);
    NEED(remove("file") == 0);
    TELL(fopen("file", "r") == NULL);
    TELL(tmpfile() != NULL);
    return 0;
}
